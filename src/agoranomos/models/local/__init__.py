"""Models in this process: torch and transformers, with a decoding loop of our own."""
