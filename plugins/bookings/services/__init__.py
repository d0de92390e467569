"""The rules of bookings."""
