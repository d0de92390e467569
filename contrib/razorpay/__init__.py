"""Payments by Razorpay."""
