"""What the contract suite needs to boot the plugin: a key, which is not used."""

SETTINGS = {"razorpay": {"key_id": "rzp_test_sample", "key_secret": "sample"}}
