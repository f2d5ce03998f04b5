"""The values around `judge`: what is observed, where agents stand, and what is decided."""

from __future__ import annotations

import msgspec

from agoranomos.institutions.notices import Notice
from agoranomos.institutions.signals.statistic import Window
from agoranomos.markets.facts import Measured


class Observed(msgspec.Struct, frozen=True):
    """What the institution sees of one round: all integers, exactly what is recorded.

    `draws` holds one integer per agent, uniform over 0 .. 2**53 - 1 (empty where no rule draws). `measures` is keyed by
    the full name with its unit and holds what the market published, profits before fines (`profit_e6`) included.
    `disturbed` marks a round in which somebody sat out by the order of another institution than the one that judges;
    only a counterfactual has such rounds, and they are no evidence. `reports` names the agents that came forward in
    this round; `run_draw` is one draw that stays the whole run (0 where no rule needs it).
    """

    round: int
    measures: dict[str, Measured]
    draws: tuple[int, ...] = ()
    disturbed: bool = False
    reports: tuple[str, ...] = ()
    run_draw: int = 0


class Standing(msgspec.Struct, frozen=True):
    """Where one agent is in the graph: replaced every round, never edited.

    `timer` counts the rounds left in the state (0: none runs); `limit_e6` is the share of its capacity that the agent
    may use (0 suspends it, None leaves it free); `crossed` maps an edge's index to the round of its last traversal;
    `window` holds the rounds that count as evidence; `notice` is the text the agent holds; `reported` is the round of
    the oldest report of the agent's that still counts (0: none does).
    """

    state: str
    counters: tuple[int, ...]
    rounds_in_state: int = 0
    timer: int = 0
    limit_e6: int | None = None
    crossed: dict[int, int] = {}
    window: Window = ()
    notice: str = ""
    reported: int = 0

    @property
    def suspended(self) -> bool:
        """Whether the agent may not act."""
        return self.limit_e6 == 0


class SignalRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A signal that fired against an agent: the sum over the window against the threshold times the count."""

    signal: str
    value: int
    threshold: int
    good: str = ""


class CaseRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An accusation: what fired, with values and thresholds.

    `pretext` is what the accused is told in place of evidence, where the accusation was drawn.
    """

    case: str
    agent: str
    rule: str
    signals: tuple[SignalRecord, ...]
    pretext: tuple[str, ...] = ()


class StandingRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an agent stands after the round: state, counters, rounds left, limit of its capacity if any."""

    state: str
    counters: tuple[int, ...] = ()
    rounds_left: int = 0
    limit_e6: int | None = None
    reported: int = 0


class Transition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A traversal that the Controller applied, or blocked (`blocked` says why). `edge` is `RULE:from->to`."""

    agent: str
    edge: str
    event: str
    case: str = ""
    blocked: str = ""
    lasts: int = 0


class Taken(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fine (`amount_e6`), a suspension or a cap (`share_e6` of capacity), or a forfeiture, by rule and case.

    A forfeiture takes `count` off the counter `counter`. `spared_e6` is what leniency took off a fine.
    """

    agent: str
    sanction: str
    rule: str
    case: str = ""
    amount_e6: int = 0
    share_e6: int = 0
    rounds: int = 0
    counter: str = ""
    count: int = 0
    spared_e6: int = 0


class Sanction(Taken, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A sanction that is carried out."""


class Announced(Taken, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A sanction that an agent is told of and that is not carried out."""


class NoticeIssued(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an agent is told from `effective_round` on; issued when it differs from what the agent holds."""

    agent: str
    effective_round: int
    state: str
    text: str


class Judgement(msgspec.Struct, frozen=True):
    """What the institution decided about one round, agent by agent in the market's order.

    `standings` hold from the next round on. `transitions` (applied and blocked), `sanctions` and `issued` are what the
    log records one entry each, and so are sanctions that are `announced` only; `notices` is what every agent holds when
    it decides next.
    """

    standings: tuple[Standing, ...]
    cases: tuple[CaseRecord, ...]
    transitions: tuple[Transition, ...]
    sanctions: tuple[Sanction, ...]
    issued: tuple[NoticeIssued, ...]
    notices: tuple[Notice, ...]
    announced: tuple[Announced, ...] = ()

    def fine_of(self, agent: str) -> int:
        """What the round's fines take from `agent`, in millionths."""
        return sum(s.amount_e6 for s in self.sanctions if s.agent == agent)
