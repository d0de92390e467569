"""What people say to each other, in one order for everybody."""
