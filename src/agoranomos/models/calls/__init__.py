"""Calls on their way to a model: one queue a model, what was answered before, what may be spent."""
