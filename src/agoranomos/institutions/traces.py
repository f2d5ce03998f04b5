"""Traces v1: example runs of an institution in YAML, each round with what goes in and what is expected to come of it.

A trace either gives quantities (or other actions), which a market clears, or names the signals that fire, and then no
market is needed.
A counterexample of the checker and a witness of the red team are such traces, too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, model_validator

from agoranomos.documents import Document, DocumentPart, Finite, Source, parse_document
from agoranomos.institutions.signals.statistic import BENCHMARKS

EVERYONE = "all"
"""In place of an agent's name: every agent that is not named itself."""

NONE = "none"
"""As an expectation: that no edge was crossed, or that nothing was blocked."""

LONGEST = 100_000
"""Rounds in a trace, repetitions included."""

Quantity = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Names = tuple[Named, ...]
SanctionKind = Literal["fine", "suspension", "cap", "forfeiture"]

ValueT = TypeVar("ValueT")


def of_agent(given: Mapping[str, ValueT], agent: str) -> ValueT | None:
    """What a mapping by agent gives to `agent`: its own entry, or else that of `all`."""
    return given.get(agent, given.get(EVERYONE))


class Expectation(DocumentPart):
    """What one agent's round should bring; what is left out may be anything.

    `state`, `counters` and `rounds_left` are those after the round. `edge` is `from->to` (or `RULE:from->to`), `none`
    where no edge should be crossed. `blocked` lists the gates that denied requests, in order; `cases` the rules that
    the agent was accused under; `sanctions` their kinds, in order. An empty list expects none. `fine` is money,
    compared to the cent.
    """

    state: Named | None = None
    edge: Named | None = None
    blocked: Names | None = None
    cases: Names | None = None
    sanctions: tuple[SanctionKind, ...] | None = None
    fine: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] | None = None
    counters: dict[Named, int] = {}
    rounds_left: Annotated[int, Field(ge=0)] | None = None


class Outcome(DocumentPart):
    """What a whole trace should bring, or its last rounds (`over_last`).

    `gain_per_round` is profit less fines less Nash profit, the mean over agents and rounds; `fines` is their sum over
    agents and rounds; both are compared to the cent. `cases` and `sanctions` are how many there were.
    """

    gain_per_round: Finite | None = None
    fines: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)] | None = None
    cases: Annotated[int, Field(ge=0)] | None = None
    sanctions: Annotated[int, Field(ge=0)] | None = None
    over_last: Annotated[int, Field(ge=1, le=LONGEST)] | None = None


class TraceRound(DocumentPart):
    """One round, or `repeat` equal ones; what is expected holds after each of them.

    `quantities` are what each agent brings, a row of goods; `actions` are the same for any market, the numbers of an
    agent's action in the market's order. Who is left out plays the `benchmark`, and a suspended agent need not be
    named. `signals` are the names of those that fire against each agent. `audits` names
    those that take place, `reports` the agents that come forward, `jitter` by how many rounds a draw lengthens the
    `lasts` of an edge that the agent crosses. `profits` are for rounds without quantities, where fines are reckoned
    from them (0 where none is given). `all` in place of an agent means everyone who is not named.
    """

    repeat: Annotated[int, Field(ge=1, le=LONGEST)] = 1
    quantities: dict[Named, tuple[Quantity, ...]] = {}
    actions: dict[Named, tuple[Money, ...]] = {}
    benchmark: Literal["nash", "monopoly", "competitive", "division", "efficient", "comply", "violate"] | None = None
    signals: dict[Named, Names] = {}
    profits: dict[Named, Money] = {}
    audits: dict[Named, Names] = {}
    reports: Names = ()
    jitter: dict[Named, Annotated[int, Field(ge=0, le=1000)]] = {}
    expect: dict[Named, Expectation] = {}
    about: str = ""

    @property
    def clears(self) -> bool:
        """Whether a market is needed to play it."""
        return bool(self.quantities) or bool(self.actions) or self.benchmark is not None


