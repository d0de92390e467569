"""What the contract suite needs to boot the plugin: an account, which is not used."""

SETTINGS = {"twilio": {"account_sid": "AC" + "0" * 32, "secret": "secret", "sender": "+14155550100"}}
