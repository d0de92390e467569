"""What the contract suite needs to boot the plugin: a project that is not asked."""

SETTINGS = {"firebase": {"project_id": "stoa-sample"}}