class Trace(DocumentPart):
    """An example run: rounds from the initial standings on, and what is expected.

    `agents` are for a trace of signals; without them they are those of the file's market, or else two firms.
    `nash_profit` is what each agent earns at Nash, or by complying, where no market is there to say it: fines above
    Nash and fines `of: gap` count what a round's profit exceeds it by.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    about: str = ""
    agents: Annotated[Names, Field(max_length=64)] = ()
    nash_profit: Money = 0.0
    rounds: Annotated[tuple[TraceRound, ...], Field(min_length=1)]
    expect: Outcome | None = None

    @property
    def abstract(self) -> bool:
        """Whether it names signals in place of actions."""
        return not any(one.clears for one in self.rounds)

    @property
    def length(self) -> int:
        """How many rounds, repetitions included."""
        return sum(one.repeat for one in self.rounds)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Trace:
        if self.length > LONGEST:
            raise ValueError(f"it has {self.length} rounds; at most {LONGEST} were expected")
        if len(set(self.agents)) < len(self.agents):
            raise ValueError("an agent stands twice in `agents`")
        if EVERYONE in self.agents:
            raise ValueError(f"no agent may be called {EVERYONE!r}, which means everyone")
        if self.expect is not None and (self.expect.over_last or 0) > self.length:
            raise ValueError(f"`over_last` is {self.expect.over_last}, but the trace has {self.length} rounds")
        if self.abstract:
            return self
        for index, one in enumerate(self.rounds):
            for key in ("signals", "profits"):
                if getattr(one, key):
                    raise ValueError(
                        f"rounds.{index}: `{key}` beside quantities: from quantities the market says what they are; "
                        "a trace gives one or the other"
                    )
        for key in ("agents", "nash_profit"):
            if getattr(self, key):
                raise ValueError(f"`{key}` beside quantities: the market says it")
        return self


class Traces(Document):
    """A file of traces of one institution, kept beside it as `NAME.traces.yaml`."""

    kind: Literal["traces"]
    version: Literal[1]
    institution: Named
    market: Named | None = None
    about: str = ""
    traces: Annotated[tuple[Trace, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Traces:
        seen: set[str] = set()
        for trace in self.traces:
            if trace.name in seen:
                raise ValueError(f"two traces are called {trace.name!r}")
            seen.add(trace.name)
            if self.market is None and not trace.abstract:
                raise ValueError(f"trace {trace.name!r} gives quantities, which need a `market` to clear them")
        return self


def load_traces(source: Source) -> Traces:
    """Read a file of traces; raises `DocumentError` with file, line, column and the nearest valid key."""
    return parse_document(source, Traces)


def traces_of(institution: str, traces: Iterable[Trace], *, market: str | None = None, about: str = "") -> Traces:
    """The file that holds `traces` of an institution."""
    return Traces(kind="traces", version=1, institution=institution, market=market, about=about, traces=tuple(traces))


def folded(rounds: Sequence[TraceRound]) -> tuple[TraceRound, ...]:
    """The same rounds with neighbours that are equal written once, `repeat` times."""
    found: list[TraceRound] = []
    for one in rounds:
        if found and found[-1].model_copy(update={"repeat": 1}) == one.model_copy(update={"repeat": 1}):
            found[-1] = one.model_copy(update={"repeat": found[-1].repeat + one.repeat})
        else:
            found.append(one)
    return tuple(found)


def to_yaml(traces: Traces) -> str:
    """The file as YAML text, a round a line; `load_traces` gives the same value back."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 100_000  # A round stays on its line.
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = traces.model_dump(mode="json", exclude_defaults=True)
    for trace in written["traces"]:
        trace["rounds"] = [_flow(one) for one in trace["rounds"]]
        for key in ("agents", "expect"):
            if key in trace:
                trace[key] = _flow(trace[key])
    stream = io.StringIO()
    yaml.dump(written, stream)
    return stream.getvalue()


def _flow(value: Any) -> Any:
    """`value` with every mapping and list in it written inside brackets."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, dict):
        mapping = CommentedMap({key: _flow(item) for key, item in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_flow(item) for item in value])
        sequence.fa.set_flow_style()
        return sequence
    return value


__all__ = [
    "BENCHMARKS",
    "EVERYONE",
    "NONE",
    "Expectation",
    "Outcome",
    "Trace",
    "TraceRound",
    "Traces",
    "folded",
    "load_traces",
    "of_agent",
    "to_yaml",
    "traces_of",
]
