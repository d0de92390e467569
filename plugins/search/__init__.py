"""Full-text search behind a port."""
