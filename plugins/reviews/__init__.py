"""Reviews: what the two parties of a completed transaction say of each other, and what it adds up to."""
