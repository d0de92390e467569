"""Orders that are paid: the bridge between orders and payments."""
