"""Manifest v1: an institution as a YAML document.

Reading order of the file: states, what can be seen (observation, audits), what is measured (signals), what happened
(events), what is remembered (counters), what follows (transitions, with sanctions), what is said (rules, notices).
Whatever the file says is used; a key that is unknown is an error.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from agoranomos.documents import Document, DocumentPart
from agoranomos.institutions.extends import Extends
from agoranomos.institutions.meaning import ABSENT
from agoranomos.institutions.oversight import Audit, Observation
from agoranomos.institutions.signals import SignalSpec

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,40}$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,60}$")]
Rounds = Annotated[int, Field(ge=0, le=1_000_000)]
Count = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Pretext = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Rate = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


_LITERAL = re.compile(
    r"""(
        (?<!\w) [bB]?[rR] (?: '{3} .*? '{3} | "{3} .*? "{3} | '[^']*' | "[^"]*" )
        | '{3} (?: [^\\] | \\. )*? '{3} | "{3} (?: [^\\] | \\. )*? "{3}
        | ' (?: [^'\\] | \\. )* ' | " (?: [^"\\] | \\. )* "
    )""",
    re.VERBOSE | re.DOTALL,
)
"""CEL's literals of text: raw ones, where a backslash is itself, those in three quotes, and plain ones."""


def _one_line(text: str) -> str:
    """The expression on one line; what stands in its string literals is left as it is."""
    if not text.strip():
        raise ValueError("an expression was expected, found an empty text")
    parts = _LITERAL.split(text.strip())
    if any("//" in code for code in parts[::2]):
        raise ValueError("an expression holds no `//` comment; write it as a YAML comment, with `#`, beside it")
    parts[::2] = [re.sub(r"\s+", " ", code) for code in parts[::2]]
    return "".join(parts)


Expression = Annotated[str, AfterValidator(_one_line)]
"""A CEL expression over the institution's declared names."""


class State(DocumentPart):
    """A standing that an agent can have: the label and the guidance it reads."""

    label: str = Field(min_length=1, max_length=40)
    guidance: str = Field(default="", max_length=2000)
    about: str = ""


class Counter(DocumentPart):
    """An integer that a standing remembers, kept within `0 .. max`.

    `next` is a CEL expression evaluated once a round, in the order of the file: it sees the new values of the counters
    above it and the old ones of itself and of those below. Without `next` only transitions change the counter.
    """

    max: Annotated[int, Field(ge=1, le=1_000_000)]
    initial: Annotated[int, Field(ge=0)] = 0
    next: Expression | None = None
    about: str = ""

    @model_validator(mode="after")
    def _initial_in_range(self) -> Counter:
        if self.initial > self.max:
            raise ValueError(f"initial {self.initial} is above max {self.max}")
        return self


class Event(DocumentPart):
    """Something that happened to an agent in a round: a CEL condition over signals, counters and earlier events.

    An event with `accuses` opens a case under that rule; `evidence` lists the signals that the case cites when they
    fired (by default those that `when` names). `pretext` is for accusations that are drawn: words that stand in the
    notice where evidence would. The case records them as what they are.
    """

    when: Expression
    accuses: RuleId | None = None
    evidence: tuple[Identifier, ...] | None = None
    pretext: Annotated[tuple[Pretext, ...], ABSENT] = ()
    about: str = ""

    @model_validator(mode="after")
    def _evidence_needs_a_case(self) -> Event:
        if self.evidence is not None and self.accuses is None:
            raise ValueError("`evidence` belongs to an event that `accuses` under a rule")
        if self.pretext and self.accuses is None:
            raise ValueError("`pretext` belongs to an event that `accuses` under a rule")
        return self


def _one_or_ladder(rate: object) -> str:
    """Which of the two forms is meant, so that a fault in a ladder is told of the rung that has it."""
    return "ladder" if isinstance(rate, list | tuple) else "one"


class Leniency(DocumentPart):
    """What the first to report is spared: that `share` of a fine, if its report lies at most `within` rounds back.

    The first is the agent whose report that still counts is the oldest. Agents that reported in the same round divide
    the share. Source: leniency programmes; Motta and Polo (2003), Leniency programs and cartel prosecution.
    """

    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    within: Annotated[int, Field(ge=1, le=100_000)]


class Fine(DocumentPart):
    """Money taken: a share of a base, at least `floor`, never less than nothing.

    `rate` is one share, or a ladder of shares climbed by the counter `by` (value 1 is the first rung). The base is the
    profit of the `round`, or the sum over the `evidence`: as many rounds as the longest window among the signals that
    decide the event. `above: nash` counts only what exceeds, round by round, the profit that Nash quantities would have
    made (disgorgement). `of: gap`, in a scenario, has another base: for each of these rounds in which the agent broke
    the rule, by how much its profits differ between a round in which all break it and one in which all keep it
    (benchmarks of the first round), whatever the round brought it. With `leniency` the first to report pays less.
    """

    rate: Annotated[
        Annotated[Rate, Tag("one")] | Annotated[tuple[Rate, ...], Tag("ladder")], Discriminator(_one_or_ladder)
    ]
    by: Identifier | None = None
    of: Annotated[Literal["profit", "gap"], ABSENT] = "profit"
    over: Literal["round", "evidence"] = "round"
    above: Literal["nothing", "nash"] = "nothing"
    floor: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0.0
    leniency: Annotated[Leniency | None, ABSENT] = None

    @model_validator(mode="after")
    def _ladder_needs_a_counter(self) -> Fine:
        if isinstance(self.rate, tuple):
            if self.by is None:
                raise ValueError("a ladder of rates needs `by`, the counter that climbs it")
            if not self.rate:
                raise ValueError("the ladder of rates is empty")
        elif self.by is not None:
            raise ValueError("`by` belongs to a ladder of rates, but `rate` is one number")
        return self

    @model_validator(mode="after")
    def _gaps_are_no_profit(self) -> Fine:
        if self.of == "gap" and self.above != "nothing":
            raise ValueError("`above` leaves out a part of profit, and the fine is `of: gap`; one of them was expected")
        return self


