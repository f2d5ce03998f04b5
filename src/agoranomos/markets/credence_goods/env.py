"""A market for credence goods as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.credence_goods.clear import expected_profit
from agoranomos.markets.credence_goods.measures import (
    MEASURE_KINDS,
    Reference,
    measure_menu,
    measure_round,
    posted_prices,
)
from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import (
    MAJOR,
    Conduct,
    Posted,
    allowed,
    efficient_menu,
    monopoly_menu,
    nash_menu,
    profitable,
    terms,
)
from agoranomos.markets.credence_goods.visits import Offer, Round, promised, remembered, serve
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number
from agoranomos.randomness import named_uniforms

MOST_REMEMBERED = 10_000
"""Actions of which it is remembered what they become when they are made feasible."""
CLOSED = -1.0
"""What is seen in the place of the prices of an expert that sat out."""


class CredenceGoods(RoundMarket[Round]):
    """Experts post prices and say what they will do for whom; consumers go where they expect most, and never know.

    An action is `(minor price, major price, treats minor, treats major, charges minor, charges major)`: the posted
    prices, and for those who need a minor and a major treatment which they get and which they are charged (0 minor,
    1 major). It is a plan for both needs, because an expert learns the need of each consumer in the round. Prices are
    brought onto the grid, the major price to at least the minor one, and the plan to what liability and verifiability
    allow.

    An expert observes everybody's `posted` prices (minor then major, expert by expert; -1 who sat out), its own
    `customers` and how many of them had a major need (`majors`), and every expert's `reputation`, besides what every
    market shows. Treatments and charges of others are seen by nobody.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "credence_goods_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CredenceGoodsSpec

    def __init__(self, spec: CredenceGoodsSpec, *, render_mode: str | None = None) -> None:
        self.benchmarks: dict[str, Posted] = {
            "nash": nash_menu(spec),
            "monopoly": monopoly_menu(spec),
            "efficient": efficient_menu(spec),
        }
        self._reference = Reference.of(spec, self.benchmarks["nash"], self.benchmarks["monopoly"])
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.experts,
            goods=spec.treatments,
            measures=MEASURE_KINDS,
            benchmarks={name: measure_menu(spec, menu, self._reference) for name, menu in self.benchmarks.items()},
        )
        self._reputation: tuple[float, ...] = (0.0,) * len(spec.experts)
        self._believed: dict[tuple[float, float], float] = {}
        self._shown: tuple[np.ndarray, np.ndarray] = (_shared(()), _shared(()))
        self._read: dict[bytes, tuple[Row, bool]] = {}
        self._offers: dict[Row, Offer | None] = {(): None}
        shapes = [ActionShape(_parts(spec)) for _ in spec.experts]
        super().__init__(spec, spec.experts, spec.treatments, shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """Prices and plan of an expert at a benchmark."""
        if benchmark not in self.benchmarks:
            raise unknown_name("benchmark", benchmark, self.benchmarks)
        menu = self.benchmarks[benchmark]
        return as_action(posted_prices(self.spec, menu), menu.conduct)

    def brief(self, agent: str) -> dict[str, str]:
        """What treatments cost and do, what its choices mean, and what it is bound to."""
        spec = self.spec
        bound = {(False, False): "nothing", (True, False): "charge for the treatment that you give"}
        bound |= {
            (False, True): "cure every customer",
            (True, True): "cure every customer, and charge for what you give",
        }
        return {
            "costs": f"{number(spec.minor_cost)} for the minor treatment ({spec.treatments[0]}), "
            f"{number(spec.major_cost)} for the major one ({spec.treatments[1]})",
            "customers": f"{number(100 * spec.major_probability)} in 100 have a major need, which only the major "
            f"treatment cures; it cures both needs; being cured is worth {number(spec.value)}",
            "plan": "treats and charges say for each need which treatment is given and charged: 0 minor, 1 major",
            "duty": bound[spec.verifiability, spec.liability],
        }

    def game(self) -> StageGame:
        """A round on average over needs, where consumers believe the theory; with experience rounds hang together.

        A menu has the prices of every benchmark, with every plan that the market allows.
        """
        return self._game if self.spec.beliefs == "theory" else super().game()

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        rows = [as_action(prices, plan) for prices in self._benchmark_prices() for plan in plans(spec)]
        menu = np.unique(np.array(rows), axis=0)
        return StageGame(spec.experts, (menu,) * len(spec.experts), lambda actions: expected_profit(spec, actions))

    def _benchmark_prices(self) -> list[tuple[float, float]]:
        return list(dict.fromkeys(posted_prices(self.spec, menu) for menu in self.benchmarks.values()))

    def _begin(self) -> None:
        self._reputation = (0.0,) * len(self.spec.experts)

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        # Offers are few and come again and again: what a row of float64 comes to is remembered by its bytes.
        written = action.tobytes() if type(action) is np.ndarray and action.dtype == np.float64 else b""
        if written in self._read:
            return self._read[written]
        row, changed = super()._counted(agent, action)
        if not row:
            return row, changed
        feasible = _feasible(self.spec, row)
        found = feasible, changed or feasible != row
        if written and len(self._read) < MOST_REMEMBERED:
            self._read[written] = found
        return found

    def _clear(self, rows: tuple[Row, ...]) -> Round:
        spec = self.spec
        offers = tuple([self._offer(row) for row in rows])
        drawn = named_uniforms(self.seed, "needs", self.round_number, 2 * spec.consumers).tolist()
        needs = [int(u < spec.major_probability) for u in drawn[: spec.consumers]]
        expected = [self._expected(offer, name) for offer, name in zip(offers, self._reputation, strict=True)]
        played = serve(spec, offers, expected, needs, drawn[spec.consumers :])
        if spec.beliefs == "experience":
            self._reputation = remembered(spec, self._reputation, played)
        posted = [price for offer in offers for price in (offer.prices if offer else (CLOSED, CLOSED))]
        self._shown = _shared(posted), _shared(self._reputation)
        return played

    def _offer(self, row: Row) -> Offer | None:
        if row not in self._offers:
            if len(self._offers) >= MOST_REMEMBERED:
                return _offer(self.spec, row)
            self._offers[row] = _offer(self.spec, row)
        return self._offers[row]

    def _expected(self, offer: Offer | None, reputation: float) -> float | None:
        """What a consumer expects of a visit."""
        if offer is None:
            return None
        if self.spec.beliefs == "experience":
            return offer.hope + reputation
        if offer.prices not in self._believed:
            conduct = profitable(self.spec, offer.prices)
            self._believed[offer.prices] = terms(self.spec, offer.prices, conduct).utility
        return self._believed[offer.prices]

    def _profits(self, outcome: Round) -> Sequence[float]:
        return [own.profit for own in outcome.practices]

    def _measured(self, outcome: Round) -> Measures:
        return measure_round(self.spec, outcome, self._reference)

    def _text(self, outcome: Round) -> str:
        lines = [f"round {self.round_number}: {sum(outcome.needs)} of {len(outcome.needs)} with a major need"]
        for expert, offer, own in zip(self.possible_agents, outcome.offers, outcome.practices, strict=True):
            if offer is None:
                lines.append(f"  {expert}: sat out")
                continue
            lines.append(
                f"  {expert}: prices {offer.prices[0]:g} and {offer.prices[1]:g}  customers {own.customers}  "
                f"undertreated {own.undertreated}  overtreated {own.overtreated}  overcharged {own.overcharged}  "
                f"profit {own.profit:.2f}"
            )
        return "\n".join(lines)

    def _observed(self, index: int, outcome: Round | None) -> dict[str, np.ndarray]:
        experts = len(self.possible_agents)
        if outcome is None:
            nothing = np.zeros(1)
            return {
                "posted": np.zeros(2 * experts),
                "customers": nothing,
                "majors": nothing.copy(),
                "reputation": np.zeros(experts),
            }
        own = outcome.practices[index]
        posted, reputation = self._shown
        return {
            "posted": posted,
            "customers": np.array([float(own.customers)]),
            "majors": np.array([float(own.majors)]),
            "reputation": reputation,
        }

    def _observation_boxes(self, index: int) -> Boxes:
        experts = len(self.possible_agents)
        most = float(self.spec.consumers)
        return {
            "posted": (CLOSED, max(self.spec.most_price, 0.0), 2 * experts),
            "customers": (0.0, most, 1),
            "majors": (0.0, most, 1),
            "reputation": (-np.inf, np.inf, experts),
        }


def _shared(values: Sequence[float]) -> np.ndarray:
    """What every expert sees alike, made once a round; read-only."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def plans(spec: CredenceGoodsSpec) -> list[Conduct]:
    """Every conduct that the market allows."""
    sides = [[(t, c) for t in (0, 1) for c in (0, 1) if allowed(spec, need, t, c)] for need in (0, 1)]
    return [Conduct((a[0], b[0]), (a[1], b[1])) for a in sides[0] for b in sides[1]]


def as_action(prices: tuple[float, float], conduct: Conduct) -> NDArray[np.float64]:
    """Prices and conduct as an expert submits them, float64 [6]."""
    return np.array([*prices, *conduct.treats, *conduct.charges], dtype=np.float64)


def _parts(spec: CredenceGoodsSpec) -> tuple[ActionPart, ...]:
    top = spec.price(spec.prices - 1)
    prices = [ActionPart(f"{name} price", spec.least_price, top) for name in ("minor", "major")]
    plan = ("treats minor", "treats major", "charges minor", "charges major")
    return (*prices, *(ActionPart(name, 0.0, 1.0, whole=True) for name in plan))


def _feasible(spec: CredenceGoodsSpec, row: Row) -> Row:
    """The action in millionths with prices on the grid and in order, and a plan that the market allows."""
    low, high = (_on_grid(spec, price) for price in row[:2])
    treats, charges = list(row[2:4]), list(row[4:6])
    if spec.liability:
        treats[MAJOR] = SCALE
    if spec.verifiability:
        charges = list(treats)
    return (low, max(low, high), *treats, *charges)


def _on_grid(spec: CredenceGoodsSpec, price_e6: int) -> int:
    place = round((price_e6 / SCALE - spec.least_price) / spec.price_step)
    return round(spec.price(min(max(place, 0), spec.prices - 1)) * SCALE)


def _offer(spec: CredenceGoodsSpec, row: Row) -> Offer:
    treats, charges = (row[2] // SCALE, row[3] // SCALE), (row[4] // SCALE, row[5] // SCALE)
    prices = row[0] / SCALE, row[1] / SCALE
    return Offer(prices, Conduct(treats, charges), promised(spec, prices))
