"""Models in this process through vLLM, where it is installed."""
