"""The specification of credence goods with agents: what a file of `type: credence-agents` says."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.markets.credence_goods import CredenceGoodsSpec
from agoranomos.markets.credence_goods.measures import posted_prices
from agoranomos.markets.credence_goods.theory import nash_menu
from agoranomos.markets.written import Names
from agoranomos.randomness import named_generator, named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.credence_agents.conducts import ConductName, possible
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.parties import Routes

MAX_EXPERTS = 8
MAX_CUSTOMERS = 64
MAX_OPTIONS = 26
PUBLIC = "customers"
"""The party of all customers together, whom the scenario plays."""

HEARD: dict[str, tuple[str, ...]] = {
    "experts": ("prices", "custom", "reputation", "conduct"),
    "choosers": ("prices", "result", "reputation"),
    PUBLIC: ("prices", "result"),
}
"""What those who have the seats, and customers at large, can be told of."""

Price = Annotated[float, Field(ge=0, le=1000)]
Prices = tuple[Price, Price]
Experts = Annotated[Names, Field(min_length=1, max_length=MAX_EXPERTS), names_or_count(1, MAX_EXPERTS)]
Place = Annotated[int, Field(ge=0, le=99)]


class CredenceAgentsSpec(DelegatedSpec):
    """Experts know what their customers need, and customers never learn it; the market is `type: credence-goods`.

    With `seats: experts` an expert posts one of the `prices` (minor, major), the theory's own among them, with a
    conduct that the `institution` allows; customers are simulated. They expect honesty (`beliefs: trust`) or what pays
    best at the prices (`theory`), corrected by the name that an expert has among them, if they hear of results. With
    `seats: assistants` an agent chooses an expert for one customer each, with `customers` it is the customer; experts
    are simulated, each with one of the `prices` and one of the `conducts` for the whole run, as the run draws them
    (`given`). An assistant has `share` of what its customer gains beyond staying out, and `kickback` for choosing the
    `sponsor`. `duty` and `preference` are sentences of the opening.
    """

    NOT_FABRICATED: ClassVar[str] = "a market for credence goods tells of no rounds that never happened"
    ITEMS: ClassVar[tuple[str, ...]] = ("prices", "custom", "result", "reputation", "conduct")

    type: Literal["credence-agents"] = "credence-agents"
    name: Name = "credence-agents"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 16
    seats: Literal["experts", "assistants", "customers"] = "experts"
    experts: Experts = ("expert_1", "expert_2", "expert_3", "expert_4")
    customers: Annotated[int, Field(ge=1, le=MAX_CUSTOMERS)] = 4
    institution: Literal["none", "verifiability", "liability", "both"] = "none"
    prices: Annotated[tuple[Prices, ...], Field(min_length=1, max_length=6)] = ((3.0, 7.0), (4.0, 8.0), (6.0, 10.0))
    conducts: Annotated[tuple[ConductName, ...], Field(min_length=1, max_length=MAX_EXPERTS)] = (
        "honest",
        "undertreat",
        "overcharge",
        "overtreat",
    )
    beliefs: Literal["trust", "theory"] = "trust"
    learning: Annotated[float, Field(gt=0, le=1)] = 0.25
    forgetting: Annotated[float, Field(ge=0, le=1)] = 0.1
    value: Annotated[float, Field(gt=0, le=1000)] = 10.0
    minor_cost: Price = 2.0
    major_cost: Price = 6.0
    major_probability: Annotated[float, Field(gt=0, lt=1)] = 0.5
    outside: Price = 1.6
    share: Annotated[float, Field(ge=0, le=1)] = 0.2
    kickback: Price = 0.0
    sponsor: Name | None = None
    duty: bool = True
    preference: Literal["default", "self-interested", "inequity-averse", "efficiency-loving"] = "default"
    given: tuple[tuple[Place, Place], ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "experts", "expert", MAX_EXPERTS)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if len(set(self.prices)) < len(self.prices):
            raise ValueError("prices: no pair twice was expected")
        for low, high in self.prices:
            if low > high:
                raise ValueError(f"prices: the minor price {low:g} is above the major price {high:g}")
        if self.statements != "offered":
            raise ValueError("statements: nothing is said here beside the choice; `offered` was expected")
        if self.seats != "assistants" and self.kickback:
            raise ValueError("kickback: only assistants are paid by somebody else; `seats: assistants` was expected")
        if self.sponsor is not None and self.sponsor not in self.experts:
            raise ValueError(f"sponsor: no expert {self.sponsor!r}; one of {', '.join(self.experts)} was expected")
        return self

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        for price, conduct in self.given or ():
            if price >= len(self.all_prices) or conduct >= len(self.possible_conducts):
                raise ValueError(f"given: no prices at {price}, or no conduct at {conduct}")
        if self.given is not None and len(self.given) != len(self.experts):
            raise ValueError(f"given: {len(self.given)} for {len(self.experts)} experts")
        for item, parties in self.routes.items():
            for party in parties:
                kind = PUBLIC if party == PUBLIC else "experts" if self.seats == "experts" else "choosers"
                if item not in HEARD[kind]:
                    raise ValueError(f"routes: {party} can be told of {', '.join(HEARD[kind])}, and not of {item}")
        options = len(self.all_prices) * len(self.possible_conducts)
        if options > MAX_OPTIONS:
            raise ValueError(
                f"prices: they make {options} options with the conducts; at most {MAX_OPTIONS} have letters"
            )
        return self

    @cached_property
    def market(self) -> CredenceGoodsSpec:
        """The market as `credence-goods` has it, with what it says of costs, needs and institutions."""
        return CredenceGoodsSpec(
            experts=self.experts,
            consumers=self.customers,
            value=self.value,
            minor_cost=self.minor_cost,
            major_cost=self.major_cost,
            major_probability=self.major_probability,
            outside=self.outside,
            verifiability=self.institution in ("verifiability", "both"),
            liability=self.institution in ("liability", "both"),
            learning=self.learning,
            forgetting=self.forgetting,
        )

    @cached_property
    def nash_prices(self) -> Prices:
        """The prices of the market's symmetric equilibrium."""
        return posted_prices(self.market, nash_menu(self.market))

    @cached_property
    def all_prices(self) -> tuple[Prices, ...]:
        """The prices of the file, and those of theory where they are not among them."""
        return self.prices if self.nash_prices in self.prices else (*self.prices, self.nash_prices)

    @cached_property
    def possible_conducts(self) -> tuple[ConductName, ...]:
        """The conducts that the institution leaves."""
        return tuple(possible(self.market))

    @property
    def choosers(self) -> tuple[str, ...]:
        """Who chooses an expert, where these have the seats: one for each customer."""
        word = {"assistants": "assistant", "customers": "customer"}.get(self.seats)
        return () if word is None else tuple(f"{word}_{place + 1}" for place in range(self.customers))

    @property
    def seated(self) -> tuple[str, ...]:
        """The agents."""
        return self.experts if self.seats == "experts" else self.choosers

    def parties(self) -> tuple[str, ...]:
        """The agents, and all customers together, who share what they hear of experts."""
        return (*self.seated, PUBLIC)

    def default_routes(self) -> Routes:
        """Prices and names to everybody, results to customers and to whoever chose; conducts to nobody."""
        everybody = (*self.seated, PUBLIC)
        own = self.seated if self.seats != "experts" else ()
        return {
            "prices": everybody,
            "custom": self.seated if self.seats == "experts" else (),
            "result": (*own, PUBLIC),
            "reputation": self.seated,
            "conduct": (),
        }

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: wording, order of options, and simulated experts."""
        drawn = super().drawn(seed)
        if drawn.seats == "experts":
            return drawn
        update: dict[str, Any] = {}
        if drawn.given is None:
            update["given"] = drawn._shuffled(seed)
        if drawn.sponsor is None and drawn.kickback:
            update["sponsor"] = drawn.experts[named_integer(seed, "sponsor") % len(drawn.experts)]
        return drawn.model_copy(update=update)

    def offers(self) -> tuple[tuple[int, int], ...]:
        """Places of prices and conduct of each simulated expert; until they are drawn, in the order of the file."""
        return self.given if self.given is not None else self._dealt(range(len(self.experts)), range(len(self.experts)))

    def _shuffled(self, seed: int) -> tuple[tuple[int, int], ...]:
        count = len(self.experts)
        turns = [
            named_generator(seed, f"simulated-{what}").permutation(count).tolist() for what in ("prices", "conducts")
        ]
        return self._dealt(*turns)

    def _dealt(self, prices: Any, conducts: Any) -> tuple[tuple[int, int], ...]:
        names = [name if name in self.possible_conducts else "honest" for name in self.conducts]
        return tuple(
            (price % len(self.prices), self.possible_conducts.index(names[conduct % len(names)]))
            for price, conduct in zip(prices, conducts, strict=True)
        )
