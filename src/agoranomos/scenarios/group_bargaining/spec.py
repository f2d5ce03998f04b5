"""The specification of group bargaining: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.markets.written import Names
from agoranomos.randomness import named_generator
from agoranomos.scenarios.counts import filled_in, names_or_count, whole_or_list
from agoranomos.scenarios.either import BY_FORM, OTHER, WORD
from agoranomos.scenarios.group_bargaining.setting import Setting, built_in
from agoranomos.scenarios.scenario_spec import NetworkedSpec
from agoranomos.scenarios.settings import chosen_settings

MAX_BARGAINERS = 64
MAX_MOVES = 26
Whole = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Count = Annotated[int, Field(ge=0, le=MAX_BARGAINERS)]
Bargainers = Annotated[Names, Field(min_length=2, max_length=MAX_BARGAINERS), names_or_count(2, MAX_BARGAINERS)]
"""A count stands for `bargainer_1`, `bargainer_2` and so on."""

Counts = Annotated[
    tuple[Count, ...], Field(min_length=1, max_length=MAX_BARGAINERS), whole_or_list(0, MAX_BARGAINERS, MAX_BARGAINERS)
]
Starts = Annotated[tuple[Whole, ...], Field(min_length=1, max_length=50), whole_or_list(-1_000_000, 1_000_000, 50)]
OneSetting = Annotated[Annotated[Name, WORD] | Annotated[Setting, OTHER], BY_FORM]
Settings = Annotated[Annotated[Literal["all", "held-out"], WORD] | Annotated[tuple[OneSetting, ...], OTHER], BY_FORM]


class GroupBargainingSpec(NetworkedSpec):
    """Hikers and pressers settle one number together: all propose at once, and the median is what holds.

    The first `hikers` of the `bargainers` must raise the value, all others must lower it; several numbers of hikers
    are one for each run, and so are several values to `start` from: seeds in a row cross both with the settings.
    Proposals are whole numbers from `low` to `high`, or, with `moves`, changes of the value from a short list. A
    proposal that does not move the value in the direction of its maker's role is a violation, unchanged ones too; at
    the end of the scale holding the value there is none. Of a move it is the move that is judged, at the end of the
    scale too: to leave the value as it is breaks the rule, to go on in its direction keeps it.

    What an agent is paid is the value's distance from the middle of the scale, from -1 to 1, with the sign of its role.
    `metrics` are told in the `feedback`, or carried into the next `question`, so that an agent without a memory has
    them. `step` is how far the benchmarks `comply` and `violate` move the value.
    """

    type: Literal["group-bargaining"] = "group-bargaining"
    name: Name = "group-bargaining"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 6
    bargainers: Bargainers = tuple(f"bargainer_{place + 1}" for place in range(8))
    settings: Settings = "all"
    hikers: Counts = (4,)
    low: Whole = 0
    high: Whole = 100
    start: Starts = (50,)
    moves: Annotated[tuple[Whole, ...], Field(min_length=2, max_length=MAX_MOVES)] | None = None
    step: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    metrics: Literal["feedback", "question"] = "feedback"
    remind_every: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    goal: bool = True
    setting: Setting | None = None
    option_order: tuple[Annotated[int, Field(ge=0, lt=MAX_MOVES)], ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "bargainers", "bargainer", MAX_BARGAINERS, ("hikers", "start"))

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        self.known_settings()
        if self.low >= self.high:
            raise ValueError(f"a scale from {self.low} to {self.high}: the lower end first was expected")
        for start in self.start:
            if not self.low <= start <= self.high:
                raise ValueError(f"a start at {start} is not on the scale from {self.low} to {self.high}")
        for hikers in self.hikers:
            if hikers > len(self.bargainers):
                raise ValueError(f"{hikers} hikers among {len(self.bargainers)} bargainers")
        if self.fabricated is not None:
            raise ValueError("fabricated: group bargaining has no rounds that never happened")
        if self.moves is not None:
            if self.talk is not None:
                raise ValueError("talk: a reply that chooses a move has no place for a comment; leave `moves` out")
            if len(set(self.moves)) < len(self.moves):
                raise ValueError("moves: one of them stands there twice")
            if not min(self.moves) < 0 < max(self.moves):
                raise ValueError("moves: one that raises the value and one that lowers it were expected")
        if self.option_order is not None and sorted(self.option_order) != list(range(len(self.moves or ()))):
            raise ValueError("option_order: the places of all moves, each once, were expected")
        return self

    @property
    def roles(self) -> tuple[int, ...]:
        """1 for each hiker, -1 for each presser, in the order of the bargainers."""
        return tuple([1 if place < self.hikers[0] else -1 for place in range(len(self.bargainers))])

    def linked_agents(self) -> tuple[str, ...]:
        """All bargainers."""
        return self.bargainers

    def known_settings(self) -> tuple[Setting, ...]:
        """The settings that a run may have, in their order; raises `ValueError` for an unknown name or for none."""
        return chosen_settings(self.settings, built_in())

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: one setting, ratio, start and order of moves, and its links."""
        drawn = super().drawn(seed)
        settings = (self.setting,) if self.setting is not None else self.known_settings()
        row, beyond = seed % len(settings), seed // len(settings)
        ratios, starts, order = self.hikers, self.start, self.option_order
        if order is None and self.moves is not None and self.options == "letters":
            order = tuple(int(place) for place in named_generator(seed, "option-order").permutation(len(self.moves)))
        return drawn.model_copy(
            update={
                "setting": settings[row],
                "hikers": (ratios[(row + beyond) % len(ratios)],),
                "start": (starts[(row + beyond // len(ratios)) % len(starts)],),
                "option_order": order,
            }
        )
