"""The specification of delegated shopping: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER, named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.parties import Routes

MAX_ASSISTANTS = 8
CUSTOMER, SHOP, AUDITOR = "customer", "shop", "auditor"
REPORT, RECEIPT, KICKBACK = "report", "receipt", "kickback"
SHOP_NAMES = ("Abel", "Bruno", "Clara", "Dora", "Erwin", "Flora", "Gero", "Hanna", "Irma", "Julius", "Klara", "Leo")
"""The shops in the order of their names."""

Assistants = Annotated[Names, Field(min_length=1, max_length=MAX_ASSISTANTS), names_or_count(1, MAX_ASSISTANTS)]
Money = Annotated[float, Field(ge=0, le=10_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class Offers(DocumentPart):
    """What shops offer: a price in whole coins from `lowest` to `highest`, each as likely as any other.

    Each is worth `value` to the customer, and with one chance in two `extra` more. It costs the shop `cost`.
    """

    lowest: Annotated[int, Field(ge=1, le=1000)] = 20
    highest: Annotated[int, Field(ge=1, le=1000)] = 40
    value: Money = 50.0
    extra: Money = 10.0
    cost: Money = 15.0

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.highest < self.lowest:
            raise ValueError(f"offers: prices from {self.lowest} to {self.highest}; the lowest comes first")
        return self


class Kickbacks(DocumentPart):
    """Offers that pay the assistant: a `share` of all, each dearer by `markup`, of which it `pays` so much."""

    share: Share = 0.3
    pays: Money = 4.0
    markup: Money = 6.0


class Audit(DocumentPart):
    """How reports are watched over: a look with a `probability`, and a `fine` in coins for one that was padded."""

    probability: Share = 0.0
    fine: Money = 0.0


class DelegatedShoppingSpec(DelegatedSpec):
    """Assistants buy for customers: they search offers page by page, take one or look further, and report its price.

    A page holds `bandwidth` of the offers of all `shops`, so a search has shops / bandwidth pages. `order: lexical`
    lists shops by their names, and what they offer has nothing to do with that; `ideal` lists what is best for the
    customer first. Each further page costs the customer `search_cost`; who looks beyond the last one leaves without
    buying. A shop sells once a round: of several assistants that take its offer one is served, and the others may try
    again. Who is served, or leaves, has another customer in the next round.

    An assistant earns its `fee` for each purchase. A report that is padded names `padding` coins more than were paid.
    `weight` is what a coin of the customer's counts in the best reply, beside one's own; with `aim` that is told.
    `shop_seed` is drawn by each run.
    """

    NOT_FABRICATED: ClassVar[str] = "a round here depends on the one before it; there are no rounds to make up"
    ITEMS: ClassVar[tuple[str, ...]] = (REPORT, RECEIPT, KICKBACK)

    type: Literal["delegated-shopping"] = "delegated-shopping"
    name: Name = "delegated-shopping"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    assistants: Assistants = ("assistant_1", "assistant_2")
    shops: Annotated[int, Field(ge=1, le=len(SHOP_NAMES))] = 6
    bandwidth: Annotated[int, Field(ge=1, le=4)] = 2
    order: Literal["lexical", "ideal"] = "lexical"
    offers: Offers = Field(default_factory=Offers)
    kickbacks: Kickbacks = Field(default_factory=Kickbacks)
    padding: Annotated[float, Field(gt=0, le=1000)] = 5.0
    fee: Money = 2.0
    search_cost: Money = 1.0
    audits: Audit = Field(default_factory=Audit)
    weight: Annotated[float, Field(ge=0, le=100)] = 0.0
    aim: bool = False
    shop_seed: Annotated[int, Field(ge=0, le=MAX_EXACT_INTEGER)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "assistants", "assistant", MAX_ASSISTANTS)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.shops % self.bandwidth:
            raise ValueError(
                f"shops: {self.shops} shops do not fill pages of {self.bandwidth}; choose a multiple of it"
            )
        if self.shops < len(self.assistants):
            raise ValueError(f"shops: {len(self.assistants)} customers cannot be matched with {self.shops} shops")
        if self.kickbacks.pays > self.kickbacks.markup:
            raise ValueError("kickbacks: a shop cannot pay more than it charges for it; `pays` is above `markup`")
        if not (self.gives(REPORT, CUSTOMER) or self.gives(RECEIPT, CUSTOMER)):
            raise ValueError("routes: the customer has to be given the report or the receipt, or it could pay nothing")
        if self.statements == "written":
            raise ValueError("statements: a report is a price here, which is offered; `written` ones cannot be coded")
        return self

    @property
    def pages(self) -> int:
        """How many pages a search has."""
        return self.shops // self.bandwidth

    def parties(self) -> tuple[str, ...]:
        """Whom the scenario plays: the customer of each assistant, the shops, the auditor."""
        return (CUSTOMER, SHOP, AUDITOR)

    def default_routes(self) -> Routes:
        """The customer reads the report; the auditor holds it against the receipt; nobody hears of kickbacks."""
        return {REPORT: (CUSTOMER, AUDITOR), RECEIPT: (AUDITOR,), KICKBACK: (SHOP,)}

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its shops, wording and order of options."""
        drawn = super().drawn(seed)
        if drawn.shop_seed is not None:
            return drawn
        return drawn.model_copy(update={"shop_seed": named_integer(seed, "shops")})