class Transition(DocumentPart):
    """An edge of the graph, requested when its event happens in its state and `when` holds.

    Edges are considered in the order of the file. The Controller then checks the gates: `cooldown` (rounds that must
    pass between two traversals of this edge by this agent) and each condition of `requires`; a request that a gate
    denies is recorded as blocked, and the next edge is considered. At most one edge is traversed in a round.

    `lasts` starts the timer of the new state (its end is the event `expiry`), lengthened by 0 .. `jitter` rounds drawn
    from the run's named seeds. `set` gives counters new values (CEL, all from the values before). `suspend` and `cap`
    (a share of capacity) hold until the state is left. `forfeit` takes so much off counters, after `set`: loss of
    credit, a sanction. `fresh_evidence` empties the agent's evidence window.
    """

    rule: RuleId
    source: Identifier = Field(alias="from")
    target: Identifier = Field(alias="to")
    on: Identifier
    when: Expression | None = None
    requires: dict[Identifier, Expression] = {}
    cooldown: Rounds = 0
    lasts: Rounds = 0
    jitter: Annotated[int, Field(ge=0, le=1000)] = 0
    set: dict[Identifier, Expression] = {}
    fine: Fine | None = None
    suspend: bool = False
    cap: Share | None = None
    forfeit: Annotated[dict[Identifier, Annotated[int, Field(ge=1, le=1_000_000)]], ABSENT] = {}
    fresh_evidence: bool = False
    about: str = ""

    @property
    def key(self) -> str:
        """The edge's name in logs, `RULE:from->to`."""
        return f"{self.rule}:{self.source}->{self.target}"

    @model_validator(mode="after")
    def _limits_need_an_end(self) -> Transition:
        if (self.suspend or self.cap is not None) and self.lasts == 0:
            raise ValueError("a suspension or a cap needs `lasts`, the rounds after which it expires")
        if self.suspend and self.cap is not None:
            raise ValueError("`suspend` and `cap` exclude each other")
        if self.jitter and not self.lasts:
            raise ValueError("`jitter` lengthens `lasts`, which is missing")
        return self


class Rule(DocumentPart):
    """A rule in ABDICO form (Attributes, oBject, Deontic, aIm, Conditions, Or else): the grammar of institutions."""

    attribute: str
    deontic: Literal["must", "must not", "may"]
    aim: str
    object: str = ""
    condition: str = "at all times"
    or_else: str = ""


class Sanctions(DocumentPart):
    """Whether sanctions are told of, and whether they are carried out. Both hold unless this says otherwise.

    With `applied: false` every transition is made, and no fine, suspension, cap or forfeiture takes effect: where they
    are announced, notices give the amounts, and each is recorded as announced. With `announced: false` no notice names
    a fine, and the agent's books hold its profit after what was taken. Without both a standing is all that follows.
    """

    announced: bool = True
    applied: bool = True
    about: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Sanctions:
        if self.announced and self.applied:
            raise ValueError("it says what holds anyway: sanctions are announced and applied; leave `sanctions` out")
        return self


class NoticeWording(DocumentPart):
    """The same notice in other words: its template, and the guidance of every state."""

    template: str = Field(min_length=1, max_length=8000)
    guidance: dict[Identifier, Annotated[str, Field(max_length=2000)]] = {}


class Notices(DocumentPart):
    """What agents are told each round. `template` holds names in braces; see `agoranomos.institutions.notices`.

    `wordings` say the same in other words. One of them, or the template with the states' own guidance, is drawn for
    each run from its seed: the same place among them for the same seed under every institution. With `shown: filler`
    agents read a text without content in the place of each notice, line by line as long as the notice would be.
    """

    template: str = Field(min_length=1, max_length=8000)
    wordings: Annotated[dict[Identifier, NoticeWording], ABSENT] = {}
    shown: Annotated[Literal["words", "filler"], ABSENT] = "words"


class Manifest(Document):
    """An institution: a governance graph with what drives it and what it says."""

    kind: Literal["institution"]
    version: Literal[1]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    title: str = ""
    about: str = ""
    extends: Annotated[Extends | None, ABSENT] = None
    parameters: dict[Identifier, Count] = {}
    states: Annotated[dict[Identifier, State], Field(min_length=1)]
    initial: Identifier
    observation: Annotated[Observation | None, ABSENT] = None
    audits: Annotated[dict[Identifier, Audit], ABSENT] = {}
    signals: dict[Identifier, SignalSpec] = {}
    events: dict[Identifier, Event] = {}
    counters: dict[Identifier, Counter] = {}
    transitions: tuple[Transition, ...] = ()
    sanctions: Annotated[Sanctions | None, ABSENT] = None
    rules: dict[RuleId, Rule] = {}
    notices: Notices | None = None

    @property
    def announces(self) -> bool:
        """Whether agents are told of sanctions."""
        return self.sanctions is None or self.sanctions.announced

    @property
    def applies(self) -> bool:
        """Whether sanctions take effect."""
        return self.sanctions is None or self.sanctions.applied
