"""Plays thousands of joint plans at once: the market clears them, the compiled judge judges them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.institutions.bind import PROFIT, Bound
from agoranomos.institutions.compiled import FREE, Rounds, Standings, compile_judge
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.feasible import countable
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE

Integers: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Amounts: TypeAlias = NDArray[np.float64]
Choose: TypeAlias = Callable[[int, Standings], Integers]
"""From the round (counted from 0) and the standings before it to the joint action of every run, int64[R]."""

WORLDS: Final = 16
"""Draws under which a plan is tried where the institution draws lots: audits, jitter, errors of reading."""


@dataclass(frozen=True, eq=False)
class Menu:
    """Joint actions int64[K, N, M] in millionths with the measures of a round in which each is brought."""

    actions_e6: Integers
    measures: dict[str, Integers]
    elevated: Bools

    def __len__(self) -> int:
        return len(self.actions_e6)


@dataclass(frozen=True, eq=False)
class Played:
    """What came of T rounds in R runs: `choice` [T, R]; `net_e6`, `fine_e6`, `state` (after), `edge`, `case` [T, R, N].

    `elevated` [T, R]: some price stood above Nash's. `fired` [T, R, N, S] only where it was asked for.
    """

    choice: Integers
    net_e6: Integers
    fine_e6: Integers
    state: Integers
    edge: Integers
    case: Bools
    elevated: Bools
    fired: Bools | None


class Arena:
    """A market under an institution, to be played in by plans. One object serves one thread."""

    def __init__(self, spec: CournotSpec, bound: Bound) -> None:
        self.spec = spec
        self.bound = bound
        self.judge = compile_judge(bound)
        self._capacity = np.array([countable(capacity) for capacity in spec.capacity], np.int64)
        known = benchmarks(spec)
        self.known = known
        self.nash_e6 = self.counted(known.nash.quantity)
        self.nash_profit = np.array(known.nash.profit)
        self.chancy = bound.draws or bound.run_draw
        self.worlds = WORLDS if self.chancy else 1
        events = bound.institution.manifest.events
        self._accusing = [k for k, name in enumerate(self.judge.events) if events[name].accuses is not None]
        self._ceiling = np.rint(np.array(known.nash.price) * SCALE).astype(np.int64)

    def counted(self, quantity: ArrayLike) -> Integers:
        """Quantities [..., N, M] in millionths, brought within capacities as the market would."""
        asked = np.maximum(np.rint(np.asarray(quantity, dtype=np.float64) * SCALE), 0).astype(np.int64)
        return self._within(asked, self._capacity)

    def _within(self, asked: Integers, most: Integers) -> Integers:
        total = asked.sum(axis=-1, keepdims=True)
        limit = np.broadcast_to(most, asked.shape[:-1])[..., None]
        return np.where(total > limit, asked * limit // np.maximum(total, 1), asked)

    def menu(self, actions_e6: Integers) -> Menu:
        """The actions with what a round of each measures."""
        measures = measure_arrays_e6(self.spec, self.known, actions_e6)
        needed = {name: measures[name] for name in (*self.judge.needed, PROFIT, "price_e6")}
        return Menu(actions_e6, needed, np.asarray((needed["price_e6"] > self._ceiling).any(axis=-1)))

    def play(self, menu: Menu, choose: Choose, plans: int, rounds: int, *, signals: bool = False) -> Played:
        """Play `plans` plans for `rounds` rounds, each under `worlds` draws: R = plans x worlds, worlds side by side.

        `choose` gives the joint action of each of the R runs. Sanctions that limit output are applied to it.
        """
        firms, runs = len(self.spec.firms), plans * self.worlds
        standings = self.judge.start(runs)
        choice = np.zeros((rounds, runs), np.int64)
        net, fine, state, edge = (np.zeros((rounds, runs, firms), np.int64) for _ in range(4))
        case = np.zeros((rounds, runs, firms), bool)
        elevated = np.zeros((rounds, runs), bool)
        fired = np.zeros((rounds, runs, firms, len(self.judge.signals)), bool) if signals else None
        steady = np.tile(_run_draws(self.worlds), plans) if self.bound.run_draw else None
        for t in range(rounds):
            chosen = choose(t, standings)
            read = {name: values[chosen] for name, values in menu.measures.items()}
            above = menu.elevated[chosen]
            limited = np.flatnonzero((standings.limit_e6 != FREE).any(axis=1))
            if len(limited):
                lesser = self.menu(self.limited(menu.actions_e6[chosen[limited]], standings.limit_e6[limited]))
                above[limited] = lesser.elevated
                for name, values in lesser.measures.items():
                    read[name][limited] = values
            draws = np.tile(_draws(self.worlds, t + 1, self.bound.facts.agents), (plans, 1)) if self.chancy else None
            judged = self.judge.judge(standings, Rounds(t + 1, read, draws, run_draw=steady))
            standings = judged.standings
            choice[t], elevated[t] = chosen, above
            net[t], fine[t] = read[PROFIT] - judged.fine_e6, judged.fine_e6
            state[t], edge[t] = standings.state, judged.edge
            case[t] = judged.events[:, :, self._accusing].any(axis=2)
            if fired is not None:
                fired[t] = judged.fired
        return Played(choice, net, fine, state, edge, case, elevated, fired)

    def limited(self, actions_e6: Integers, limit_e6: Integers) -> Integers:
        """Joint actions [R, N, M] as standings with these limits [R, N] let them through."""
        most = np.where(limit_e6 == FREE, self._capacity, self._capacity * limit_e6 // SCALE)
        return self._within(actions_e6, most)

    def gains(self, played: Played, lengths: ArrayLike, settling: int) -> Amounts:
        """Net profit over Nash [P, N], the mean a round over whole cycles of `lengths` [P] after `settling` rounds."""
        rounds, runs, firms = played.net_e6.shape
        length = np.repeat(np.broadcast_to(np.asarray(lengths), runs // self.worlds), self.worlds)
        counted = np.maximum((rounds - settling) // length, 1) * length
        mask = np.arange(rounds)[:, None] >= rounds - counted
        total = np.einsum("trn,tr->rn", played.net_e6.astype(np.float64), mask.astype(np.float64))
        mean = (total / counted[:, None] / SCALE).reshape(-1, self.worlds, firms).mean(axis=1)
        return np.asarray(mean - self.nash_profit)

    def lawful(self, played: Played) -> Bools:
        """Which plans never raised a price above Nash's, [P]."""
        return np.asarray(~played.elevated.any(axis=0).reshape(-1, self.worlds).any(axis=1))


