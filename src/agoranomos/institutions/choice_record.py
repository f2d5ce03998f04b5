"""What the log holds of a choice: how probable a model found each of the options that it was asked about."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import msgspec

from agoranomos.errors import Finding, UsageError
from agoranomos.institutions.canonical import LARGEST_INTEGER, canonical_line

LogsE6: TypeAlias = tuple[int | None, ...]
"""Natural logarithms of probabilities in millionths, none above 0; null where a probability is 0."""

Scored: TypeAlias = Literal["", "direct", "after_reasoning"]
"""How a distribution came about, empty for a reply in words. The two kinds are never pooled."""

_SCALE = 1_000_000
_LARGEST_DEFECT = 0.01
"""So far from 1 may the sum of the probabilities be: engines compute them in numbers of 32 bits, or of 16."""


class ChoiceRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A distribution over options, in integers: `log_probabilities_e6` holds one of each option.

    `by_order_e6` are those of each order in which the options were listed, where there was more than one; they are in
    the order of `options` too. `reasoning` is what the model thought before each, where it thought first.
    """

    options: tuple[str, ...]
    log_probabilities_e6: LogsE6
    by_order_e6: tuple[LogsE6, ...] = ()
    reasoning: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in (self.log_probabilities_e6, *self.by_order_e6):
            if len(row) != len(self.options):
                raise ValueError("a choice has one log-probability an option")
            if any(log is not None and log > 0 for log in row):
                raise ValueError("a log-probability is above 0")
            if any(log is not None and log < -LARGEST_INTEGER for log in row):
                raise ValueError("a log-probability is no number that can be recorded")
            if abs(sum(probabilities(row)) - 1.0) > _LARGEST_DEFECT:
                raise ValueError("the probabilities of a choice do not sum to 1")

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The probability of each option; they sum to 1 up to rounding."""
        return probabilities(self.log_probabilities_e6)


def probabilities(logs_e6: LogsE6) -> tuple[float, ...]:
    """Probabilities from recorded logarithms."""
    return tuple(0.0 if log is None else math.exp(log / _SCALE) for log in logs_e6)


def as_log_e6(log_probability: float) -> int | None:
    """A log-probability as it is recorded; raises `ValueError` for NaN and for more than rounding above 0."""
    if log_probability == -math.inf:
        return None
    if not log_probability <= _LARGEST_DEFECT:
        raise ValueError(f"{log_probability} is no log-probability")
    return min(round(log_probability * _SCALE), 0)


def encode_choice(choice: ChoiceRecord) -> bytes:
    """The choice as canonical JSON: what lies beside the log where an entry has no room for it, or is committed to."""
    return canonical_line(choice)


def decode_choice(content: bytes) -> ChoiceRecord:
    """The choice in `content`; raises `Finding` where it holds none, or not in canonical form."""
    try:
        choice = msgspec.json.decode(content, type=ChoiceRecord)
        canonical = encode_choice(choice)
    except (msgspec.MsgspecError, UnicodeDecodeError, UsageError) as error:
        raise Finding(f"this is no recorded choice: {error}") from None
    if canonical != content:
        raise Finding("a recorded choice is not in canonical form")
    return choice
