"""What the contract suite needs to boot the plugin: a collector that is away, and nothing to send it."""

SETTINGS = {"opentelemetry": {"endpoint": "http://127.0.0.1:9", "sample": 0.0}}
