"""Counts of what an institution did to one agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acts:
    """Cases are accusations, the rest sanctions; `fines_e6` is money in millionths."""

    cases: int = 0
    fines: int = 0
    fines_e6: int = 0
    suspensions: int = 0
    caps: int = 0
    forfeitures: int = 0
