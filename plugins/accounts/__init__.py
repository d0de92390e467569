"""People: registration, sign-in, sessions, profiles, roles, deletion."""
