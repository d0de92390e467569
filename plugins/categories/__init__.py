"""Categories: a tree of kinds of things, with typed attributes that children inherit."""
