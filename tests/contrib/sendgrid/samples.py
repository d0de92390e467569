"""What the contract suite needs to boot the plugin: a key, which is not used."""

SETTINGS = {"sendgrid": {"api_key": "SG.sample"}}
