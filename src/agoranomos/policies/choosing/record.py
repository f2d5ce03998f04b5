"""A distribution as the log holds it, and the option that is drawn from it."""

from __future__ import annotations

from agoranomos.institutions.choice_record import ChoiceRecord, as_log_e6
from agoranomos.models import Distribution
from agoranomos.policies.on_menu import drawn
from agoranomos.randomness import Randomness

PURPOSE = "choice"
"""The purpose of the draw: with a run's seed, a round and an agent it names the one number that decides."""


def recorded(distribution: Distribution) -> ChoiceRecord:
    """The distribution in integers; raises `ValueError` where it is none.

    Orders are kept where there is more than one.
    """
    rows = distribution.by_order if len(distribution.by_order) > 1 else ()
    return ChoiceRecord(
        distribution.options,
        tuple(as_log_e6(log) for log in distribution.log_probabilities),
        tuple(tuple(as_log_e6(log) for log in row) for row in rows),
        tuple(text.encode("utf-8", "replace").decode() for text in distribution.reasoning),
    )


def sampled(choice: ChoiceRecord, randomness: Randomness) -> int:
    """The option drawn with the probabilities that are recorded: who has the log and the seed draws the same again."""
    return drawn(randomness, PURPOSE, choice.probabilities)


def mode(choice: ChoiceRecord) -> int:
    """The first of the most probable options."""
    probabilities = choice.probabilities
    return probabilities.index(max(probabilities))
