"""Random institutions for tests: small graphs with guards, counters, terms, cooldowns, gates and sanctions.

Each expression is made twice, in CEL for the manifest and in Python for a search that knows neither CEL nor `judge`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

Text = tuple[str, str]
"""An expression in CEL and the same in Python."""


@dataclass
class RandomEdge:
    source: str
    target: str
    on: str
    when: Text | None
    requires: Text | None
    cooldown: int
    lasts: int
    set: dict[str, Text]
    rate: float
    suspend: bool


@dataclass
class RandomGraph:
    """A graph as the search reads it, and as YAML with one state, event, counter and edge a line."""

    states: list[str]
    signals: list[str]
    events: dict[str, tuple[Text, bool]]
    counters: dict[str, tuple[int, Text | None]]
    edges: list[RandomEdge]
    joint: bool
    lines: dict[tuple[str, object], int] = field(default_factory=dict)

    @property
    def yaml(self) -> str:
        rows = ["kind: institution", "version: 1", "name: random", "initial: s0", "states:"]

        def add(key: tuple[str, object], row: str) -> None:
            rows.append(row)
            self.lines[key] = len(rows)

        for state in self.states:
            add(("state", state), f"  {state}: {{label: {state.upper()}}}")
        rows.append("signals:")
        for signal in self.signals:
            rows.append(f"  {signal}: {{statistic: mean, measure: {signal}, window: 1, at_least: 1.0}}")
        rows.append("events:")
        for name, (when, accuses) in self.events.items():
            more = f", accuses: R, evidence: [{', '.join(self.signals)}]" if accuses else ""
            add(("event", name), f'  {name}: {{when: "{when[0]}"{more}}}')
        if self.counters:
            rows.append("counters:")
        for name, (most, update) in self.counters.items():
            more = f', next: "{update[0]}"' if update else ""
            add(("counter", name), f"  {name}: {{max: {most}{more}}}")
        if self.edges:
            rows.append("transitions:")
        for index, edge in enumerate(self.edges):
            parts = [f"rule: R{index}, from: {edge.source}, to: {edge.target}, on: {edge.on}"]
            parts += [f'when: "{edge.when[0]}"'] if edge.when else []
            parts += [f'requires: {{gate: "{edge.requires[0]}"}}'] if edge.requires else []
            parts += [f"cooldown: {edge.cooldown}"] if edge.cooldown else []
            parts += [f"lasts: {edge.lasts}"] if edge.lasts else []
            parts += ["suspend: true"] if edge.suspend else []
            parts += [f"fine: {{rate: {edge.rate}}}"] if edge.rate else []
            if edge.set:
                parts.append("set: {" + ", ".join(f'{name}: "{text[0]}"' for name, text in edge.set.items()) + "}")
            add(("edge", index), "  - {" + ", ".join(parts) + "}")
        return "\n".join(rows) + "\n"


def random_graph(seed: int, most_states: int = 8) -> RandomGraph:
    rng = random.Random(seed)
    states = [f"s{k}" for k in range(rng.randint(2, most_states))]
    signals = [f"x{k}" for k in range(rng.randint(1, 3))]
    joint = rng.random() < 0.2
    names = [f"c{k}" for k in range(rng.randint(0, 1 if joint else 2))]
    most = {name: rng.choice([1, 2, 3, 5]) for name in names}
    if names and not joint and rng.random() < 0.3:
        most[names[0]] = rng.choice([30, 40])  # long enough to be folded
    make = _Maker(rng, states, signals, most, joint)
    events: dict[str, tuple[Text, bool]] = {}
    for k in range(rng.randint(1, 3)):
        events[f"e{k}"] = (make.condition(list(events), in_event=True), rng.random() < 0.6)
    make.events = list(events)
    counters = {name: (most[name], make.update(name) if rng.random() < 0.7 else None) for name in names}
    edges = []
    for k in range(rng.randint(len(states) - 1, 3 * len(states))):
        source, target = rng.choice(states), rng.choice(states)
        if 0 < k < len(states) and rng.random() < 0.8:  # mostly connected
            source, target = rng.choice(states[:k]), states[k]
        suspend = rng.random() < 0.12
        edges.append(
            RandomEdge(
                source,
                target,
                rng.choice([*events, *events, *events, "expiry"]),
                make.condition(list(events)) if rng.random() < 0.3 else None,
                make.condition(list(events)) if rng.random() < 0.1 else None,
                rng.choice([0, 0, 0, 1, 2]),
                rng.randint(1, 3) if suspend or rng.random() < 0.4 else 0,
                {name: make.value(name) for name in names if rng.random() < 0.3},
                rng.choice([0, 0.25, 0.5, 1.0]),
                suspend,
            )
        )
    return RandomGraph(states, signals, events, counters, edges, joint)


class _Maker:
    def __init__(
        self, rng: random.Random, states: list[str], signals: list[str], most: dict[str, int], joint: bool
    ) -> None:
        self.rng, self.states, self.signals, self.most, self.joint = rng, states, signals, most, joint
        self.events: list[str] = []

    def condition(self, events: list[str], *, in_event: bool = False) -> Text:
        cel, python = self._atom(events, in_event)
        while self.rng.random() < 0.4:
            other, same = self._atom(events, in_event)
            both = self.rng.random() < 0.5
            cel = f"({cel}) {'&&' if both else '||'} ({other})"
            python = f"({python}) {'and' if both else 'or'} ({same})"
        return cel, python

    def _atom(self, events: list[str], in_event: bool) -> Text:
        rng = self.rng
        kinds = ["signal"] * (4 if in_event else 1) + ["event"] * bool(events) + ["counter"] * 2 * bool(self.most)
        kinds += ["state", "age"] if not in_event else []
        kinds += ["others"] + ["least"] * bool(self.most) if self.joint else []
        kind = rng.choice(kinds)
        if kind in {"signal", "event"}:
            name = rng.choice(self.signals if kind == "signal" else events)
            return (f"!{name}", f"(not {name})") if rng.random() < 0.35 else (name, name)
        if kind == "state":
            text = f"state {rng.choice(['==', '!='])} '{rng.choice(self.states)}'"
            return text, text
        if kind == "age":
            text = f"rounds_in_state >= {rng.randint(2, 3)}"
            return text, text
        if kind == "others":
            state = rng.choice(self.states)
            return f"others.{state} >= 1", f"others_{state} >= 1"
        name = rng.choice(list(self.most))
        if kind == "least":
            which, k = rng.choice(["least", "most"]), rng.randint(1, 2)
            return f"{which}.{name} >= {k}", f"{which}_{name} >= {k}"
        if rng.random() < 0.25:
            text = f"{name} % {rng.randint(2, 3)} == {rng.randint(0, 1)}"
        else:
            text = f"{name} {rng.choice(['>=', '<', '=='])} {rng.randint(0, min(self.most[name], 4))}"
        return text, text

    def value(self, name: str) -> Text:
        text = self.rng.choice([f"{name} + 1", f"{name} - 1", "0", "1", name])
        return text, text

    def update(self, name: str) -> Text:
        cel, python = self.condition(self.events)
        yes, no = self.value(name)[0], self.value(name)[0]
        return f"({cel}) ? {yes} : {no}", f"({yes} if ({python}) else {no})"
