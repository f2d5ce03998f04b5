"""The values around `judge`: what is observed, where agents stand, and what is decided."""

from __future__ import annotations

import msgspec

from agoranomos.markets.facts import Measured


class Observed(msgspec.Struct, frozen=True):
    """What the institution sees of one round: all integers, exactly what is recorded.

    `draws` holds one integer per agent, uniform over 0 .. 2**53 - 1 (empty where no rule draws). `measures` is keyed by
    the full name with its unit and holds what the market published, profits before fines (`profit_e6`) included.
    """

    round: int
    measures: dict[str, Measured]
    draws: tuple[int, ...] = ()


class SignalRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A signal that fired against an agent: the sum over the window against the threshold times the count."""

    signal: str
    value: int
    threshold: int
    good: str = ""


class CaseRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An accusation: what fired, with values and thresholds."""

    case: str
    agent: str
    rule: str
    signals: tuple[SignalRecord, ...]


class StandingRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an agent stands after the round: state, counters, rounds left, limit of its capacity if any."""

    state: str
    counters: tuple[int, ...] = ()
    rounds_left: int = 0
    limit_e6: int | None = None
