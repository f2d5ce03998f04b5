"""The red team: four ways to search for play that beats Nash while it stays under the sanctions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Arena
from agoranomos.deterrence.red_team.evolution import evolve
from agoranomos.deterrence.red_team.exhaustive import try_all
from agoranomos.deterrence.red_team.families import try_families
from agoranomos.deterrence.red_team.learner import learn
from agoranomos.deterrence.red_team.palette import Palette, named_palette, parked
from agoranomos.deterrence.red_team.search import Allowance, Progress, Search
from agoranomos.deterrence.red_team.settled import Settled
from agoranomos.deterrence.red_team.witness import Witness, witness_of
from agoranomos.errors import UsageError
from agoranomos.institutions.bind import bind
from agoranomos.institutions.institution import Institution
from agoranomos.markets.cournot.spec import CournotSpec, beyond_totals
from agoranomos.markets.market import Market

STAGES: Final = {"families": 0.25, "exhaustive": 0.25, "learner": 0.15, "evolution": 0.35}
"""Which part of the allowance each stage has; what one leaves, the next ones share."""

TOLERANCE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Attack:
    """What a red team found. Money is per firm and round, over Nash play, fines taken off.

    `best` is the best joint plan, `best_lawful` the best whose prices never exceed Nash's, `alone` the best of one firm
    while the others play Nash, `bait` the best of those that get a rival sanctioned (None: none that pays).
    `by_family` are the best of each family, best first. `evaluations` are the plans that each stage tried.
    """

    institution: str
    semantic_sha256: str
    market: str
    nash_profit: float
    tolerance: float
    best: Witness
    best_lawful: Witness
    alone: Witness
    bait: Witness | None
    by_family: tuple[Witness, ...]
    evaluations: dict[str, int]
    interrupted: bool

    @property
    def harmful_gain_per_round(self) -> float:
        """The best plan less the best whose prices never exceed Nash's."""
        return max(0.0, self.best.gain_per_round - self.best_lawful.gain_per_round)

    @property
    def holds(self) -> bool:
        """Whether nothing was found that gains more through harm than the tolerance."""
        return self.harmful_gain_per_round <= self.tolerance * self.nash_profit


def attack(
    institution: Institution,
    market: Market,
    *,
    plans: Sequence[str] = (),
    seconds: float | None = 60.0,
    evaluations: int | None = None,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    stages: Sequence[str] = tuple(STAGES),
    clock: Callable[[], float] = time.monotonic,
    progress: Progress | None = None,
) -> Attack:
    """Search for `seconds`, or until about `evaluations` plans were tried; an interrupt keeps what was found.

    `plans` limits play to named outcomes. With `evaluations` and no `seconds` the same seed finds the same. Raises
    `UsageError` for a market that is no Cournot market, for an unknown name, and where the institution cannot govern.
    """
    spec = getattr(market, "spec", None)
    if not isinstance(spec, CournotSpec):
        raise UsageError(
            f"{market.facts.market} is no Cournot market; attack knows no other yet",
            advice="Play the institution in it instead: agora run, or agora graph test with traces of signals.",
        )
    if reason := beyond_totals(spec):
        raise UsageError(f"{spec.name}: {reason}; attack knows identical versions and lasting firms only")
    arena = Arena(spec, bind(institution, market.facts))
    whole = Allowance(clock, seconds, evaluations)
    search = Search(arena, whole, progress)
    interrupted = False
    try:
        _search(search, whole, tuple(plans), seed, stages)
    except KeyboardInterrupt:
        interrupted = True

    def witnessed(found: Settled, name: str) -> Witness:
        return witness_of(found, name, arena, institution, market)

    families = sorted(search.by_family.values(), key=lambda found: -found.gain)
    return Attack(
        institution=institution.name,
        semantic_sha256=institution.semantic_sha256,
        market=market.facts.market,
        nash_profit=float(arena.nash_profit.mean()),
        tolerance=tolerance,
        best=witnessed(search.best, "best plan found"),
        best_lawful=witnessed(search.best_lawful, "best plan found at prices never above Nash"),
        alone=witnessed(search.alone, "best plan found of one firm alone"),
        bait=None if search.bait is None else witnessed(search.bait, "a rival baited into a case"),
        by_family=tuple(
            witnessed(found, f"best found by: {found.family}") for found in families if found.gain > search.least
        ),
        evaluations=dict(search.evaluations),
        interrupted=interrupted,
    )


def _search(search: Search, whole: Allowance, plans: tuple[str, ...], seed: int, stages: Sequence[str]) -> None:
    palette: Palette | None = None
    for place, stage in enumerate(stages):
        left = sum(STAGES[name] for name in stages[place:])
        rest = Allowance(
            whole.clock,
            None if whole.seconds is None else max(0.0, whole.seconds - (whole.clock() - whole.begun)),
            None if whole.evaluations is None else max(0, whole.evaluations - sum(search.evaluations.values())),
        )
        search.begin(stage, rest.part(STAGES[stage] / left))
        if palette is None:
            palette = named_palette(search.arena, plans) if plans else _parked(search)
        rng = np.random.default_rng([seed, list(STAGES).index(stage)])
        if stage == "families":
            try_families(search, palette)
        elif stage == "exhaustive":
            try_all(search, palette)
        elif stage == "learner":
            learn(search, palette, rng)
        else:
            evolve(search, palette, rng)


def _parked(search: Search) -> Palette:
    """The palette of parked actions, found with a third of the first stage's allowance at most."""
    own = search.allowance
    search.allowance = own.part(1.0 / 3.0)
    palette = parked(search)
    own.used += search.allowance.used
    search.allowance = own
    return palette
