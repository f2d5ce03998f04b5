"""What the checker says: findings, and the rules they come under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agoranomos.documents.reader import places_in
from agoranomos.institutions.institution import Institution

if TYPE_CHECKING:
    from agoranomos.institutions.traces import Trace

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A class of faults: its name, how grave it is by default, and what it means in one sentence."""

    name: str
    level: Level
    meaning: str


# fmt: off
RULES: dict[str, Rule] = {rule.name: rule for rule in (
    Rule("unreachable-state", "error", "No play of the game ever brings an agent into this state."),
    Rule("unreachable-edge", "error", "No play of the game ever takes this transition."),
    Rule("dead-end", "error", "An agent can get into a standing in which nothing it does changes its state again."),
    Rule("no-way-back", "error", "An agent can get into a standing from which good standing is out of reach for ever."),
    Rule("unused-sanction", "warning", "A sanction is written down that no agent is ever charged."),
    Rule("sanction-cannot-fire", "error", "A transition carries a sanction, and nobody can ever take it."),
    Rule("event-without-signal", "error", "No combination of signals, in any standing, makes this event happen."),
    Rule("signal-out-of-range", "error", "A signal's threshold lies where the measure can never be in this market."),
    Rule("two-edges-enabled", "warning", "Two consequences are open in one round; the order of the lines decides."),
    Rule("weakening-ladder", "error", "Going on with an offence costs less than the offence before it did."),
    Rule("unbounded-exclusion", "error", "An exclusion from the market can go on for ever."),
    Rule("guard-always-false", "error", "Whenever this condition is asked, the answer is no."),
    Rule("guard-always-true", "warning", "Whenever this condition is asked, the answer is yes: it decides nothing."),
    Rule("guard-cannot-be-decided", "error", "A condition has no answer in a standing that play reaches."),
    Rule("timer-never-set", "error", "A transition waits for an end of term, and no term ever runs."),
    Rule("notice-misstates-amount", "error", "A text for agents names a number that is no value of the institution."),
    Rule("sanction-without-evidence", "error", "A sanction falls although no case with evidence stands behind it."),
    Rule("hidden-evidence", "warning", "A case leaves out a signal that it rests on."),
    Rule("counter-overflow", "error", "A counter is cut off where a condition could tell the difference."),
    Rule("free-offence", "error", "An agent can be accused over and over again, and never pay."),
    Rule("decorative-key", "warning", "Something is written down that changes nothing."),
)}
# fmt: on
"""Every class of faults, by name, in the order of the documentation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault under a rule: `place` is `file:line:column`; `trace` is a shortest play that shows it, if play does."""

    rule: str
    level: Level
    place: str
    line: int
    message: str
    advice: str = ""
    trace: Trace | None = None

    @property
    def column(self) -> int:
        """The column of the place, from 1."""
        return int(self.place.rsplit(":", 1)[1])

    @property
    def file(self) -> str:
        """The file of the place."""
        return self.place.rsplit(":", 2)[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.level}: {self.message} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found over how many standings and judged rounds; `complete` is false where a limit cut it short.

    `limits` says in words what was cut short, and what the exploration takes for granted.
    """

    findings: tuple[Finding, ...]
    standings: int
    transitions: int
    complete: bool
    limits: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a finding is an error."""
        return any(finding.level == "error" for finding in self.findings)


class Findings:
    """Collects findings on one institution, each at the place that its keys lead to."""

    def __init__(self, institution: Institution) -> None:
        self.institution = institution
        self._place = places_in(institution.source)
        self._found: list[Finding] = []
        self._seen: set[tuple[str, str, str]] = set()

    def add(
        self,
        rule: str,
        path: Sequence[str | int],
        message: str,
        advice: str = "",
        *,
        trace: Trace | None = None,
        level: Level | None = None,
    ) -> None:
        """Note a fault once for each rule, place and sentence."""
        place = self._place(path)
        if (rule, place, message) not in self._seen:
            self._seen.add((rule, place, message))
            line = int(place.rsplit(":", 2)[1])
            self._found.append(Finding(rule, level or RULES[rule].level, place, line, message, advice, trace))

    def append(self, finding: Finding) -> None:
        """Note a fault whose place is known."""
        self._found.append(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(tuple(self._found))

    def sorted(self) -> tuple[Finding, ...]:
        """In the order of the file."""
        return tuple(sorted(self._found, key=lambda one: (one.line, one.column, one.rule, one.message)))
