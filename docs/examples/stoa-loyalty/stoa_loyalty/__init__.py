"""Points for customers of a Stoa marketplace."""
