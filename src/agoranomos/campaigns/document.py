"""A campaign as it is written: which regimes, rosters and markets meet, with which seeds, under which limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from agoranomos.documents import Document, DocumentPart, Name
from agoranomos.models.calls.budget import Budget
from agoranomos.models.calls.prices import Price

MAX_RUNS = 100_000
"""The most runs that one campaign may plan; more is a slip of the pen."""

MAX_SEED = 2**53 - 1
"""The largest seed: every JSON reader keeps it exactly."""

Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A name that the workspace resolves, or a path."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]


class Regime(DocumentPart):
    """What agents are told (a text in `policies/`) and which institution, if any, wraps the market."""

    told: Reference | None = None
    institution: Reference | None = None


class RosterUse(DocumentPart):
    """A roster, with another market or number of rounds than the other rosters where it needs them."""

    roster: Reference
    name: Name | None = None
    market: Reference | None = None
    rounds: Count | None = None


class ArmDocument(DocumentPart):
    """One arm that is written out."""

    regime: Name
    roster: Reference
    market: Reference | None = None
    rounds: Count | None = None


class Limits(DocumentPart):
    """Upper bounds that are held against the plan before anything runs.

    `rounds` is over all runs; `calls` counts the most model calls that the plan can lead to, repeated ones included.
    """

    runs: int | None = Field(default=None, ge=0, strict=True)
    rounds: int | None = Field(default=None, ge=0, strict=True)
    calls: int | None = Field(default=None, ge=0, strict=True)


Privacy = Literal["open", "committed"]
"""What the log holds of model calls: digests of prompts and the replies, or salted commitments to both."""

Signatures = Literal["none", "actors"]
"""Who signs beside the log's own key: nobody, or every actor what is recorded in its name."""

Outcome = (
    Literal[
        "price",
        "consumer_surplus",
        "surplus_ratio",
        "welfare",
        "profit",
        "price_elevation",
        "hhi_excess",
        "cv_excess",
        "tier",
    ]
    | Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
)
"""The measure that a campaign names, before it runs, as the one that its claim rests on.

One of every market's, or another that the campaign's markets publish; planning refuses one that a market has not.
"""

OUTCOMES = get_args(get_args(Outcome)[0])
"""The outcomes that every market has, though it may leave them undefined."""


class Campaign(Document):
    """A campaign. Its arms are the product of regimes, rosters and markets, and those under `arms`.

    `seeds` is a count (0, 1, 2, ...) or a list. `rounds` replaces the market's own number. `durable` says how often a
    run's log is made safe on disk: every `round`, once a `run`, or `auto`: every round where a language model is asked.
    `budget` is what all sessions together may take of language models, `prices` are those of a million tokens, by the
    model's name in rosters; where `budget.money` is given, every model needs one.
    With `privacy: committed` prompts and replies of language models stay out of the log, which holds salted commitments
    to them. With `signatures: actors` every agent, the Oracle and the Controller sign what is recorded in their name.
    """

    kind: Literal["campaign"]
    version: Literal[1]
    name: Name
    title: str = ""
    about: str = ""
    market: Reference | None = None
    markets: tuple[Reference, ...] = ()
    rosters: tuple[Reference | RosterUse, ...] = ()
    regimes: dict[Name, Regime] = Field(min_length=1)
    arms: dict[Name, ArmDocument] = Field(default_factory=dict)
    seeds: Annotated[int, Field(ge=1, le=MAX_RUNS, strict=True)] | tuple[Seed, ...]
    rounds: Count | None = None
    durable: Literal["auto", "round", "run"] = "auto"
    privacy: Privacy = "open"
    signatures: Signatures = "none"
    outcome: Outcome | None = None
    limits: Limits = Limits()
    budget: Budget = Budget()
    prices: dict[Reference, Price] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Campaign:
        if isinstance(self.seeds, tuple):
            if not self.seeds:
                raise ValueError("seeds: at least one is needed")
            repeated = sorted({seed for seed in self.seeds if self.seeds.count(seed) > 1})
            if repeated:
                raise ValueError(f"seeds: {repeated[0]} stands twice")
        if self.market is not None and self.markets:
            raise ValueError("give either `market` or `markets`")
        if not self.rosters and not self.arms:
            raise ValueError("no arm: name `rosters`, or write `arms`")
        return self

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds, in order."""
        return tuple(range(self.seeds)) if isinstance(self.seeds, int) else self.seeds


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """One arm before its names are resolved; `place` is the path of keys in the document that asked for it."""

    name: str
    regime: str
    roster: str
    market: str | None
    rounds: int | None
    place: tuple[str | int, ...]


def arms_of(campaign: Campaign) -> Iterator[ArmRequest]:
    """Every arm that the campaign asks for: regime by regime, in each the rosters, in each the markets.

    An arm of the product is named `regime.roster.market`; parts that are the same in every arm are left out.
    """
    markets: tuple[str | None, ...] = campaign.markets or (campaign.market,)
    uses = [use if isinstance(use, RosterUse) else RosterUse(roster=use) for use in campaign.rosters]
    for regime in campaign.regimes:
        for index, use in enumerate(uses):
            for market in (use.market,) if use.market is not None else markets:
                parts = [regime]
                if len(uses) > 1:
                    parts.append(use.name or base_name(use.roster))
                if len(markets) > 1 and use.market is None:
                    parts.append(base_name(market or ""))
                rounds = use.rounds if use.rounds is not None else campaign.rounds
                yield ArmRequest(".".join(parts), regime, use.roster, market, rounds, ("rosters", index))
    for name, arm in campaign.arms.items():
        market = arm.market or campaign.market
        rounds = arm.rounds if arm.rounds is not None else campaign.rounds
        yield ArmRequest(name, arm.regime, arm.roster, market, rounds, ("arms", name))


def base_name(reference: str) -> str:
    """The last part of a name or path, without its suffix: `markets/mine.yaml` is `mine`."""
    last = reference.rstrip("/").rsplit("/", 1)[-1]
    return last.removesuffix(".yaml").removesuffix(".md")
