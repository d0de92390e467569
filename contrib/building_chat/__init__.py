"""A bridge: conversations for each building."""
