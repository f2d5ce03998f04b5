"""The Controller's part of an institution as a finite automaton over joint standings, filled by the real `judge`.

A joint standing is kept as far as it matters for what follows: states, counters (by their pattern), rounds in the state
if a guard asks for them, timers, limits of capacity, and cooldowns that still run; round numbers become ages. What
fired, against whom, and which audits took place decide the next one. Standings that no future tells apart are one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.memory import TIME, asks_for, patterns, time_pattern
from agoranomos.errors import UsageError
from agoranomos.institutions.abstract import abstract_bound, signal_measure
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, Bound
from agoranomos.institutions.draws import UNIFORM_BITS, uniform
from agoranomos.institutions.judge import initial_standings, judge
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.markets.facts import SCALE

Joint: TypeAlias = tuple[Standing, ...]
Fired: TypeAlias = tuple[frozenset[str], ...]
Indices: TypeAlias = NDArray[np.int64]

NOW = 1_000_000_000
"""The round in which every standing is judged here; ages count back from it."""

MOST_STANDINGS = 20_000
"""Joint standings that are followed before the search gives up."""

MOST_AUDITS = 6


@dataclass(frozen=True, slots=True)
class Effect:
    """What happened to one firm: edge crossed (-1: none), rung of the fine, whether evidence is fresh."""

    edge: int
    rung: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """One way the audits of a round may fall out, with its probability and the draws that make it so."""

    probability: float
    draws: tuple[int, ...]


class Ladder:
    """The automaton: a joint standing c under fired signals f (one set a firm) and audits a leads to another.

    Standing 0 is the initial one. `effects[e]` says what happened to each firm; `limits[c]` are the shares of capacity
    that firms may use, in millionths (None: all of it); `suspended[c]` whether somebody is suspended. Steps are
    judged when they are first asked for, unless `explore` has been through all of them.
    """

    def __init__(self, bound: Bound) -> None:
        if asks_for(bound, "round"):
            raise UsageError(
                f"institution {bound.institution.name} cannot be certified: its guards read the number of the round, "
                "so that no plan repeats"
            )
        self.bound = bound
        self.followed = patterns(bound)
        self.chances = _chances(bound, _even(bound))
        self.effects: list[tuple[Effect, ...]] = []
        self.limits: list[tuple[int | None, ...]] = []
        self.states: list[tuple[str, ...]] = []
        self._abstract = _even(abstract_bound(bound.institution, bound.facts.agents))
        self._cooldowns = {edge.index: edge.spec.cooldown for edge in bound.institution.edges}
        self._edges = {edge.key: edge for edge in bound.institution.edges}
        self._time = time_pattern(bound) if asks_for(bound, TIME) else None
        self._joints: list[Joint] = []
        self._known: dict[Joint, int] = {}
        self._known_effects: dict[tuple[Effect, ...], int] = {}
        self._steps: dict[tuple[int, Fired, int], tuple[int, int]] = {}
        self._place(self._reduced(initial_standings(bound)))

    @property
    def suspended(self) -> NDArray[np.bool_]:
        """Whether somebody is suspended, for each standing: such rounds are no evidence."""
        return np.array([0 in row for row in self.limits], dtype=bool)

    def step(self, standing: int, fired: Fired, chance: int) -> tuple[int, int]:
        """The next standing and the effect (an index into `effects`)."""
        key = (standing, fired, chance)
        known = self._steps.get(key)
        if known is None:
            observed = Observed(NOW, self._measures(fired), self.chances[chance].draws)
            judged = judge(self._abstract, self._joints[standing], observed)
            effects = self._effects(judged)
            if effects not in self._known_effects:
                self._known_effects[effects] = len(self.effects)
                self.effects.append(effects)
            known = (self._place(self._reduced(judged.standings)), self._known_effects[effects])
            self._steps[key] = known
        return known

    def explore(self, fired: Sequence[Fired]) -> None:
        """Go through all standings that these combinations lead to, and make one of those no future tells apart.

        By Moore's algorithm on what each step does to firms and on the limits of capacity; numbers are given anew.
        """
        chances = range(len(self.chances))
        following: list[list[int]] = []
        causing: list[list[int]] = []
        standing = 0
        while standing < len(self._joints):
            steps = [self.step(standing, one, chance) for one in fired for chance in chances]
            following.append([after for after, _ in steps])
            causing.append([effect for _, effect in steps])
            standing += 1
        classes, place = _merged(np.array(following), np.array(causing), self.limits)
        self._steps = {
            (int(classes[place[c]]), one, chance): (int(classes[following[place[c]][k]]), causing[place[c]][k])
            for c in range(len(place))
            for k, (one, chance) in enumerate((one, chance) for one in fired for chance in chances)
        }
        self._joints = [self._joints[k] for k in place]
        self.limits = [self.limits[k] for k in place]
        self.states = [self.states[k] for k in place]

    def _place(self, joint: Joint) -> int:
        known = self._known.get(joint)
        if known is None:
            if len(self._joints) >= MOST_STANDINGS:
                raise UsageError(
                    f"more than {MOST_STANDINGS:,} joint standings can be reached; certify follows no more",
                    advice="Name fewer --plans, shorten counters and timers, or try `agora graph attack`.",
                )
            known = self._known[joint] = len(self._joints)
            self._joints.append(joint)
            self.limits.append(tuple(standing.limit_e6 for standing in joint))
            self.states.append(tuple(standing.state for standing in joint))
        return known

    def _measures(self, fired: Fired) -> dict[str, Any]:
        firms = len(self.bound.facts.agents)
        measures: dict[str, Any] = {
            signal_measure(name): tuple([SCALE if name in one else 0 for one in fired]) for name in self.bound.signals
        }
        return {**measures, PROFIT: (0,) * firms, NASH_PROFIT: (0,) * firms}

    def _effects(self, judged: Judgement) -> tuple[Effect, ...]:
        institution = self.bound.institution
        found = []
        for agent, standing in zip(self.bound.facts.agents, judged.standings, strict=True):
            crossed = [self._edges[t.edge] for t in judged.transitions if t.agent == agent and not t.blocked]
            if not crossed:
                found.append(Effect(-1, 1, False))
                continue
            edge, rung = crossed[0], 1
            fine = self.bound.fines.get(edge.index)
            if fine is not None and fine.by is not None:
                names = [name for name, _, _ in institution.counter_updates]
                taken = [s.count for s in judged.sanctions if s.agent == agent and s.counter == fine.by]
                rung = min(max(standing.counters[names.index(fine.by)] + sum(taken), 1), len(fine.rates))
            found.append(Effect(edge.index, rung, edge.spec.fresh_evidence))
        return tuple(found)

    def _reduced(self, joint: Joint) -> Joint:
        return tuple([self._own(standing) for standing in joint])

    def _own(self, standing: Standing) -> Standing:
        names = self.bound.institution.counter_updates
        counters = tuple(
            [
                self.followed[name].of(value) if name in self.followed else value
                for (name, _, _), value in zip(names, standing.counters, strict=True)
            ]
        )
        # Everything is judged in round NOW, so what happened there happened one round ago when it is judged next.
        aged = {edge: last - 1 for edge, last in sorted(standing.crossed.items())}
        return _Hashable(
            standing.state,
            counters,
            self._time.of(standing.rounds_in_state) if self._time is not None else 0,
            standing.timer,
            standing.limit_e6,
            _Ages({edge: last for edge, last in aged.items() if NOW - last <= self._cooldowns[edge]}),
        )


class Ladders:
    """The automaton of one institution in two forms, each made when it is first needed and shared by all models.

    `alike` is for plans under which nothing tells firms apart: all its standings are explored, and few remain. `apart`
    is for any plan, and judges steps as they are met.
    """

    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    @cached_property
    def alike(self) -> Ladder:
        """For firms that stand alike for ever."""
        ladder = Ladder(self.bound)
        asked = [name for name in self.bound.signals if name not in self.bound.supporting]
        subsets = itertools.chain.from_iterable(itertools.combinations(asked, k) for k in range(len(asked) + 1))
        ladder.explore([(frozenset(names),) * len(self.bound.facts.agents) for names in subsets])
        return ladder

    @cached_property
    def apart(self) -> Ladder:
        """For any plan."""
        return Ladder(self.bound)


class _Ages(dict[int, int]):
    """Running cooldowns, as a key of tables."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


