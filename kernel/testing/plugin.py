"""The pytest plugin: applications on real databases, clients, a test clock."""
