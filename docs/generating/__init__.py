"""What docs/generate.py writes, one kind of page a file."""
