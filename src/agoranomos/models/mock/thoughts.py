"""What a mock writes where it is to think before it answers."""

from __future__ import annotations

from agoranomos.models.mock.schema_sampling import sample_value
from agoranomos.randomness import named_generator


def thoughts(seed: int, key: str, most_tokens: int) -> str:
    """A few words drawn from the seed and from what was asked (`key`), within so many tokens of four characters."""
    words = sample_value({"type": "string"}, named_generator(seed, "mock thoughts", 0, key))
    return str(words)[: 4 * most_tokens]
