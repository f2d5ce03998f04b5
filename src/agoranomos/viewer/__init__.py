"""Pages to look at: campaigns, runs and graphs in a browser, served on this machine only, or as one file."""
