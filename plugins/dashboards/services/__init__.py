"""What happens to what is counted, and what is read of it."""
