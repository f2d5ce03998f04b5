"""Stands in for vLLM in tests: the names and signatures of its release 0.33, over a tiny model run by transformers."""
