"""What the contract suite needs to boot the plugin: an application at Clerk that is not asked."""

SETTINGS = {"clerk": {"issuer": "https://clerk.example.com", "secret_key": "sk_test_sample"}}
