"""The rules of notifications; no falcon, no huey."""
