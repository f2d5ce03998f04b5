"""Hidden action: a worker chooses how much effort to give, and its principal pays by what it gets to know of it."""
