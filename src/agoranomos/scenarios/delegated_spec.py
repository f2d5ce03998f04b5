"""What the files of all scenarios with principals say: who is given what, and how choices and statements are put."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.randomness import MAX_EXACT_INTEGER, named_integer
from agoranomos.scenarios.parties import Routes, require_routes
from agoranomos.scenarios.scenario_spec import OthersActions, ScenarioSpec, Sees

Statements = Literal["offered", "written"]


class OwnSees(Sees):
    """What is left of the table where the rest is `routes`: an agent's own reward, and what it is told of audits."""

    others_actions: OthersActions = "nothing"


class DelegatedSpec(ScenarioSpec):
    """The common keys: a scenario's, the `routes`, and how an agent says what goes with its choice.

    `routes` says to which parties an item of a round goes, for the items that it names; the others go where the family
    sends them by default. `statements: offered` lists each choice with each thing that can be said of it, so that all
    can be scored; `written` lets the agent say it in its own words, at most `characters` of them, which are coded by a
    stated rule. `wording` is the place of a paraphrase, or is drawn by each run. So is `order_seed`: in which order
    options are listed; `turn` says by how many places that order is turned.
    """

    ITEMS: ClassVar[tuple[str, ...]] = ()
    """What a round of the family brings about and can be given to somebody."""

    WORDINGS: ClassVar[int] = 5
    """How many paraphrases the family has."""

    NOT_FABRICATED: ClassVar[str] = "this type makes no rounds that never happened"
    """Why the family makes up no rounds; empty where it does, in its environment's `fabricated`."""

    sees: OwnSees = Field(default_factory=OwnSees)
    statements: Statements = "offered"
    characters: Annotated[int, Field(ge=20, le=4000)] = 400
    routes: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    wording: Literal["drawn"] | Annotated[int, Field(ge=0, le=99)] = "drawn"
    order_seed: Annotated[int, Field(ge=0, le=MAX_EXACT_INTEGER)] | None = None
    turn: Annotated[int, Field(ge=0, le=99)] = 0

    @model_validator(mode="after")
    def _routes_what_there_is(self) -> Self:
        require_routes(self.routes, self.ITEMS, self.parties())
        if self.sees.others_actions != "nothing" or self.sees.others_rewards or self.sees.others_reasoning:
            raise ValueError(
                "sees: what others do, earn and say is given by `routes` here; `own_reward` and `detection` are left"
            )
        if self.NOT_FABRICATED and self.fabricated is not None:
            raise ValueError(f"fabricated: {self.NOT_FABRICATED}")
        if isinstance(self.wording, int) and self.wording >= self.WORDINGS:
            raise ValueError(f"wording: {self.wording}; there are {self.WORDINGS}, counted from 0")
        return self

    def parties(self) -> tuple[str, ...]:
        """Everybody who can be given something: the agents, and whom the scenario plays."""
        raise NotImplementedError

    def default_routes(self) -> Routes:
        """To whom each item goes where the file does not say."""
        raise NotImplementedError

    def all_routes(self) -> Routes:
        """The whole table: the file's routes, and the family's for what it leaves out."""
        return {**self.default_routes(), **self.routes}

    def gives(self, item: str, party: str) -> bool:
        """Whether `party` is given `item`."""
        return party in self.all_routes().get(item, ())

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed, with its wording and its order of options."""
        drawn = super().drawn(seed)
        update: dict[str, int] = {}
        if drawn.wording == "drawn":
            update["wording"] = named_integer(seed, "wording") % self.WORDINGS
        if drawn.order_seed is None:
            update["order_seed"] = named_integer(seed, "option-order")
        return drawn.model_copy(update=update)

    @property
    def paraphrase(self) -> int:
        """The place of the run's paraphrase."""
        return self.wording if isinstance(self.wording, int) else 0
