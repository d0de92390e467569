"""Push to browsers by the Web Push protocol."""
