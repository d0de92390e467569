"""The stalls: one folder a feature; see docs/plugins/."""
