"""What the contract suite needs to boot the plugin: a server's name, which is not connected to."""

SETTINGS = {"smtp": {"host": "localhost"}}
