"""The rules of accounts, one file a subject; no web framework, no task queue."""
