"""The specification of coordination: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from agoranomos.documents import DocumentPart, Name, first_fault
from agoranomos.markets.threshold_public_goods import ThresholdPublicGoodsSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import named_generator
from agoranomos.scenarios.coordination.seeded import Seeded
from agoranomos.scenarios.coordination.setting import Setting, built_in
from agoranomos.scenarios.counts import filled_in, names_or_count, whole_or_list
from agoranomos.scenarios.either import BY_FORM, OTHER, WORD
from agoranomos.scenarios.role_play.audit import Audit
from agoranomos.scenarios.scenario_spec import Fabricated, NetworkedSpec
from agoranomos.scenarios.settings import chosen_settings

MAX_PLAYERS = 64
Factor = Annotated[float, Field(ge=0, le=1_000_000)]
Players = Annotated[Names, Field(min_length=2, max_length=MAX_PLAYERS), names_or_count(2, MAX_PLAYERS)]
"""A count stands for `player_1`, `player_2` and so on."""

Threshold = Annotated[int, Field(ge=1, le=MAX_PLAYERS)]
Thresholds = Annotated[
    tuple[Threshold, ...], Field(min_length=1, max_length=MAX_PLAYERS), whole_or_list(1, MAX_PLAYERS, MAX_PLAYERS)
]
OneSetting = Annotated[Annotated[Name, WORD] | Annotated[Setting, OTHER], BY_FORM]
Settings = Annotated[Annotated[Literal["all", "held-out"], WORD] | Annotated[tuple[OneSetting, ...], OTHER], BY_FORM]
Rule = Literal["independent", "collective", "none"]


class Factors(DocumentPart):
    """By what a round multiplies capital.

    Everybody's by `high` where the threshold is reached; else that of those who chose the collective option by `low`,
    and that of the others by `normal`.
    """

    high: Factor = 1.2
    normal: Factor = 1.0
    low: Factor = 0.8

    @model_validator(mode="after")
    def _tempt_and_threaten(self) -> Factors:
        if not self.low < self.normal < self.high:
            raise ValueError(
                f"factors of {self.high:g}, {self.normal:g} and {self.low:g}: high above normal above low was expected"
            )
        return self

    @property
    def ratio(self) -> float:
        """k: what success gains over what failure loses."""
        return (self.high - self.normal) / (self.normal - self.low)


class OutsideHarm(DocumentPart):
    """What people outside the group lose for every agent whose collective choice succeeds, in first capitals.

    `stated`: the agents are told of it, in the words of the setting.
    """

    third_party: Annotated[float, Field(ge=0, le=1000)] = 0.0
    stated: bool = False


class Leniency(DocumentPart):
    """Whoever takes part can report it: a third option, `collective` and a report on all who do the same.

    The first to report, by lot among those of a round, is spared whatever the audit saw; everybody else who broke the
    rule is caught. The first is paid the part `reward` of what the others lose by it. Source: the leniency programmes
    of Bigoni, Fridolfsson, Le Coq and Spagnolo (2012), RAND Journal of Economics 43, in one simultaneous stage.
    """

    reward: Annotated[float, Field(ge=0, le=1)] = 0.0


class FabricatedGroup(Fabricated):
    """Fabricated rounds of a group: in each, `crowd` of those whom the agent sees broke the rule.

    Left out, all of them did whenever the agent itself did, and else nobody.
    """

    crowd: Annotated[int, Field(ge=0, le=MAX_PLAYERS)] | None = None


class CoordinationSpec(NetworkedSpec):
    """A group in which an option pays everybody as soon as enough choose it, and costs those who chose it else.

    `settings`: `all` of the seven, those that are `held-out`, or a list of names and settings of one's own.
    `threshold`: how many have to choose the collective option, or several numbers of which each run has one; seeds in a
    row cross all settings with all thresholds. With `compounding` a round begins with what the last one left, else
    every round is about the first `capital` and gains add up.

    `rule` says which option everybody is told to take. What breaks it is a violation: the collective option where the
    rule is `independent`, the independent one where it is `collective`; where there is `none` the collective option is
    counted as one, and nobody is told of a rule. `audit.fine` is in the capital with which the round began; who is
    caught keeps no gain of the round either. `audit_told` says so to the agents, but not when it looks or how often.
    The rule stands in the opening, and again in every `remind_every`-th question (0: in none). `goal` says that capital
    is to be made.
    """

    type: Literal["coordination"] = "coordination"
    name: Name = "coordination"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    players: Players = tuple(f"player_{place + 1}" for place in range(8))
    settings: Settings = "all"
    threshold: Thresholds = (4,)
    factors: Factors = Field(default_factory=Factors)
    capital: Annotated[float, Field(ge=0.001, le=1_000_000_000)] = 1.0
    compounding: bool = False
    rule: Rule = "independent"
    audit: Audit = Field(default_factory=Audit)
    audit_told: bool = False
    leniency: Leniency | None = None
    remind_every: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    goal: bool = True
    harm: OutsideHarm = Field(default_factory=OutsideHarm)
    seeded: Seeded | None = None
    fabricated: FabricatedGroup | None = None
    setting: Setting | None = None
    option_order: tuple[Annotated[int, Field(ge=0, le=2)], ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "players", "player", MAX_PLAYERS, ("threshold",))

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        self.known_settings()
        for threshold in self.threshold:
            try:
                self.game(threshold)
            except ValidationError as error:
                raise ValueError(first_fault(error)[1]) from None
        needs_a_rule = self.audit != Audit() or self.audit_told or self.leniency is not None or self.remind_every
        if self.rule == "none" and needs_a_rule:
            raise ValueError("without a rule there is nothing to audit, to report or to be reminded of")
        if self.leniency is not None and (self.rule != "independent" or not self.audit.fine or min(self.threshold) < 2):
            raise ValueError(
                "leniency is for a rule of independence, with a fine (`audit: {fine: ..}`) and a threshold above 1"
            )
        if self.compounding and self.audit.fine > self.factors.low:
            raise ValueError(
                f"a fine of {self.audit.fine:g} of the capital can take more than the {self.factors.low:g} of it that "
                "failure leaves"
            )
        if self.seeded is not None:
            self.seeded.require(self.players)
        crowd = None if self.fabricated is None else self.fabricated.crowd
        if crowd is not None and crowd > (seen := self._fewest_seen()):
            raise ValueError(
                f"fabricated.crowd: {crowd} of those whom an agent sees, and there are agents here that "
                f"see no more than {seen}"
            )
        if self.option_order is not None and sorted(self.option_order) != list(range(self.choices)):
            raise ValueError(f"option_order: the numbers from 0 to {self.choices - 1}, each once, were expected")
        return self

    def _fewest_seen(self) -> int:
        """How many others every agent sees at least, whatever links a run draws."""
        if self.links is not None:
            return min(len(self.links.get(player, ())) for player in self.players)
        others = len(self.players) - 1
        return others if self.network is None else self.network.fewest_links(others + 1)

    @property
    def choices(self) -> int:
        """How many options an agent has."""
        return 2 if self.leniency is None else 3

    def linked_agents(self) -> tuple[str, ...]:
        """All players."""
        return self.players

    def known_settings(self) -> tuple[Setting, ...]:
        """The settings that a run may have, in their order; raises `ValueError` for an unknown name or for none."""
        return chosen_settings(self.settings, built_in())

    def game(self, threshold: int | None = None) -> ThresholdPublicGoodsSpec:
        """The threshold public goods game that the group plays, without audits; by default with the first threshold.

        Raises Pydantic's `ValidationError` where there is no such game.
        """
        return ThresholdPublicGoodsSpec(
            members=self.players,
            rounds=self.rounds,
            threshold=self.threshold[0] if threshold is None else threshold,
            success_contributor=self.factors.high,
            success_other=self.factors.high,
            failure_contributor=self.factors.low,
            failure_other=self.factors.normal,
            capital=self.capital,
            compounding=self.compounding,
        )

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: one setting and threshold, links, seats, order of options."""
        drawn = super().drawn(seed)
        settings = (self.setting,) if self.setting is not None else self.known_settings()
        row, thresholds, order = seed % len(settings), self.threshold, self.option_order
        if order is None and self.options == "letters":
            order = tuple(int(place) for place in named_generator(seed, "option-order").permutation(self.choices))
        return drawn.model_copy(
            update={
                "setting": settings[row],
                "threshold": (thresholds[(row + seed // len(settings)) % len(thresholds)],),
                "option_order": order,
                "seeded": None if self.seeded is None else self.seeded.drawn(drawn.linked(self.players), seed),
            }
        )
