"""Buildings: their units, the people who live there, and what each of them may see and do."""
