"""The specification of a commons with a monitor: what a file of `type: commons-monitor` says."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.markets.commons import CommonsSpec, Doubling
from agoranomos.markets.written import Names
from agoranomos.randomness import named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.parties import Routes

MAX_FISHERS = 12
QUOTA = 1.0
"""The multiple of the quota that is the quota."""

MONITOR, COMMUNITY = "monitor", "community"

Fishers = Annotated[Names, Field(min_length=2, max_length=MAX_FISHERS), names_or_count(2, MAX_FISHERS)]
"""A count stands for `fisher_1`, `fisher_2` and so on."""

Part = Annotated[float, Field(ge=0, le=1)]
Quotas = Annotated[float, Field(ge=0, le=100)]
"""An amount of money in quotas: what taking the quota of the round brings."""


class Sanction(DocumentPart):
    """What over-use costs that the community comes to know of, in what was taken beyond the quota.

    The first that is found costs `steps[0]` times the excess, the second `steps[1]` times, and so on; the last step
    stays. Who reported it itself pays the part `admitted` of that. Who reported less and is found out pays all of it,
    and `false_report` quotas more.
    """

    steps: Annotated[tuple[Annotated[float, Field(ge=0, le=100)], ...], Field(min_length=1, max_length=10)] = (
        0.5,
        1.0,
        2.0,
    )
    admitted: Part = 0.5
    false_report: Quotas = 0.5

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if list(self.steps) != sorted(self.steps):
            raise ValueError(f"sanction: steps of {list(self.steps)}; none below the one before it was expected")
        return self


class Check(DocumentPart):
    """How often the community weighs all catches itself, and what a monitor loses that kept silent about what it saw.

    It forfeits the round's pay and `penalty` quotas, and with `dismisses` the watch.
    """

    probability: Part = 0.0
    penalty: Quotas = 0.0
    dismisses: bool = False


class Newcomer(DocumentPart):
    """The last seat, which the scenario plays from this round on: it takes the most, reports the quota, tells nothing.

    Before that round the seat is empty.
    """

    from_round: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1


class CommonsMonitorSpec(DelegatedSpec):
    """Fishers take from one lake, report what they took, and one of them may keep the watch.

    The lake is that of `type: commons` with doubling growth. Each round a fisher takes one of the `multiples` of its
    quota, its equal part of what leaves the lake as it is, and reports an amount of that list between the quota and
    what it took. The `monitor` sees what others took and either tells of those who reported less, or keeps silent. It
    is `appointed` for good, `rotating` every `term` rounds, or `elected` every `term` rounds: whoever took least by
    what the community knows. `first` keeps it first, drawn by each run unless the file says who. It sees each fisher's
    catch with probability `sight`; it is paid `pay` quotas a round, telling of somebody costs it `effort` quotas, and
    whoever hid over-use pays a monitor that saw it and keeps silent `bribe` quotas.
    """

    NOT_FABRICATED: ClassVar[str] = "a commons with a monitor tells of no rounds that never happened"
    ITEMS: ClassVar[tuple[str, ...]] = ("catch", "report", "alarm", "audit", "office", "stock")

    type: Literal["commons-monitor"] = "commons-monitor"
    name: Name = "commons-monitor"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    fishers: Fishers = ("fisher_1", "fisher_2", "fisher_3", "fisher_4", "fisher_5")
    capacity: Annotated[float, Field(ge=1, le=1_000_000)] = 100.0
    initial_stock: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    growth: Doubling = Doubling()
    after_collapse: Literal["goes-on", "ends"] = "goes-on"
    multiples: Annotated[tuple[Annotated[float, Field(ge=0, le=100)], ...], Field(min_length=2, max_length=6)] = (
        0.0,
        1.0,
        1.5,
        2.0,
    )
    monitor: Literal["none", "appointed", "elected", "rotating"] = "elected"
    term: Annotated[int, Field(ge=1, le=1_000_000)] = 3
    first: Name | None = None
    sight: Part = 1.0
    pay: Quotas = 0.5
    effort: Quotas = 0.1
    bribe: Quotas = 0.0
    check: Check = Field(default_factory=Check)
    sanction: Sanction = Field(default_factory=Sanction)
    newcomer: Newcomer | None = None
    universalise: bool = False
    goal: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "fishers", "fisher", MAX_FISHERS)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if list(self.multiples) != sorted(set(self.multiples)):
            raise ValueError(f"multiples of {list(self.multiples)}: in rising order, no two alike, was expected")
        if QUOTA not in self.multiples or self.multiples[-1] == QUOTA:
            raise ValueError("multiples: the quota itself (1) and at least one above it were expected")
        most = self.growth.factor / (self.growth.factor - 1.0)
        if self.multiples[-1] > most + 1e-9:
            raise ValueError(
                f"multiples: {self.multiples[-1]:g} quotas each are more than the lake holds; at most {most:g} was "
                "expected"
            )
        if self.first is not None and self.first not in self.fishers:
            raise ValueError(f"first: no fisher {self.first!r}; one of {', '.join(self.fishers)} was expected")
        if self.statements != "offered":
            raise ValueError("statements: a report is an amount of the list; `offered` was expected")
        if self.monitor == "none" and (self.check.penalty or self.check.dismisses or self.bribe):
            raise ValueError("bribe, penalty and dismissal are of a monitor, and `monitor: none` has none")
        if self.check.probability and not self.gives("audit", COMMUNITY):
            raise ValueError(
                "check, routes: audit has to be given to community, which weighs what everybody took; a `probability` "
                "of 0 weighs nothing"
            )
        _ = self.lake
        return self

    @cached_property
    def lake(self) -> CommonsSpec:
        """The commons that is fished; a unit taken earns 1."""
        return CommonsSpec(
            users=self.fishers,
            capacity=self.capacity,
            initial_stock=self.capacity if self.initial_stock is None else self.initial_stock,
            growth=self.growth,
            after_collapse=self.after_collapse,
        )

    @property
    def may_end_early(self) -> bool:
        """With `after_collapse: ends` it is over with the lake."""
        return self.after_collapse == "ends" or super().may_end_early

    @property
    def watched_over(self) -> bool:
        """Whether somebody keeps the watch."""
        return self.monitor != "none"

    @property
    def quota_place(self) -> int:
        """Where the quota stands among the multiples."""
        return self.multiples.index(QUOTA)

    @property
    def first_monitor(self) -> int | None:
        """The place of who keeps the watch first; None where nobody does."""
        if not self.watched_over:
            return None
        return 0 if self.first is None else self.fishers.index(self.first)

    def parties(self) -> tuple[str, ...]:
        """The fishers, whoever of them keeps the watch, and the community, which fines, pays and elects."""
        return (*self.fishers, *((MONITOR,) if self.watched_over else ()), COMMUNITY)

    def default_routes(self) -> Routes:
        """True catches to the monitor alone; what was weighed to the community; all else to all."""
        everybody = (*self.fishers, COMMUNITY)
        return {
            "catch": (MONITOR,) if self.watched_over else (),
            "report": everybody,
            "alarm": everybody if self.watched_over else (),
            "audit": (COMMUNITY,),
            "office": self.fishers if self.watched_over else (),
            "stock": self.fishers,
        }

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its wording, its order of options, and who watches first."""
        drawn = super().drawn(seed)
        if not drawn.watched_over or drawn.first is not None:
            return drawn
        who = drawn.fishers[named_integer(seed, "first-monitor") % len(drawn.fishers)]
        return drawn.model_copy(update={"first": who})
