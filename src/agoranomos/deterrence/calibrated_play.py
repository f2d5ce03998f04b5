"""How firms play in many runs at once: the same rules as the policies of the same names, over arrays.

`tests/deterrence/test_calibrated_play.py` holds them to the policies, run by run and quantity by quantity.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.equilibrium import best_response
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.policies.outlook import Outlook
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness, named_integer

Amounts: TypeAlias = NDArray[np.float64]

MENU = (0.8, 0.9, 1.0, 1.1, 1.2)
"""What a learner may make, as parts of its Nash output."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What firms saw of the round before, in R runs: quantities [R, N, M], prices [R, M], profits net of fines [R, N].

    `initial` [R, N] says whose standing is the initial one; `round` counts from 1, and in round 1 the rest is zero.
    """

    round: int
    quantity: Amounts
    price: Amounts
    net: Amounts
    initial: NDArray[np.bool_]


class Play(ABC):
    """One way to play, in R runs with the seeds that `begin` is given. `innocent`: no coordination in its rule."""

    def __init__(self, name: str, about: str, *, innocent: bool, noise: float = 0.0) -> None:
        self.name = name
        self.about = about
        self.innocent = innocent
        self.noise = noise

    def begin(self, spec: CournotSpec, seeds: Sequence[int]) -> None:  # noqa: B027 (most plays remember nothing)
        """Before the first round."""

    @abstractmethod
    def act(self, spec: CournotSpec, seen: Seen) -> Amounts:
        """What every firm wants to make, [R, N, M], before noise."""


class Constant(Play):
    """The same quantities in every round."""

    def __init__(self, name: str, about: str, plan: Amounts, *, innocent: bool, noise: float) -> None:
        super().__init__(name, about, innocent=innocent, noise=noise)
        self._plan = plan

    def act(self, spec: CournotSpec, seen: Seen) -> Amounts:
        """The plan."""
        return np.broadcast_to(self._plan, seen.quantity.shape)


class LadderGaming(Play):
    """Divides the market while a firm's own standing is the initial one, and plays Nash otherwise."""

    def __init__(self, name: str, about: str, divided: Amounts, otherwise: Amounts, *, noise: float) -> None:
        super().__init__(name, about, innocent=False, noise=noise)
        self._divided = divided
        self._otherwise = otherwise

    def act(self, spec: CournotSpec, seen: Seen) -> Amounts:
        """Division where it dares."""
        return np.where(seen.initial[:, :, None], self._divided, self._otherwise)


class DampedBestResponse(Play):
    """Half the last quantities, half the best response to what the rivals brought last; from half of capacity."""

    def act(self, spec: CournotSpec, seen: Seen) -> Amounts:
        """The start, and then the adjustment."""
        goods = len(spec.goods)
        if seen.round == 1:
            return np.broadcast_to(np.array(spec.capacity)[:, None] / (2 * goods), seen.quantity.shape)
        rivals = _rivals_observed(spec, seen)
        answer = np.stack([_best_responses(spec, i, rivals[:, i]) for i in range(len(spec.firms))], axis=1)
        return np.asarray(0.5 * seen.quantity + 0.5 * answer)


class IndependentLearners(Play):
    """Each firm tries 80% to 120% of its Nash output, one round in ten at random, and else what has paid best.

    Q-learning without a state (Watkins and Dayan 1992), from own profit net of fines; the values begin at what each
    output earns against rivals at Nash. Nothing of the rivals is observed or remembered, so there is nothing that
    could hold a collusive scheme up; but what the rivals try moves own profit, and a quick learner chases it.
    """

    exploration = 0.1

    def __init__(self, name: str, about: str, *, rate: float) -> None:
        super().__init__(name, about, innocent=True)
        self.rate = rate

    def begin(self, spec: CournotSpec, seeds: Sequence[int]) -> None:
        """Values at Nash."""
        nash = benchmarks(spec).nash.quantity
        self._seeds = tuple(seeds)
        self._menu = np.multiply.outer(np.array(MENU), nash)
        used = self._menu.sum(axis=2)
        self._menu = self._menu * np.minimum(1.0, np.array(spec.capacity) / np.maximum(used, 1e-300))[:, :, None]
        expected = np.empty((len(spec.firms), len(MENU)))
        for i in range(len(spec.firms)):
            for k in range(len(MENU)):
                plan = nash.copy()
                plan[i] = self._menu[k, i]
                expected[i, k] = clear(spec, plan).profit[i]
        self._values = np.broadcast_to(expected, (len(seeds), *expected.shape)).copy()
        self._chosen = np.full((len(seeds), len(spec.firms)), -1)

    def act(self, spec: CournotSpec, seen: Seen) -> Amounts:
        """Learn from the last round's profit, then choose."""
        rows, firms = np.indices(self._chosen.shape)
        if seen.round > 1:
            old = self._values[rows, firms, self._chosen]
            self._values[rows, firms, self._chosen] = old + self.rate * (seen.net - old)
        draws = _uniform(self._seeds, seen.round, spec.firms)
        tried = (draws / self.exploration * len(MENU)).astype(np.int64)
        self._chosen = np.where(draws < self.exploration, tried, self._values.argmax(axis=2))
        return np.asarray(self._menu[self._chosen, firms])


