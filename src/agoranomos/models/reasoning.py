"""Thoughts before an answer: written between two tags at the very beginning of a reply, and kept with it."""

from __future__ import annotations

OPENING, CLOSING = "<think>", "</think>"
"""The tags that Qwen3, DeepSeek-R1 and their kin were trained on; other models are made to use them."""


def joined(thoughts: str, answer: str) -> str:
    """A reply as it is kept: the thoughts between their tags, then the answer. No tag inside thoughts survives."""
    return f"{OPENING}{thoughts.replace(CLOSING, '')}{CLOSING}{answer}"


def split(text: str) -> tuple[str, str]:
    """Thoughts and answer of a reply; thoughts are empty in a reply that does not begin with their tag.

    Where they do not end, all is thought and the answer is empty.
    """
    if not text.startswith(OPENING):
        return "", text
    thoughts, _, answer = text.removeprefix(OPENING).partition(CLOSING)
    return thoughts, answer
