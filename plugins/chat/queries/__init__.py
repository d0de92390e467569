"""The read paths: lists, snapshots, histories, people."""
