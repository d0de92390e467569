"""The HTTP surface of chat: parse, call, respond."""
