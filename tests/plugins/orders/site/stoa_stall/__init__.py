"""A plugin of the tests: a stall whose goods, prices and rules the tests write."""
