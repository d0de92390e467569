"""People of a Firebase Authentication project: ID tokens."""
