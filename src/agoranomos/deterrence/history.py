"""The evidence that matters: the last rounds' joint actions as digits of a number, and what fires on them.

Evidence is the market's, and a sanction that makes evidence fresh shortens it for one firm; so one history serves all
firms, each with the length that counts for it. Signals are read by their real bound forms, once for each content of
their window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.play import Rounds
from agoranomos.errors import UsageError
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, Bound, BoundFine
from agoranomos.institutions.controller import fine_e6
from agoranomos.institutions.signals import BoundSignal
from agoranomos.institutions.signals.mean import BoundMean
from agoranomos.markets.facts import Measured

Codes: TypeAlias = NDArray[np.int64]

MOST_WINDOWS = 5_000_000
"""Contents of a window that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Windows over `base` joint actions; `kept` rounds are remembered between rounds, `lag` of them not yet seen.

    `signals` are those that some guard asks for. `fires[s]` is [base ** window, N]: whether signal s fires against each
    firm, by the digits of its window (oldest first).
    """

    bound: Bound
    rounds: Rounds
    base: int
    kept: int
    signals: tuple[str, ...]
    windows: tuple[int, ...]
    fires: tuple[NDArray[np.bool_], ...]

    @property
    def firms(self) -> int:
        """How many firms."""
        return len(self.bound.facts.agents)

    @property
    def alike(self) -> bool:
        """Whether every signal fires against all firms or none, and every action earns them the same."""
        same = all(bool((table == table[:, :1]).all()) for table in self.fires)
        return same and bool((self.rounds.profit_e6 == self.rounds.profit_e6[:, :1]).all())

    def fired(self, code: Codes, length: Codes) -> Codes:
        """Bits [R, N] of the signals that fire on histories `code` [R], of which `length` [R, N] rounds count."""
        bits = np.zeros(length.shape, dtype=np.int64)
        lag = self.bound.lag
        seen = code // self.base**lag
        for place, (window, table) in enumerate(zip(self.windows, self.fires, strict=True)):
            full = length - lag >= window
            bits |= (full & table[seen % self.base**window]).astype(np.int64) << place
        return bits

    def fine(self, fine: BoundFine, event: str, rung: int, firm: int, code: Codes, length: Codes) -> Codes:
        """The fines in millionths on histories `code` [R] of which `length` [R] rounds count for the firm."""
        lag = self.bound.lag
        seen, length = code // self.base**lag, length - lag
        span = self.bound.spans[event] if fine.over_evidence else 1
        gains = self._gains(fine, firm)
        total = np.zeros(len(code), dtype=np.int64)
        for back in range(span):
            total += np.where(back < length, gains[seen // self.base**back % self.base], 0)
        amounts, places = np.unique(total, return_inverse=True)
        rows = [_one_round(int(base), firm, self.firms) for base in amounts]
        asked = np.array([fine_e6(fine, (row,), firm, rung) for row in rows], dtype=np.int64)
        return asked[places]

    def _gains(self, fine: BoundFine, firm: int) -> Codes:
        """What one round of each action adds to the base of the fine."""
        nash = np.array([_of(record, NASH_PROFIT, firm) for record in self.rounds.records], dtype=np.int64)
        profit = self.rounds.profit_e6[:, firm]
        return np.maximum(profit - nash if fine.above_nash else profit, 0)


def _of(record: dict[str, Measured], measure: str, firm: int) -> int:
    row: Any = record[measure]
    return int(row[firm] or 0)


def _one_round(base: int, firm: int, firms: int) -> dict[str, Measured]:
    """A round whose profit is all of the base, so that the real reckoning of a fine is asked."""
    profit = tuple(base if k == firm else 0 for k in range(firms))
    return {PROFIT: profit, NASH_PROFIT: (0,) * firms}


def build_history(bound: Bound, rounds: Rounds) -> History:
    """Windows over the joint actions of `rounds`; raises `UsageError` where these are too many to go through."""
    base = len(rounds)
    asked = [name for name in bound.signals if name not in bound.supporting]
    windows = [bound.signals[name].window for name in asked]
    spans = [
        bound.spans[edge.spec.on]
        for edge in bound.institution.edges
        if edge.spec.fine is not None and edge.spec.fine.over == "evidence"
    ]
    longest = max([*windows, *spans, 1])
    if base**longest > MOST_WINDOWS:
        fits = int(MOST_WINDOWS ** (1.0 / longest))
        raise UsageError(
            f"{base} joint actions over windows of {longest} rounds have {float(base) ** longest:.2g} histories; "
            f"{MOST_WINDOWS:,} are followed",
            advice=f"At most {fits} joint actions fit here: name them with --plans, or take a coarser --grid.",
        )
    fires = [_fires(bound.signals[name], rounds, base, len(bound.facts.agents)) for name in asked]
    return History(bound, rounds, base, longest + bound.lag - 1, tuple(asked), tuple(windows), tuple(fires))


def _fires(signal: BoundSignal, rounds: Rounds, base: int, firms: int) -> NDArray[np.bool_]:
    """Whether the signal fires, for each content of its window [base ** window, N]."""
    window = signal.window
    codes = np.arange(base**window, dtype=np.int64)
    digits = np.stack([codes // base**back % base for back in reversed(range(window))], axis=1)
    if isinstance(signal, BoundMean):  # A mean does not ask in which order things happened.
        digits = np.sort(digits, axis=1)
    key = np.zeros(len(codes), dtype=np.int64)
    for column in digits.T:
        key = key * base + column
    _, first, places = np.unique(key, return_index=True, return_inverse=True)
    table = np.empty((len(first), firms), dtype=bool)
    for row, place in enumerate(first.tolist()):
        content = tuple([rounds.records[k] for k in digits[place].tolist()])
        table[row] = [signal.firing(content, firm) is not None for firm in range(firms)]
    return np.asarray(table[np.reshape(places, -1)])
