"""Messages to people, by the channels they read."""
