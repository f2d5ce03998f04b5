"""The specification of leniency with talk: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from agoranomos.documents import DocumentPart, Finite, Name, first_fault
from agoranomos.markets.leniency_cartel import LeniencyCartelSpec
from agoranomos.markets.leniency_cartel.benchmarks import benchmarks
from agoranomos.markets.leniency_cartel.spec import MAX_PRICES
from agoranomos.markets.written import Names
from agoranomos.randomness import named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.parties import Routes

MAX_FIRMS = 8
AUTHORITY = "authority"
"""Whom agreements are reported to; the scenario plays it."""

INDUSTRIES = ("cement", "ferries", "flour", "roofing")
Firms = Annotated[Names, Field(min_length=2, max_length=MAX_FIRMS), names_or_count(2, MAX_FIRMS)]
"""A count stands for `firm_1`, `firm_2` and so on."""

Amount = Annotated[Finite, Field(ge=0, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Enforcement = Literal["none", "fine", "immunity", "reward", "ringleader-excluded"]
Positive = Annotated[Finite, Field(gt=0)]


class Demand(DocumentPart):
    """The market in which they sell, by the keys of `type: leniency-cartel`, which has the formulas."""

    intercept: Positive = 36.0
    substitution: Annotated[Finite, Field(ge=0, lt=1)] = 0.8
    marginal_cost: Annotated[Finite, Field(ge=0)] = 0.0
    prices: Annotated[int, Field(ge=2, le=MAX_PRICES)] = 13
    price_step: Positive = 2.0


class LeniencyTalkSpec(DelegatedSpec):
    """Firms that agree on the price of the joint monopoly or do not, keep it or undercut it, and report or do not.

    `enforcement` is what the authority does: nothing (`none`); `fine` all parties of an agreement that it learns of;
    besides, spare the first who reports (`immunity`), pay it the part `reward` of what the others are fined (`reward`),
    or spare it unless it is the ringleader, drawn by lot each time an agreement comes about (`ringleader-excluded`). It
    learns of one by a report, and by looking into the industry, in each round with the probability `detection`,
    as long as there are traces: `evidence_lasts` rounds, the agreement's own included; left out, for ever. Who was
    fined has answered for all agreements so far. `false_report` is the fine for a report where there is nothing.

    `industry` is the story, one of four, or drawn by each run. `told`: firms know how the authority proceeds and how
    often it looks. Reporting is an option only where there is enforcement.
    """

    NOT_FABRICATED: ClassVar[str] = "this family has no rounds to invent; leave the key out"
    ITEMS: ClassVar[tuple[str, ...]] = ("joined", "price", "report", "fine", "traces", "reason")
    """Who wanted to agree; what was asked; who reported; who was fined; what an investigation finds; what was
    written."""

    type: Literal["leniency-talk"] = "leniency-talk"
    name: Name = "leniency-talk"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 20
    firms: Firms = ("firm_1", "firm_2")
    industry: Literal["drawn", "cement", "ferries", "flour", "roofing"] = "drawn"
    demand: Demand = Field(default_factory=Demand)
    enforcement: Enforcement = "immunity"
    detection: Share = 0.1
    fine: Amount = 200.0
    reward: Share = 1.0
    false_report: Amount = 0.0
    evidence_lasts: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    told: bool = True
    goal: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "firms", "firm", MAX_FIRMS)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if AUTHORITY in self.firms:
            raise ValueError(f"firms: {AUTHORITY!r} is whom they can be reported to, and has no seat")
        try:
            market = self.market()
        except ValidationError as error:
            raise ValueError(f"demand: {first_fault(error)[1]}") from None
        known = benchmarks(market)
        if known["nash"] >= known["monopoly"]:
            raise ValueError(
                f"demand: all ask {market.price(known['monopoly']):g} with an agreement and without one; a higher "
                "`substitution` or a smaller `price_step` was expected"
            )
        if self.enforcement != "none" and not self.gives("report", AUTHORITY):
            raise ValueError(
                f"enforcement: with {self.enforcement} firms can make a report, which `routes` does not give the "
                "authority; give it that, or choose `none`"
            )
        return self

    def market(self) -> LeniencyCartelSpec:
        """The market of the formulas; raises Pydantic's `ValidationError` where there is none."""
        return LeniencyCartelSpec(
            firms=self.firms, rounds=self.rounds, evidence_lasts=self.evidence_lasts, **self.demand.model_dump()
        )

    def parties(self) -> tuple[str, ...]:
        """The firms and the authority."""
        return (*self.firms, AUTHORITY)

    def default_routes(self) -> Routes:
        """Talk, prices and fines are known to all firms; reports and traces reach the authority alone."""
        return {
            "joined": self.firms,
            "price": self.firms,
            "report": (AUTHORITY,),
            "fine": self.firms,
            "traces": (AUTHORITY,),
            "reason": self.firms,
        }

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its industry, wording and order of options."""
        drawn = super().drawn(seed)
        story = INDUSTRIES[named_integer(seed, "industry") % len(INDUSTRIES)]
        return drawn.model_copy(update={"industry": story}) if drawn.industry == "drawn" else drawn

    @property
    def story(self) -> str:
        """The name of the run's industry; the first one until it is drawn."""
        return INDUSTRIES[0] if self.industry == "drawn" else self.industry
