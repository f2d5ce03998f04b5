"""A campaign as it is written: which regimes, rosters and markets meet, with which seeds, under which limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agoranomos.campaigns.aspect import Aspect
from agoranomos.campaigns.factors import Change, Levels, combinations, told_apart
from agoranomos.campaigns.hypothesis import Exclusion, Hypothesis, StoppingRule
from agoranomos.campaigns.outcome import Outcome
from agoranomos.campaigns.regime import Reference, Regime
from agoranomos.documents import Document, DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.models.calls.budget import Budget
from agoranomos.models.calls.prices import Price

MAX_RUNS = 1_000_000
"""The most runs that one campaign may plan: what one machine's memory and disk hold (docs/explanation/scale.md)."""

MAX_SEED = 2**53 - 1
"""The largest seed: every JSON reader keeps it exactly."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]


class RosterUse(DocumentPart):
    """A roster, with another market or number of rounds than the other rosters where it needs them.

    `institutions` names, by regime, the institution that it lives under in the place of the regime's own: a placebo
    whose rate of findings is that of this roster's arm, and of no other's.
    """

    roster: Reference
    name: Name | None = None
    market: Reference | None = None
    rounds: Count | None = None
    institutions: dict[Name, Reference] = Field(default_factory=dict)


class ArmDocument(DocumentPart):
    """One arm that is written out. `people` names agents whose seats are given to a person (`agora view --play`)."""

    regime: Name
    roster: Reference
    market: Reference | None = None
    rounds: Count | None = None
    levels: dict[Name, Name] = Field(default_factory=dict)
    people: tuple[str, ...] = ()


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


class Campaign(Document):
    """A campaign. Its arms are the product of regimes, rosters, markets and factors, and those under `arms`.

    `seeds` is a count (0, 1, 2, ...) or a list. `rounds` replaces the market's own number. `durable` says how often a
    run's log is made safe on disk: every `round`, once a `run`, or `auto`: every round where a language model is asked.
    `budget` is what all sessions together may take of language models, `prices` are those of a million tokens, by the
    model's name in rosters; where `budget.money` is given, every model needs one.
    `factors` are further dimensions: each has named levels, and a level names what is otherwise. `batches` splits the
    seeds, in their order, into so many parts. `outcome` and `hypotheses` are what the campaign sets out to show;
    `clusters` says which runs may depend on each other; left out, it is those of one `setting` where all arms that are
    compared draw one of several, and else no two. `exclude` and `stopping` are decided here too, before anything runs.
    `differs` names what arms that are compared may differ in beside their regimes.
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
    factors: dict[Name, Annotated[dict[Name, Change], Field(min_length=1), AfterValidator(told_apart)]] = Field(
        default_factory=dict
    )
    arms: dict[Name, ArmDocument] = Field(default_factory=dict)
    seeds: Annotated[int, Field(ge=1, le=MAX_RUNS, strict=True)] | tuple[Seed, ...]
    rounds: Count | None = None
    durable: Literal["auto", "round", "run"] = "auto"
    privacy: Privacy = "open"
    signatures: Signatures = "none"
    outcome: Outcome | None = None
    batches: Count | None = None
    clusters: tuple[Literal["roster", "market", "setting", "batch"], ...] = ()
    hypotheses: dict[Name, Hypothesis] = Field(default_factory=dict)
    exclude: tuple[Exclusion, ...] = ()
    stopping: StoppingRule | None = None
    differs: tuple[Aspect, ...] = ()
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
        for index, use in enumerate(self.rosters):
            for name in use.institutions if isinstance(use, RosterUse) else ():
                if name not in self.regimes or self.regimes[name].institution is None:
                    governed = ", ".join(key for key, regime in self.regimes.items() if regime.institution is not None)
                    raise ValueError(
                        f"rosters.{index}.institutions: {name!r} is no regime with an institution "
                        f"(there are: {governed or 'none'})"
                    )
        if self.market is not None and self.markets:
            raise ValueError("give either `market` or `markets`")
        if not self.rosters and not self.arms:
            raise ValueError("no arm: name `rosters`, or write `arms`")
        seeds = len(self.all_seeds)
        if self.batches is not None and self.batches > seeds:
            raise ValueError(
                f"batches: at most {seeds} was expected, for there are {seeds} seeds (found {self.batches})"
            )
        if self.stopping is not None and self.stopping.hypothesis not in self.hypotheses:
            known = nearest(self.stopping.hypothesis, self.hypotheses) or "None is written under `hypotheses`."
            raise ValueError(f"stopping.hypothesis: unknown hypothesis {self.stopping.hypothesis!r}. {known}")
        unnamed = [name for name, one in self.hypotheses.items() if one.outcome is None and self.outcome is None]
        if unnamed:
            raise ValueError(f"hypotheses.{unnamed[0]}: names no outcome, and the campaign has none")
        return self

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds, in order."""
        return tuple(range(self.seeds)) if isinstance(self.seeds, int) else self.seeds

    @property
    def batch_of(self) -> dict[int, int]:
        """The batch of each seed, from 1: parts of the seeds in their order, as equal as can be."""
        seeds, batches = self.all_seeds, self.batches or 1
        return {seed: place * batches // len(seeds) + 1 for place, seed in enumerate(seeds)}


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """One arm before its names are resolved; `place` is the path of keys in the document that asked for it.

    `institution` is the one that its roster has in the place of the regime's own; None: the regime's own. `people` are
    the agents whose seats a person takes.
    """

    name: str
    regime: str
    roster: str
    market: str | None
    rounds: int | None
    place: tuple[str | int, ...]
    levels: Levels = ()
    institution: str | None = None
    people: tuple[str, ...] = ()


def arms_of(campaign: Campaign) -> Iterator[ArmRequest]:
    """Every arm that the campaign asks for: regime by regime, in each the rosters, in each the markets and levels.

    An arm of the product is named `regime.roster.market.level`; parts that are the same in every arm are left out.
    Factors that change institutions only are not crossed with regimes that have none.
    """
    markets: tuple[str | None, ...] = campaign.markets or (campaign.market,)
    uses = [use if isinstance(use, RosterUse) else RosterUse(roster=use) for use in campaign.rosters]
    for regime_name, regime in campaign.regimes.items():
        governed = regime.institution is not None or bool(regime.schedule)
        for index, use in enumerate(uses):
            for market in (use.market,) if use.market is not None else markets:
                parts = [regime_name]
                if len(uses) > 1:
                    parts.append(use.name or base_name(use.roster))
                if len(markets) > 1 and use.market is None:
                    parts.append(base_name(market or ""))
                rounds = use.rounds if use.rounds is not None else campaign.rounds
                instead = use.institutions.get(regime_name)
                for levels in combinations(campaign.factors, governed):
                    name = ".".join((*parts, *(level for _, level in levels)))
                    yield ArmRequest(name, regime_name, use.roster, market, rounds, ("rosters", index), levels, instead)
    for name, arm in campaign.arms.items():
        market = arm.market or campaign.market
        rounds = arm.rounds if arm.rounds is not None else campaign.rounds
        levels = tuple(arm.levels.items())
        place = ("arms", name)
        yield ArmRequest(name, arm.regime, arm.roster, market, rounds, place, levels, people=arm.people)


def base_name(reference: str) -> str:
    """The last part of a name or path, without its suffix: `markets/mine.yaml` is `mine`."""
    last = reference.rstrip("/").rsplit("/", 1)[-1]
    return last.removesuffix(".yaml").removesuffix(".md")