def innocent_plays(spec: CournotSpec, noise: float) -> dict[str, Play]:
    """The play of firms that did nothing wrong, by name: what thresholds are set against."""
    percent = f"{100 * noise:g}% noise"
    plays = (
        Constant("nash", f"Nash, {percent}", benchmarks(spec).nash.quantity, innocent=True, noise=noise),
        DampedBestResponse(
            "best-response", f"damped best response from half of capacity, {percent}", innocent=True, noise=noise
        ),
        IndependentLearners(
            "learners", "independent learners around Nash, one round in ten at random, learning rate 0.02", rate=0.02
        ),
        IndependentLearners("quick-learners", "the same at a learning rate of 0.1", rate=0.1),
    )
    return {play.name: play for play in plays}


def cartels(spec: CournotSpec, noise: float) -> dict[str, Play]:
    """Named cartels, by name: what an institution should see."""
    outlooks = [Outlook(spec, i) for i in range(len(spec.firms))]
    plans = {
        "division": ("every good made by its specialists", [o.division(1.0) for o in outlooks]),
        "division-0.9": ("a division that leaks a tenth", [o.division(0.9) for o in outlooks]),
        "division-0.8": ("a division that leaks a fifth", [o.division(0.8) for o in outlooks]),
        "nash-share-cartel": ("monopoly output at Nash shares", [o.nash_share_cartel() for o in outlooks]),
        "parked-divider": (
            "a division whose prices park at 0.499 of the way from Nash to monopoly",
            [o.division(1.0, o.totals_at(0.499)) for o in outlooks],
        ),
    }
    found: dict[str, Play] = {
        name: Constant(name, about, np.array(plan), innocent=False, noise=noise)
        for name, (about, plan) in plans.items()
    }
    found["ladder-gamer"] = LadderGaming(
        "ladder-gamer",
        "divides while its standing is clean, else plays Nash",
        np.array(plans["division"][1]),
        benchmarks(spec).nash.quantity,
        noise=noise,
    )
    return found


@lru_cache(maxsize=4)
def noise_draws(seeds: tuple[int, ...], rounds: int, agents: tuple[str, ...], goods: int) -> Amounts:
    """Standard normal draws [T, R, N, M] by the names that a run gives them; the same seeds give the same again."""
    draws = np.empty((rounds, len(seeds), len(agents), goods))
    for t in range(rounds):
        for r, seed in enumerate(seeds):
            for i, agent in enumerate(agents):
                draws[t, r, i] = Randomness(seed, t + 1, agent).normals("noise", goods)
    draws.flags.writeable = False
    return draws


@lru_cache(maxsize=512)
def _uniform(seeds: tuple[int, ...], round_number: int, agents: tuple[str, ...]) -> Amounts:
    """One uniform number [R, N] an agent and run, from the name `explore`."""
    numbers = [[named_integer(seed, "explore", round_number, agent) for agent in agents] for seed in seeds]
    return np.array(numbers) / (MAX_EXACT_INTEGER + 1)


def _rivals_observed(spec: CournotSpec, seen: Seen) -> Amounts:
    """What each firm's rivals brought [R, N, M], as far as it can tell: `Outlook.rivals_observed` over arrays."""
    total = seen.quantity[:, 0]
    for i in range(1, len(spec.firms)):
        total = total + seen.quantity[:, i]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = seen.quantity / total[:, None, :]
        told = seen.quantity * (1.0 - share) / share
    solved = np.maximum(0.0, np.array(spec.beta) * (np.array(spec.alpha) - seen.price))
    return np.where(seen.quantity > 0.0, told, solved[:, None, :])


def _best_responses(spec: CournotSpec, firm: int, rivals: Amounts) -> Amounts:
    """`best_response` of one firm [R, M]; row by row only where capacity binds."""
    beta = np.array(spec.beta)
    margin = np.array(spec.alpha) - rivals / beta - np.array(spec.marginal_cost[firm])
    wanted = np.where(margin > 0.0, beta * margin / 2.0, 0.0)
    for row in np.flatnonzero(wanted.sum(axis=1) > spec.capacity[firm] - 1e-9):
        wanted[row] = best_response(spec, firm, rivals[row].tolist())
    return wanted
