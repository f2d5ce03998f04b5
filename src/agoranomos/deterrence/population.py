"""A population of best responders: does play turn from collusion to Nash where theory says that it should.

Each firm follows one of three conducts: `keep` to the plan, `leave` it with the best deviation, or `compete` at Nash
quantities. In each generation every firm looks at what the others last did. While they all kept, it takes the conduct
that is worth most against it, its own where there is a tie; once somebody did not, the threat is carried out, and it
competes. What a conduct is worth is found by playing it: rounds are cleared by the market, judged by the institution's
real judge with its audits drawn from named seeds, and discounted. No formula of deterrence is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import Rounds, compile_judge
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.equilibrium import best_response, nash
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE

Conduct: TypeAlias = Literal["keep", "leave", "compete"]
CONDUCTS: Final[tuple[Conduct, ...]] = ("keep", "leave", "compete")

Quantities: TypeAlias = NDArray[np.float64]

_TIE = 1e-12


@dataclass(frozen=True)
class World:
    """A market, a plan of quantities [N, M] in it, how patient its firms are, and how values are estimated.

    A stream is worth the sum of `discount**t` times the profit of round t, net of fines, over `horizon` rounds, as the
    mean over runs with the seeds 0 .. `runs` - 1; what comes after the horizon is left out.
    """

    spec: CournotSpec
    plan: Quantities
    discount: float
    horizon: int = 60
    runs: int = 400


def net_profits(world: World, bound: Bound, actions: ArrayLike) -> NDArray[np.float64]:
    """Profits net of fines, [R, T, N], where firms bring `actions` [T, N, M] in every run; R = `world.runs`."""
    spec, runs = world.spec, world.runs
    quantities = np.rint(np.asarray(actions, dtype=np.float64) * SCALE).astype(np.int64)
    measures = measure_arrays_e6(spec, benchmarks(spec), quantities)
    judge = compile_judge(bound)
    standings = judge.start(runs)
    steady = np.array([run_draw(seed) for seed in range(runs)], np.uint64) if bound.run_draw else None
    net = np.empty((runs, len(quantities), len(spec.firms)))
    for t in range(len(quantities)):
        draws = None
        if bound.draws:
            draws = _draws(runs, t + 1, bound.facts.agents)
        read = {name: np.repeat(measures[name][t][None], runs, axis=0) for name in judge.needed}
        judged = judge.judge(standings, Rounds(t + 1, read, draws, run_draw=steady))
        standings = judged.standings
        net[:, t] = (measures["profit_e6"][t] - judged.fine_e6) / SCALE
    return net


@lru_cache(maxsize=1024)
def _draws(runs: int, round_number: int, agents: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.array([round_draws(seed, round_number, agents) for seed in range(runs)], np.uint64)


def conducted(world: World, conducts: Sequence[Conduct]) -> Quantities:
    """The quantities [T, N, M] that follow when each firm has its conduct: who leaves is punished by Nash for ever."""
    spec = world.spec
    equilibrium = np.asarray(nash(spec).quantity)
    first = np.array(world.plan, dtype=np.float64)
    for firm, conduct in enumerate(conducts):
        if conduct == "leave":
            rivals = world.plan.sum(axis=0) - world.plan[firm]
            first[firm] = best_response(spec, firm, rivals.tolist())
        elif conduct == "compete":
            first[firm] = equilibrium[firm]
    after = world.plan if all(conduct == "keep" for conduct in conducts) else equilibrium
    return np.stack([first, *(after for _ in range(world.horizon - 1))])


def worth(world: World, bound: Bound, conducts: Sequence[Conduct]) -> NDArray[np.float64]:
    """What each firm's stream is worth, [N], when each has its conduct."""
    net = net_profits(world, bound, conducted(world, conducts)).mean(axis=0)
    return np.asarray(world.discount ** np.arange(len(net)) @ net)


def settle(world: World, bound: Bound, generations: int = 20) -> tuple[tuple[Conduct, ...], ...]:
    """The conducts of each generation, from one in which all keep to the plan until two are alike."""
    known: dict[tuple[Conduct, ...], NDArray[np.float64]] = {}

    def value(firm: int, own: Conduct, others: tuple[Conduct, ...]) -> float:
        profile = (*others[:firm], own, *others[firm + 1 :])
        if profile not in known:
            known[profile] = worth(world, bound, profile)
        return float(known[profile][firm])

    def response(firm: int, last: tuple[Conduct, ...]) -> Conduct:
        if any(conduct != "keep" for k, conduct in enumerate(last) if k != firm):
            return "compete"
        values = {conduct: value(firm, conduct, last) for conduct in CONDUCTS}
        best = max(values.values())
        nearly = _TIE * abs(best)  # values are sums of floats
        return last[firm] if values[last[firm]] >= best - nearly else max(CONDUCTS, key=lambda c: values[c])

    history: list[tuple[Conduct, ...]] = [tuple("keep" for _ in world.spec.firms)]
    for _ in range(generations):
        last = history[-1]
        history.append(tuple(response(firm, last) for firm in range(len(last))))
        if history[-1] == last:
            break
    return tuple(history)


def turning_point(
    world: World, institution_at: Callable[[float], Bound], grid: Sequence[float]
) -> tuple[float | None, tuple[bool, ...]]:
    """`(where, colluding)`: the first value of `grid` at which the population leaves the plan, None if at none.

    `institution_at` binds the institution that has the value (a probability of detection, a fine); `colluding` says for
    each value of the grid whether the population still keeps to the plan in the end.
    """
    colluding = tuple(all(c == "keep" for c in settle(world, institution_at(value))[-1]) for value in grid)
    where = next((value for value, still in zip(grid, colluding, strict=True) if not still), None)
    return where, colluding
