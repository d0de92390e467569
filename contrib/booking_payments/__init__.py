"""Bookings that are paid: the bridge between bookings and payments."""
