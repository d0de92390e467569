"""Products and services that people offer."""