class _Hashable(Standing, frozen=True):
    """A standing that can be a key of tables."""


def _merged(
    following: Indices, causing: Indices, limits: Sequence[tuple[int | None, ...]]
) -> tuple[Indices, list[int]]:
    """The class of each standing, and a standing of each class; rows are standings, columns steps."""
    known = {row: k for k, row in enumerate(dict.fromkeys(limits))}
    classes = _numbered(np.concatenate([causing, np.array([[known[row]] for row in limits])], axis=1))
    while True:
        refined = _numbered(np.concatenate([classes[:, None], classes[following]], axis=1))
        if refined.max() == classes.max():
            _, place = np.unique(refined, return_index=True)
            return refined, place.tolist()
        classes = refined


def _numbered(rows: Indices) -> Indices:
    """Equal rows get equal numbers, in the order of first appearance."""
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[np.reshape(inverse, -1)]


def _even(bound: Bound) -> Bound:
    """The same with every audit at even odds, so that draws for each outcome are soon found."""
    return replace(bound, audits=tuple(replace(audit, below=1 << (UNIFORM_BITS - 1)) for audit in bound.audits))


def _chances(bound: Bound, even: Bound) -> tuple[Chance, ...]:
    """All ways the audits of a round may fall out; timers are lengthened by nothing."""
    firms = len(bound.facts.agents)
    if not bound.audits:
        return (Chance(1.0, (0,) * firms if bound.draws else ()),)
    coins = [
        (k, firm) for k, audit in enumerate(bound.audits) for firm in (range(1) if audit.of_market else range(firms))
    ]
    if len(coins) > MOST_AUDITS:
        raise UsageError(f"{len(coins)} audits may take place in a round; certify follows at most {MOST_AUDITS}")
    step = math.lcm(*[edge.spec.jitter + 1 for edge in bound.institution.edges] or [1])
    found = []
    for outcome in itertools.product((False, True), repeat=len(coins)):
        took = dict(zip(coins, outcome, strict=True))
        probability = 1.0
        for (k, _), happened in took.items():
            p = bound.audits[k].below / 2**UNIFORM_BITS
            probability *= p if happened else 1.0 - p
        draws = tuple([_draw(even, took, firm, step) for firm in range(firms)])
        found.append(Chance(probability, draws))
    return tuple(found)


def _draw(even: Bound, took: dict[tuple[int, int], bool], firm: int, step: int) -> int:
    wanted = [(audit, took[k, firm]) for k, audit in enumerate(even.audits) if (k, firm) in took]
    return next(
        draw
        for draw in itertools.count(0, step)
        if all((uniform(draw, audit.salted) < audit.below) == happened for audit, happened in wanted)
    )


__all__ = ["Chance", "Effect", "Fired", "Ladder", "Ladders"]
