"""Data sets of two sizes, the questions a product is asked, and their times, for `benchmarks/scale.py`."""
