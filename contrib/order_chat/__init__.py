"""A bridge: a conversation for each order."""
