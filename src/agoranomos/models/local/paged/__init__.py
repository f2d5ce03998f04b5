"""A decoder for GPUs: keys and values in pages that rows share, and steps that are recorded once and replayed."""
