"""A bridge: a conversation for each booking."""
