"""What the contract suite needs to boot the plugin: a project's DSN, which nothing is sent to."""

SETTINGS = {"sentry": {"dsn": "http://public@127.0.0.1:9/1"}}
