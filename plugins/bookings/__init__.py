"""Bookings: a time of a service, reserved for one customer."""
