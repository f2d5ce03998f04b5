"""What a search has found so far, and how much more it may try."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from agoranomos.deterrence.red_team.arena import Amounts, Arena, Bools, Choose, Menu, words
from agoranomos.deterrence.red_team.settled import Settled, settle

BATCH: Final = 1024
"""Runs that are played side by side."""

CONFIRMED: Final = 6
"""Of each batch so many of the best are played on for long, if they promise more than what is known."""

COUNTED: Final = 160
"""Rounds, at least, over which plans are compared before the best are played on for long."""

LEAST: Final = 1e-4
"""A find counts as better by more than this share of Nash profit in a hundred: less is rounding to millionths."""


class Progress(Protocol):
    """Told now and then how far the search is."""

    def __call__(self, stage: str, evaluations: int, best: float, harmful: float) -> None:
        """`best` and `harmful` are gains per firm and round."""


@dataclass
class Allowance:
    """What a stage may use: seconds by `clock`, or a number of plans tried, or both."""

    clock: Callable[[], float]
    seconds: float | None
    evaluations: int | None
    begun: float = field(init=False)
    used: int = 0

    def __post_init__(self) -> None:
        self.begun = self.clock()

    @property
    def spent(self) -> bool:
        """Whether the stage should end."""
        if self.evaluations is not None and self.used >= self.evaluations:
            return True
        return self.seconds is not None and self.clock() - self.begun >= self.seconds

    @property
    def left(self) -> int:
        """How many plans may still be tried, at least one."""
        return max(1, self.evaluations - self.used) if self.evaluations is not None else sys.maxsize

    def part(self, share: float) -> Allowance:
        """An allowance of its own of this share."""
        seconds = None if self.seconds is None else self.seconds * share
        evaluations = None if self.evaluations is None else max(1, round(self.evaluations * share))
        return Allowance(self.clock, seconds, evaluations)


class Search:
    """The best plans found, among all, among those whose prices never exceed Nash's, and those of one firm alone."""

    def __init__(self, arena: Arena, allowance: Allowance, progress: Progress | None = None) -> None:
        self.arena = arena
        self.allowance = allowance
        self.progress = progress
        self.stage = ""
        self.evaluations: dict[str, int] = {}
        nash = arena.menu(arena.nash_e6[None])
        compliance = settle(arena, nash, words([[0]], arena.worlds), ["compliance"], ["Nash play"])[0]
        self.best = self.best_lawful = self.alone = compliance
        self.by_family: dict[str, Settled] = {}
        self.bait: Settled | None = None
        self.settling = 40 + 4 * arena.bound.window

    @property
    def harmful_gain(self) -> float:
        """The best plan less the best whose prices never exceed Nash's; money per firm and round."""
        return max(0.0, self.best.gain - self.best_lawful.gain)

    @property
    def least(self) -> float:
        """By how much a find must be better to count as one."""
        return LEAST / 100.0 * float(self.arena.nash_profit.mean())

    def begin(self, stage: str, allowance: Allowance) -> None:
        """Go on to a stage with an allowance of its own."""
        self.stage, self.allowance = stage, allowance
        self.evaluations.setdefault(stage, 0)

    def count(self, plans: int) -> None:
        """Note that so many plans were tried."""
        self.allowance.used += plans
        self.evaluations[self.stage] = self.evaluations.get(self.stage, 0) + plans
        if self.progress is not None:
            self.progress(self.stage, sum(self.evaluations.values()), self.best.gain, self.harmful_gain)

    def try_cycles(
        self, menu: Menu, cycles: Sequence[Sequence[int]], family: str, abouts: Sequence[str] | None = None
    ) -> tuple[Amounts, Bools]:
        """Try plans that repeat a cycle of places in the menu: gains per firm and round [P], and which are lawful [P].

        Stops early, with fewer, when the allowance is spent.
        """
        gains: list[Amounts] = []
        lawful: list[Bools] = []
        size = max(1, BATCH // self.arena.worlds)
        first = 0
        while first < len(cycles):
            some = cycles[first : first + min(size, self.allowance.left)]
            lengths = np.array([len(cycle) for cycle in some])
            longest = int(lengths.max())
            rounds = self.settling + max(COUNTED, 2 * longest)
            played = self.arena.play(menu, words(some, self.arena.worlds), len(some), rounds)
            own = self.arena.gains(played, lengths, self.settling).mean(axis=1)
            legal = self.arena.lawful(played)
            self.count(len(some))

            kept = self._promising(own, legal, family)
            if kept:
                self._confirm(
                    menu,
                    [some[k] for k in kept],
                    family,
                    [abouts[first + k] if abouts is not None else "" for k in kept],
                )
            gains.append(own)
            lawful.append(legal)
            first += len(some)
            if self.allowance.spent:
                break
        return np.concatenate(gains), np.concatenate(lawful)

    def try_rules(self, menu: Menu, choose: Choose, family: str, abouts: Sequence[str], rounds: int = 640) -> None:
        """Try plans that look at standings: `choose` plays as many as there are `abouts`, each to its long run."""
        for found in settle(self.arena, menu, choose, [family] * len(abouts), list(abouts), rounds):
            self.offer(found)
        self.count(len(abouts))

    def offer(self, found: Settled) -> None:
        """Keep a plan where it is better than what is known; a plan without a cycle only where lots are drawn."""
        if not (found.exact or self.arena.chancy):
            return
        if found.gain > self.best.gain + self.least:
            self.best = found
        if found.lawful and found.gain > self.best_lawful.gain + self.least:
            self.best_lawful = found
        known = self.by_family.get(found.family)
        if known is None or found.gain > known.gain + self.least:
            self.by_family[found.family] = found

    def _promising(self, gains: Amounts, lawful: Bools, family: str) -> list[int]:
        known = self.by_family[family].gain if family in self.by_family else 0.0
        order = [int(k) for k in np.argsort(-gains, kind="stable")]
        best = [k for k in order[:CONFIRMED] if gains[k] > self.best.gain + self.least]
        legal = [k for k in order if lawful[k] and gains[k] > self.best_lawful.gain + self.least][:CONFIRMED]
        own = [k for k in order[:1] if gains[k] > known + self.least]
        return list(dict.fromkeys([*best, *legal, *own]))

    def _confirm(self, menu: Menu, cycles: Sequence[Sequence[int]], family: str, abouts: Sequence[str]) -> None:
        choose = words(cycles, self.arena.worlds)
        for found in settle(self.arena, menu, choose, [family] * len(cycles), list(abouts)):
            self.offer(found)
