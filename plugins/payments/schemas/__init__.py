"""What requests take and responses show."""
