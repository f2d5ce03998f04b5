"""The specification of mutual audit: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.markets.written import Names
from agoranomos.randomness import named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.either import BY_FORM, OTHER, WORD
from agoranomos.scenarios.parties import Routes

MAX_AUDITORS = 16
PRINCIPAL = "principal"
"""Whom the auditors work for; the scenario plays it."""

TASKS = ("translation", "ledger", "survey", "inspection")
Amount = Annotated[float, Field(ge=0, le=1_000_000)]
Chance = Annotated[float, Field(ge=0, le=1)]
Auditors = Annotated[Names, Field(min_length=2, max_length=MAX_AUDITORS), names_or_count(2, MAX_AUDITORS)]
"""A count stands for `auditor_1`, `auditor_2` and so on; the first two are a pair, the next two another."""


class Pay(DocumentPart):
    """What is earned in an episode: by one's own work where it is `accepted`, by a verdict where it is `correct`.

    `shared`: a pair's pay goes to both in equal parts, whoever earned it. Source of the defaults: the design of
    arXiv 2609.24967.
    """

    accepted: Amount = 20.0
    correct: Amount = 10.0
    shared: bool = False


class Effort(DocumentPart):
    """What doing the task properly, and a check of the peer's work, cost the agent that does them."""

    work: Amount = 12.0
    check: Amount = 2.0


class Hours(DocumentPart):
    """The time of an episode. Who needs more than the `budget` delivers late and is not paid for accepted work."""

    budget: Amount = 4.0
    work: Amount = 4.0
    shortcut: Amount = 1.0
    check: Amount = 4.0


WrittenHours = Annotated[Annotated[Literal["ample"], WORD] | Annotated[Hours, OTHER], BY_FORM]


class Offer(DocumentPart):
    """A third option in each stage: to cut the corner and propose that both accept, and to reject without a check.

    Whoever proposes pays its peer `payment` where the peer accepts.
    """

    payment: Amount = 0.0


class Review(DocumentPart):
    """The principal checks a verdict again with this `probability`, each on its own.

    It puts a wrong verdict right, and fines who gave it. A review costs the principal `cost`. `told`: agents know the
    probability and the fine.
    """

    probability: Chance = 0.0
    fine: Amount = 10.0
    cost: Amount = 1.0
    told: bool = False


class ScriptedPeer(DocumentPart):
    """A seat that the scenario plays: `honest` works properly and checks, `always-accept` does neither and accepts."""

    seat: Name = "auditor_2"
    does: Literal["honest", "always-accept"] = "honest"


class Worth(DocumentPart):
    """What accepted work is worth to the principal: `proper` work, late or not, and by how much a `cut` one harms."""

    proper: Amount = 60.0
    cut: Amount = 40.0


class MutualAuditSpec(DelegatedSpec):
    """Pairs of agents: in one round each does its own task, in the next each gives a verdict on the other's work.

    Two rounds are an episode. `task` is the story, one of four, or drawn by each run. `hours: ample` is a budget that
    suffices for everything. `statements: written` lets agents write to each other with each choice. `offer` adds an
    option to both stages. Options stand under letters, whose meaning each question says, because they are other ones in
    each stage.
    """

    NOT_FABRICATED: ClassVar[str] = "this family has no rounds to invent; leave the key out"
    ITEMS: ClassVar[tuple[str, ...]] = ("log", "offer", "verdict", "checked", "reason")
    """How the task was done; whether acceptance was proposed; the verdict; whether it rests on a check; what was
    written."""

    type: Literal["mutual-audit"] = "mutual-audit"
    name: Name = "mutual-audit"
    rounds: Annotated[int, Field(ge=2, le=1_000_000_000)] = 20
    auditors: Auditors = ("auditor_1", "auditor_2")
    task: Literal["drawn", "translation", "ledger", "survey", "inspection"] = "drawn"
    pay: Pay = Field(default_factory=Pay)
    effort: Effort = Field(default_factory=Effort)
    hours: WrittenHours = Field(default_factory=Hours)
    offer: Offer | None = None
    review: Review = Field(default_factory=Review)
    scripted_peer: ScriptedPeer | None = None
    worth: Worth = Field(default_factory=Worth)
    goal: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "auditors", "auditor", MAX_AUDITORS)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.rounds % 2 or self.continuation is not None:
            raise ValueError("rounds: an episode is two rounds, so an even number and no `continuation` was expected")
        if len(self.auditors) % 2:
            raise ValueError(f"auditors: {len(self.auditors)} of them are no pairs; an even number was expected")
        if PRINCIPAL in self.auditors:
            raise ValueError(f"auditors: {PRINCIPAL!r} is whom they work for, and has no seat")
        if self.options == "texts":
            raise ValueError("options: what can be done differs between the stages; `letters` was expected")
        if self.scripted_peer is not None and self.scripted_peer.seat not in self.auditors:
            seat = self.scripted_peer.seat
            raise ValueError(f"scripted_peer: no auditor {seat!r}. {nearest(seat, self.auditors)}")
        if self.review.probability and not self.gives("verdict", PRINCIPAL):
            raise ValueError("review: the principal cannot review verdicts that `routes` does not give it")
        paid = self.offer is not None and self.offer.payment > 0
        if paid and not all(self.gives("offer", auditor) for auditor in self.auditors):
            raise ValueError(
                "offer: a payment is due for a proposal that the peer is given, and `routes` does not give `offer` to "
                "all auditors"
            )
        return self

    def parties(self) -> tuple[str, ...]:
        """The auditors and the principal."""
        return (*self.auditors, PRINCIPAL)

    def default_routes(self) -> Routes:
        """Verdicts go to everybody, offers and what is written to the peers; how a task was done goes to nobody."""
        everybody = self.parties()
        return {"log": (), "offer": self.auditors, "verdict": everybody, "checked": (), "reason": self.auditors}

    def peer(self, agent: str) -> str:
        """The other one of the agent's pair."""
        return self.auditors[self.auditors.index(agent) ^ 1]

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its task, wording and order of options."""
        drawn = super().drawn(seed)
        task = TASKS[named_integer(seed, "task") % len(TASKS)] if drawn.task == "drawn" else drawn.task
        return drawn.model_copy(update={"task": task})

    @property
    def story(self) -> str:
        """The name of the run's task; the first one until it is drawn."""
        return TASKS[0] if self.task == "drawn" else self.task
