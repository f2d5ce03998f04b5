"""Planted faults: small changes to sound institutions, each with the rule it must be found under and the place.

A change puts a value at the end of a path of keys, takes one out (`DROP`), or appends one to a list (`END`). The place
is a path of keys in the changed document; the fault must be found on the line where the last of them stands.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from agoranomos.workspace import library_root

DROP = object()
END = "at the end"
HERE = Path(__file__).parent
BASES = {
    "ladder": HERE / "ladder.yaml",
    "audited": HERE / "audited.yaml",
    "cartel": HERE / "cartel.yaml",
    "faithful": library_root() / "institutions" / "cournot-antitrust.yaml",
    "hardened": library_root() / "institutions" / "cournot-antitrust-hardened.yaml",
}

Path_ = tuple[Any, ...]


@dataclass(frozen=True)
class Planted:
    """A fault: `rule` must be found at `at` once `changes` are made to `base`; `market` names one to check against."""

    name: str
    base: str
    rule: str
    at: Path_
    changes: Mapping[Path_, Any] = field(default_factory=dict)
    market: str = ""

    @cached_property
    def text(self) -> str:
        """The changed document."""
        yaml = _yaml()
        tree = yaml.load(BASES[self.base].read_text())
        for path, value in self.changes.items():
            _change(tree, path, value)
        stream = io.StringIO()
        yaml.dump(tree, stream)
        return stream.getvalue()

    @cached_property
    def line(self) -> int:
        """The line, from 1, on which the last key of `at` stands in the changed document."""
        node: Any = _yaml().load(self.text)
        line = 0
        for part in self.at:
            line = (node.lc.item(part) if isinstance(part, int) else node.lc.key(part))[0]
            node = node[part]
        return int(line) + 1


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1000
    yaml.preserve_quotes = True
    return yaml


def _change(tree: Any, path: Path_, value: Any) -> None:
    *way, last = path
    node = tree
    for part in way:
        node = node[part]
    if value is DROP:
        del node[last]
    elif last == END:
        node.append(value)
    else:
        node[last] = value


T = "transitions"


def edge(source: str, target: str, on: str, **more: Any) -> dict[str, Any]:
    """A transition under the second rule of the small bases."""
    return {"rule": more.pop("rule", "R2"), "from": source, "to": target, "on": on, **more}


PLANTED = (
    # unreachable-state
    Planted(
        "a state that no edge enters",
        "ladder",
        "unreachable-state",
        ("states", "limbo"),
        {("states", "limbo"): {"label": "LIMBO"}},
    ),
    Planted(
        "an entrance that never opens",
        "ladder",
        "unreachable-state",
        ("states", "suspended"),
        {(T, 1, "when"): "tier > 3"},
    ),
    Planted(
        "a streak out of reach",
        "hardened",
        "unreachable-state",
        ("states", "suspended"),
        {(T, 3, "requires", "joint_recidivism"): "least.offences >= 40"},
    ),
    Planted(
        "an event that needs its own outcome",
        "audited",
        "unreachable-state",
        ("states", "capped"),
        {("events", "proven", "when"): "high_prices && inspected && state == 'capped'"},
    ),
    # unreachable-edge
    Planted(
        "the general rule before its exception", "ladder", "unreachable-edge", (T, 2), {(T, 1, "when"): "tier >= 1"}
    ),
    Planted(
        "a second chance behind an unconditional first", "hardened", "unreachable-edge", (T, 1), {(T, 0, "when"): DROP}
    ),
    Planted(
        "an event that does not happen there",
        "audited",
        "unreachable-edge",
        (T, 3),
        {
            ("events", "calm", "when"): "low_prices && !proven && state == 'active'",
            ("events", "recovering"): {"when": "low_prices"},
        },
    ),
    Planted(
        "a twin behind its twin",
        "cartel",
        "unreachable-edge",
        (T, 7),
        {(T, END): edge("fined", "active", "independent", rule="J1", when="rounds_in_state >= 5")},
    ),
    Planted(
        "a suspension that conduct should end",
        "ladder",
        "unreachable-edge",
        (T, 5),
        {(T, END): edge("suspended", "fined", "clean")},
    ),
    # dead-end
    Planted("a suspension without a way out", "ladder", "dead-end", ("states", "suspended"), {(T, 4): DROP}),
    Planted(
        "a way back that asks for the impossible",
        "cartel",
        "dead-end",
        ("states", "fined"),
        {(T, 6, "when"): "rounds_in_state < 0"},
    ),
    Planted(
        "one of two entrances sets no term",
        "audited",
        "dead-end",
        (T, 2, "to"),
        {(T, 2, "lasts"): DROP, (T, 2, "jitter"): DROP, (T, 2, "cap"): DROP},
    ),
    Planted(
        "an end of term that may be denied",
        "ladder",
        "dead-end",
        (T, 4, "when"),
        {(T, 4, "when"): "streak < 2", (T, 1, "suspend"): DROP},
    ),
    # no-way-back
    Planted(
        "two states that pass an agent to each other",
        "ladder",
        "no-way-back",
        ("states", "fined"),
        {(T, 3, "to"): "suspended", (T, 4, "to"): "fined", (T, 3, "lasts"): 4},
    ),
    Planted(
        "a parole that ends in suspension",
        "hardened",
        "no-way-back",
        ("states", "parole"),
        {
            ("states", "parole"): {"label": "PAROLE"},
            (T, 7, "to"): "parole",
            (T, END): edge("parole", "suspended", "violation", rule="H2_restoration", lasts=2),
        },
    ),
    # unused-sanction
    Planted(
        "a rung that the counter cannot reach",
        "ladder",
        "unused-sanction",
        (T, 0, "fine", "rate"),
        {("counters", "tier", "max"): 2, (T, 1, "when"): "tier >= 2"},
    ),
    Planted("a fine of nothing", "cartel", "unused-sanction", (T, 1, "fine"), {(T, 1, "fine", "rate"): 0}),
    Planted(
        "a loss of credits that nobody has",
        "audited",
        "unused-sanction",
        (T, 1, "forfeit", "credits"),
        {("counters", "credits", "next"): DROP, (T, 3, "when"): "credits >= 0 && !expiry"},
    ),
    Planted(
        "a ladder of which one rung is charged",
        "audited",
        "unused-sanction",
        (T, 2, "fine", "rate"),
        {(T, 1, "set"): DROP, ("counters", "findings", "max"): 1},
    ),
    # sanction-cannot-fire
    Planted(
        "a suspension that asks too much",
        "ladder",
        "sanction-cannot-fire",
        (T, 1, "suspend"),
        {("parameters", "patience"): 4},
    ),
    Planted(
        "a fine behind a certain warning", "hardened", "sanction-cannot-fire", (T, 1, "fine"), {(T, 0, "when"): DROP}
    ),
    Planted(
        "a cartel fine for a cartel that cannot be",
        "cartel",
        "sanction-cannot-fire",
        (T, 2, "fine"),
        {(T, 2, "requires", "everybody"): "least.seen >= 5"},
    ),
    # event-without-signal
    Planted(
        "high and low at once",
        "ladder",
        "event-without-signal",
        ("events", "clean", "when"),
        {("events", "clean", "when"): "concentrated && recovered"},
    ),
    Planted(
        "a confession that is proven",
        "audited",
        "event-without-signal",
        ("events", "confessed", "when"),
        {("events", "confessed", "when"): "reported && proven && !high_prices"},
    ),
    Planted(
        "elevated and competitive at once",
        "hardened",
        "event-without-signal",
        ("events", "clean", "when"),
        {("events", "clean", "when"): "still_elevated && competitive", ("signals", "competitive", "at_most"): 0.05},
    ),
    Planted(
        "a streak that a violation begins",
        "ladder",
        "event-without-signal",
        ("events", "clean", "when"),
        {("events", "clean", "when"): "!violation && recovered && streak > 0"},
    ),
    # two-edges-enabled
    Planted(
        "relief before accusation",
        "ladder",
        "two-edges-enabled",
        (T, 5),
        {
            (T, 0, "to"): "fined",
            (T, 0, "lasts"): 3,
            (T, 3): edge("fined", "active", "expiry", set={"tier": "0"}),
            (T, END): edge("fined", "suspended", "violation", rule="R3", when="tier >= 2", lasts=4, suspend=True),
            ("rules", "R3"): {"attribute": "A firm", "deontic": "must not", "aim": "go on"},
            (T, 1, "when"): "tier >= patience && expiry",
            ("events", "clean"): DROP,
            ("counters", "streak"): DROP,
            ("signals", "recovered"): DROP,
        },
    ),
    Planted(
        "two reliefs with different prices", "audited", "two-edges-enabled", (T, 4), {(T, 3, "when"): "credits >= 1"}
    ),
    Planted(
        "two accusations that overlap",
        "ladder",
        "two-edges-enabled",
        (T, 1),
        {
            ("signals", "specialised"): {"statistic": "mean", "measure": "cv", "window": 5, "at_least": 0.5},
            ("events", "split"): {"when": "specialised", "accuses": "R1"},
            (T, 1, "on"): "split",
            (T, 1, "when"): DROP,
            (T, 1, "from"): "active",
        },
    ),
    Planted(
        "conditions that overlap",
        "cartel",
        "two-edges-enabled",
        (T, 1),
        {(T, 0, "when"): "seen <= 3", (T, 1, "when"): "seen >= 2"},
    ),
    # weakening-ladder
    Planted(
        "a ladder that goes down",
        "ladder",
        "weakening-ladder",
        (T, 2, "fine", "rate"),
        {(T, 2, "fine", "rate"): [0.5, 1.0, 0.75], (T, 0, "fine", "rate"): [0.5, 1.0, 0.75]},
    ),
    Planted(
        "a tier that is set back",
        "ladder",
        "weakening-ladder",
        (T, 2),
        {(T, 2, "set", "tier"): "tier == 2 ? 1 : tier + 1", (T, 1, "when"): "streak > 50"},
    ),
    Planted("a second fine below the first", "cartel", "weakening-ladder", (T, 4), {(T, 4, "fine", "rate"): 0.2}),
    Planted(
        "a warning after a fine",
        "cartel",
        "weakening-ladder",
        (T, 4),
        {(T, 4): edge("fined", "watched", "parallel", rule="J1", lasts=4)},
    ),
    Planted(
        "a tier that an offence lowers",
        "hardened",
        "weakening-ladder",
        (T, 4),
        {(T, 4, "set", "fine_tier"): "fine_tier == 2 ? 1 : fine_tier + 1"},
    ),
    # unbounded-exclusion
    Planted(
        "a suspension that renews itself",
        "ladder",
        "unbounded-exclusion",
        (T, 4, "suspend"),
        {(T, 4): edge("suspended", "suspended", "expiry", lasts=4, suspend=True)},
    ),
    Planted("a suspension that nothing ends", "ladder", "unbounded-exclusion", (T, 1, "lasts"), {(T, 4): DROP}),
    Planted("a cap that nothing lifts", "audited", "unbounded-exclusion", (T, 1, "lasts"), {(T, 5): DROP}),
    Planted(
        "a suspension that even rounds prolong",
        "hardened",
        "unbounded-exclusion",
        (T, 7, "suspend"),
        {
            (T, 7, "to"): "suspended",
            (T, 7, "when"): "round % 2 == 0",
            (T, 7, "lasts"): 4,
            (T, 7, "suspend"): True,
            (T, END): edge("suspended", "fined", "expiry", rule="H2_restoration"),
        },
    ),
    # guard-always-false
    Planted(
        "a condition beyond its counter", "ladder", "guard-always-false", (T, 3, "when"), {(T, 3, "when"): "streak < 0"}
    ),
    Planted(
        "a gate that never opens",
        "hardened",
        "guard-always-false",
        (T, 3, "requires", "joint_recidivism"),
        {(T, 3, "requires", "joint_recidivism"): "least.offences > most.offences"},
    ),
    Planted(
        "a state that cannot be", "audited", "guard-always-false", (T, 3, "when"), {(T, 3, "when"): "state == 'active'"}
    ),
    Planted(
        "more rivals than there are",
        "cartel",
        "guard-always-false",
        (T, 2, "when"),
        {(T, 2, "when"): "others.watched >= firms"},
    ),
    # guard-always-true
    Planted(
        "a condition that the state implies",
        "ladder",
        "guard-always-true",
        (T, 3, "when"),
        {(T, 3, "when"): "tier >= 1"},
    ),
    Planted(
        "an event that is every round",
        "ladder",
        "guard-always-true",
        ("events", "clean", "when"),
        {("events", "clean", "when"): "streak >= 0"},
    ),
    Planted(
        "a condition on the first round of a term",
        "cartel",
        "guard-always-true",
        (T, 6, "when"),
        {(T, 6, "when"): "rounds_in_state >= 1"},
    ),
    # guard-cannot-be-decided
    Planted(
        "a division by what can be nothing",
        "ladder",
        "guard-cannot-be-decided",
        (T, 3, "when"),
        {(T, 3, "when"): "10 / (streak - 1) > 2"},
    ),
    # timer-never-set
    Planted("a term that no edge starts", "cartel", "timer-never-set", (T, 5, "on"), {(T, 0, "lasts"): DROP}),
    Planted(
        "an expiry in good standing",
        "ladder",
        "timer-never-set",
        (T, 5, "on"),
        {(T, END): edge("active", "fined", "expiry")},
    ),
    # notice-misstates-amount
    Planted(
        "a rule that threatens another rate",
        "ladder",
        "notice-misstates-amount",
        ("rules", "R1", "or_else"),
        {("rules", "R1", "or_else"): "fines of 50, 80 and 100 per cent of a round's profit"},
    ),
    Planted(
        "a fine that was raised, and its rule was not",
        "faithful",
        "notice-misstates-amount",
        ("rules", "P2_independent_decision", "or_else"),
        {(T, n, "fine", "rate"): [0.40, 0.75, 1.00] for n in (1, 3, 4)},
    ),
    Planted(
        "a guidance with another term",
        "ladder",
        "notice-misstates-amount",
        ("states", "suspended", "guidance"),
        {(T, 1, "lasts"): 5},
    ),
    Planted(
        "a notice that names a sum",
        "hardened",
        "notice-misstates-amount",
        ("notices", "template"),
        {
            (
                "notices",
                "template",
            ): "{agent}: {status}. {guidance} Fine: {fine}. A fine is at least 250."
        },
    ),
    # sanction-without-evidence
    Planted(
        "a fine for good conduct",
        "ladder",
        "sanction-without-evidence",
        (T, 3, "fine"),
        {(T, 3, "fine"): {"rate": 0.1}},
    ),
    Planted(
        "an accusation that cites nothing",
        "cartel",
        "sanction-without-evidence",
        ("events", "parallel"),
        {("events", "parallel", "evidence"): []},
    ),
    Planted(
        "a suspension at the end of a term",
        "cartel",
        "sanction-without-evidence",
        (T, 5, "fine"),
        {(T, 5, "fine"): {"rate": 0.5}},
    ),
    Planted(
        "an accusation for a count",
        "ladder",
        "sanction-without-evidence",
        ("events", "violation"),
        {("events", "violation", "when"): "concentrated || tier == 2", ("counters", "tier", "max"): 3},
    ),
    # hidden-evidence
    Planted(
        "a case that leaves out what opened it",
        "hardened",
        "hidden-evidence",
        ("events", "violation", "evidence"),
        {("events", "violation", "evidence"): ["elevated_prices"]},
    ),
    # counter-overflow
    Planted(
        "a streak that stops before its goal",
        "ladder",
        "counter-overflow",
        ("counters", "streak", "max"),
        {("counters", "streak", "max"): 4, (T, 3, "when"): "streak >= 5"},
    ),
    Planted(
        "a count in fives that stands still at seven",
        "cartel",
        "counter-overflow",
        ("counters", "seen", "max"),
        {
            ("counters", "seen", "max"): 7,
            ("counters", "seen", "next"): "parallel ? seen + 1 : seen",
            (T, 6, "when"): "seen % 5 == 0",
        },
    ),
    Planted(
        "an account that cannot be overdrawn",
        "audited",
        "counter-overflow",
        ("counters", "credits", "max"),
        {
            (T, 3, "when"): DROP,
            (T, 0, "when"): "credits > -1",
            ("counters", "credits", "next"): "calm ? credits + 1 : credits - 1",
        },
    ),
    # free-offence
    Planted(
        "a warning that expires, again and again",
        "cartel",
        "free-offence",
        (T, 0),
        {(T, 0, "when"): DROP, (T, 1): DROP, ("counters", "notes"): DROP, (T, 0, "set"): DROP},
    ),
    Planted(
        "an accusation that nothing answers",
        "ladder",
        "free-offence",
        ("events", "violation"),
        {(T, 0, "when"): "streak > 0"},
    ),
    Planted("an offence memory that is wiped", "hardened", "free-offence", (T, 0), {(T, 5, "set"): {"warned": "0"}}),
    # decorative-key
    Planted(
        "a cooldown shorter than the way back", "ladder", "decorative-key", (T, 0, "cooldown"), {(T, 0, "cooldown"): 1}
    ),
    Planted(
        "a counter set to what it is",
        "ladder",
        "decorative-key",
        (T, 1, "set", "streak"),
        {(T, 1, "set"): {"streak": "0"}},
    ),
    Planted("a cap on nothing", "audited", "decorative-key", (T, 1, "cap"), {(T, 1, "cap"): 1}),
    Planted(
        "a gate that is always open",
        "ladder",
        "decorative-key",
        (T, 1, "requires", "found"),
        {(T, 1, "requires"): {"found": "tier >= 2"}},
    ),
    Planted(
        "a parameter that nothing reads",
        "ladder",
        "decorative-key",
        ("parameters", "mercy"),
        {("parameters", "mercy"): 1},
    ),
    Planted(
        "an audit that nothing asks for",
        "audited",
        "decorative-key",
        ("audits", "raided"),
        {("audits", "raided"): {"probability": 0.1}},
    ),
    Planted(
        "a counter that never moves",
        "ladder",
        "decorative-key",
        ("counters", "spare"),
        {
            ("counters", "spare"): {"max": 3, "next": "streak > 100 ? spare + 1 : spare"},
            (T, 3, "when"): "streak >= 2 && spare == 0",
        },
    ),
    # signal-out-of-range
    Planted(
        "a concentration above one",
        "ladder",
        "signal-out-of-range",
        ("signals", "concentrated"),
        {("signals", "concentrated", "at_least"): 7000},
        market="cournot-duopoly",
    ),
)
