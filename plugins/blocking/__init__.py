"""Blocking: people who do not want to have to do with each other."""
