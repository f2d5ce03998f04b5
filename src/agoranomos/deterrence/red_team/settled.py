"""What a plan comes to in the long run: the rounds that repeat for ever, and what each of them brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Arena, Choose, Integers, Menu, Played
from agoranomos.markets.facts import SCALE

LONG: Final = 1600
"""Rounds over which a find is confirmed: longer than counters of a thousand rounds, so that they have settled."""


@dataclass(frozen=True, eq=False)
class Settled:
    """A plan in the long run; money per firm and round, over Nash.

    `actions_e6` [T, N, M] are what was asked for, the first `prelude` rounds once and the rest for ever. Where lots are
    drawn there is no cycle (`exact` is False): `gain` is then the mean over the draws and the second half of the
    rounds, and the rounds shown are those of the first draw. `lawful`: no price ever stood above Nash's. `gains` are
    each firm's own; `fines`, `cases` and `sanctioned_share` are means a firm and round, the last of rounds with a fine
    or a limit.
    """

    family: str
    about: str
    actions_e6: Integers
    prelude: int
    exact: bool
    lawful: bool
    gains: tuple[float, ...]
    fines: float
    cases: float

    @property
    def gain(self) -> float:
        """Net profit over Nash, the mean over firms and rounds."""
        return float(np.mean(self.gains))

    @property
    def cycle(self) -> int:
        """How many rounds repeat for ever."""
        return len(self.actions_e6) - self.prelude


def settle(
    arena: Arena, menu: Menu, choose: Choose, families: list[str], abouts: list[str], rounds: int = LONG
) -> list[Settled]:
    """Each plan that `choose` plays, in the long run; as many as `families`."""
    played = arena.play(menu, choose, len(families), rounds)
    return [
        _settled(arena, menu, played, row, family, about)
        for row, (family, about) in enumerate(zip(families, abouts, strict=True))
    ]


def _settled(arena: Arena, menu: Menu, played: Played, plan: int, family: str, about: str) -> Settled:
    rounds, row = len(played.choice), plan * arena.worlds
    rows = slice(row, row + arena.worlds)
    found = None if arena.chancy else repeating(signature(played, row))
    prelude, period = found if found is not None else (rounds // 2, rounds - rounds // 2)
    counted = slice(prelude, prelude + period)
    net = played.net_e6[counted, rows].mean(axis=(0, 1)) / SCALE
    shown = prelude + period
    return Settled(
        family=family,
        about=about,
        actions_e6=menu.actions_e6[played.choice[:shown, row]],
        prelude=prelude,
        exact=found is not None,
        lawful=not bool(played.elevated[:, rows].any()),
        gains=tuple((net - arena.nash_profit).tolist()),
        fines=float(played.fine_e6[counted, rows].mean()) / SCALE,
        cases=float(played.case[counted, rows].mean()),
    )


def signature(played: Played, row: int) -> Integers:
    """One integer a round that tells what was chosen and what came of it, [T]."""
    columns = [played.choice[:, row, None], played.net_e6[:, row], played.state[:, row], played.edge[:, row]]
    _, inverse = np.unique(np.concatenate(columns, axis=1), axis=0, return_inverse=True)
    return inverse.astype(np.int64).ravel()


def repeating(sequence: Integers) -> tuple[int, int] | None:
    """`(prelude, period)` of a sequence whose second half repeats itself at least twice, None where it does not."""
    rounds = len(sequence)
    for period in range(1, rounds // 4 + 1):
        same = sequence[period:] == sequence[:-period]
        if same[rounds // 2 - period :].all():
            differing = np.flatnonzero(~same)
            return (int(differing[-1]) + 1 if len(differing) else 0), period
    return None