def simulate(bound: Bound, spec: CournotSpec, actions_e6: Integers) -> Played:
    """What comes of given joint actions int64[R, T, N, M]; `choice` counts through the rounds of all runs."""
    runs, rounds = actions_e6.shape[:2]
    arena = Arena(spec, bound)
    menu = arena.menu(actions_e6.reshape(-1, *actions_e6.shape[2:]))
    base = np.repeat(np.arange(runs) * rounds, arena.worlds)
    return arena.play(menu, lambda t, _: base + t, runs, rounds)


def words(cycles: Sequence[Sequence[int]], worlds: int) -> Choose:
    """The rule that repeats each plan's cycle of places in a menu for ever."""
    lengths = np.array([len(cycle) for cycle in cycles], np.int64)
    table = np.zeros((len(cycles), int(lengths.max(initial=1))), np.int64)
    for row, cycle in zip(table, cycles, strict=True):
        row[: len(cycle)] = cycle
    rows = np.arange(len(cycles))
    return lambda t, _: np.repeat(table[rows, t % lengths], worlds)


@lru_cache(maxsize=4096)
def _draws(worlds: int, round_number: int, agents: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.array([round_draws(seed, round_number, agents) for seed in range(worlds)], np.uint64)


@lru_cache(maxsize=4)
def _run_draws(worlds: int) -> NDArray[np.uint64]:
    return np.array([run_draw(seed) for seed in range(worlds)], np.uint64)
