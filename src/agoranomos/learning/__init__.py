"""Learners of actions in markets, and the probe that tells collusion from merely high prices."""
