"""Orders: what is bought of whom, frozen as it was, taken from placement to completion."""
