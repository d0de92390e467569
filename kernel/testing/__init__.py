"""What plugins are tested with: fixtures, the contract suite, the isolation matrix.

pytest finds the fixtures by itself (entry point `pytest11`); see
`docs/plugins/testing.md`.
"""
