"""How probable a mock finds the options of a question."""

from __future__ import annotations

import math
from collections.abc import Sequence

from agoranomos.randomness import named_generator

CERTAINTY = math.log(1000.0)
"""What is nearly certain is a thousand times as probable as anything else: no option is impossible."""


def drawn_scores(key: str, answers: Sequence[str]) -> tuple[float, ...]:
    """A standard normal score for each answer, drawn from what was asked (`key`) and the answer's own text.

    So an answer has the same score wherever it stands among the others.
    """
    return tuple(float(named_generator(0, f"mock score {answer}", 0, key).standard_normal()) for answer in answers)


def picked(options: Sequence[str], option: str) -> tuple[float, ...]:
    """Scores that make `option` nearly certain."""
    return tuple(CERTAINTY if each == option else 0.0 for each in options)


def log_shares(scores: Sequence[float], temperature: float = 1.0) -> tuple[float, ...]:
    """Natural logarithms of the softmax of `scores` over `temperature` (above 0)."""
    largest = max(scores)
    scaled = [(score - largest) / temperature for score in scores]
    total = math.log(math.fsum(math.exp(score) for score in scaled))
    return tuple(score - total for score in scaled)
