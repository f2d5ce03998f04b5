"""The logs of many short runs in one file, each of which still verifies alone."""
