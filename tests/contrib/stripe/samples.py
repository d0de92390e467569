"""What the contract suite needs to boot the plugin: a key, which is not used."""

SETTINGS = {"stripe": {"secret_key": "sk_test_sample"}}
