"""The rules of listings; no falcon, no huey."""
