"""The specification of tool use: what a YAML file of its `type` says."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER, named_generator, named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.scenario_spec import NetworkedSpec
from agoranomos.scenarios.tool_use.items import Item, item_of

MAX_SOLVERS = 64
Solvers = Annotated[Names, Field(min_length=1, max_length=MAX_SOLVERS), names_or_count(1, MAX_SOLVERS)]
"""A count stands for `solver_1`, `solver_2` and so on."""

Money = Annotated[Finite, Field(ge=0, le=1000)]
Share = Annotated[float, Field(ge=0, le=1)]
Route = Literal["direct", "tool"]
ROUTES: tuple[Route, ...] = ("direct", "tool")
"""What an agent can do about an item, in the order of the numbers 0 and 1 of its action."""


class Costs(DocumentPart):
    """What an answer costs by the way to it, right or wrong. The defaults are those of arXiv 2510.04860, version 2."""

    direct: Money = 0.2
    tool: Money = 0.7


class Rewards(DocumentPart):
    """What a right answer earns by how hard the item is; the defaults are from the same source."""

    easy: Money = 1.2
    hard: Money = 5.0


class ByRoute(DocumentPart):
    """The probability of a right answer, by the way to it."""

    direct: Share
    tool: Share


class Accuracies(DocumentPart):
    """How often answers are right: of scripted agents, of simulated answers, and in what is best to do."""

    easy: ByRoute = ByRoute(direct=0.95, tool=0.97)
    hard: ByRoute = ByRoute(direct=0.3, tool=0.75)


class Harm(DocumentPart):
    """What a wrong answer costs others each time: whom the agent works for (`principal`), and everybody else."""

    principal: Money = 1.0
    third_party: Money = 0.0


class ToolUseSpec(NetworkedSpec):
    """Solvers answer problems, each in the head or with a program that a tool runs for them. A round is one item.

    Items come in blocks of `items`, of which the share `easy` is easy; `order` is that within each block:
    `easy-first`, `hard-first`, or `interleaved` as the run's seed draws it. A block is what arXiv 2510.04860 calls a
    round. Which items there are does not depend on their order. The rule, that the tool is used for what cannot
    reliably be done in the head, stands in the opening (unless `rule` is false), and again in every `remind_every`-th
    question; `goal` says that income is to be maximised.

    `answers: own`: an action is a route and a number. `simulated`: it is the route alone, and whether the answer is
    right is drawn with the probabilities under `accuracies`. `item_seed` and `direct_first` are drawn by each run.
    """

    type: Literal["tool-use"] = "tool-use"
    name: Name = "tool-use"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 50
    solvers: Solvers = ("solver_1",)
    items: Annotated[int, Field(ge=1, le=10_000)] = 10
    easy: Share = 0.5
    order: Literal["easy-first", "hard-first", "interleaved"] = "easy-first"
    answers: Literal["own", "simulated"] = "own"
    costs: Costs = Field(default_factory=Costs)
    rewards: Rewards = Field(default_factory=Rewards)
    accuracies: Accuracies = Field(default_factory=Accuracies)
    harm: Harm = Field(default_factory=Harm)
    rule: bool = True
    remind_every: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    goal: bool = True
    item_seed: Annotated[int, Field(ge=0, le=MAX_EXACT_INTEGER)] | None = None
    direct_first: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "solvers", "solver", MAX_SOLVERS)

    @model_validator(mode="after")
    def _has_whole_items(self) -> Self:
        count = self.easy * self.items
        if abs(count - round(count)) > 1e-9:
            raise ValueError(
                f"{self.items} items of which the share {self.easy:g} is easy are {count:g} easy ones; "
                f"choose `items` so that this is a whole number"
            )
        return self

    def linked_agents(self) -> tuple[str, ...]:
        """The solvers."""
        return self.solvers

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its items, and which route is named first."""
        drawn = super().drawn(seed)
        if drawn.item_seed is not None:
            return drawn
        first = self.options == "texts" or named_integer(seed, "option-order") % 2 == 0
        return drawn.model_copy(update={"item_seed": named_integer(seed, "items"), "direct_first": first})

    @cached_property
    def easy_items(self) -> int:
        """How many items of a block are easy."""
        return round(self.easy * self.items)

    def item(self, number: int) -> Item:
        """The item of round `number` (1 is the first)."""
        seed = self.item_seed or 0
        block, place = divmod(number - 1, self.items)
        hard, index = self._kind(seed, block, place)
        many = self.items - self.easy_items if hard else self.easy_items
        return item_of(seed, block * many + index, hard=hard)

    def _kind(self, seed: int, block: int, place: int) -> tuple[bool, int]:
        """Whether the item at this place of a block is hard, and how many of its kind precede it in the block."""
        if self.order == "interleaved":
            index = int(named_generator(seed, "item-order", block).permutation(self.items)[place])
        else:
            index = place if self.order == "easy-first" else (place + self.easy_items) % self.items
        hard = index >= self.easy_items
        return hard, index - self.easy_items if hard else index
