"""Builds a campaign's tables from its logs: entries in, columns out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from agoranomos.campaigns.tables import AGENTS, BENCHMARKS, CALLS, CHOICES, ENFORCEMENT, ROUNDS, Table
from agoranomos.campaigns.tabulate_choices import Blob, ChoiceRows
from agoranomos.campaigns.timings import CallKey
from agoranomos.errors import Finding, MachineError
from agoranomos.institutions.entries import Opened, Round
from agoranomos.institutions.judgement import CaseRecord, Sanction, StandingRecord, Transition
from agoranomos.institutions.parts import whole_entries
from agoranomos.markets.facts import SCALE, MarketFacts

AGENT_MEASURES = (
    "quantity_e6",
    "share_e6",
    "profit_e6",
    "nash_profit_e6",
    "cv_e6",
    "restraint_e6",
    "calvano_delta_e6",
)
"""Measures that have a column of their own in the table `agents`, where they are measures of an agent."""

ROUND_MEASURES = frozenset(
    ("price_e6", "hhi_e6", "price_elevation_e6", "consumer_surplus_e6", "surplus_ratio_e6", "welfare_e6", "profit_e6")
)
"""Measures that have a column of their own in the table `rounds`."""


class _Line(msgspec.Struct):
    body: msgspec.Raw
    kind: str
    round: int


_lines = msgspec.json.Decoder(_Line)
_rounds = msgspec.json.Decoder(Round)
_opened = msgspec.json.Decoder(Opened)
_transitions = msgspec.json.Decoder(Transition)
_sanctions = msgspec.json.Decoder(Sanction)


class Columns:
    """The columns of one table while it is filled."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._values: dict[str, list[Any]] = {column.name: [] for column in table.columns}

    def add(self, **values: Any) -> None:
        """One row; what is not given is null."""
        for name, column in self._values.items():
            column.append(values.get(name))

    def appenders(self) -> tuple[Callable[[Any], None], ...]:
        """The append methods in the order of the columns, for tables with many rows."""
        return tuple(column.append for column in self._values.values())

    def arrow(self) -> Any:
        """The filled table."""
        return pa.table(self._values, schema=self.table.schema)


class RunTables:
    """Fills the tables of rounds, agents, enforcement, calls and choices from the entries of one run after another."""

    def __init__(self, seconds: Mapping[CallKey, float]) -> None:
        self._seconds = seconds
        self._rounds = Columns(ROUNDS)
        self._agents = Columns(AGENTS)
        self._enforcement = Columns(ENFORCEMENT)
        self._calls = Columns(CALLS)
        self._choices = Columns(CHOICES)
        self._put_agent = self._agents.appenders()

    @property
    def columns(self) -> tuple[Columns, ...]:
        """The tables that were filled."""
        return (self._rounds, self._agents, self._enforcement, self._calls, self._choices)

    def add(self, arm: str, seed: int, entries: Iterable[bytes], blob: Blob) -> tuple[Opened, int]:
        """Take in one run; returns its opening and how many rounds it has.

        `blob` gives content that lies beside the log, by digest. Raises `Finding` for an entry of no type.
        """
        try:
            return self._add(arm, seed, entries, blob)
        except msgspec.MsgspecError as error:
            raise Finding(
                f"the log of {arm}/{seed} holds an entry that cannot be read: {error}",
                advice="Run: agora log verify on the run's folder.",
            ) from None

    def _add(self, arm: str, seed: int, entries: Iterable[bytes], blob: Blob) -> tuple[Opened, int]:
        opened: Opened | None = None
        choices: ChoiceRows | None = None
        named = NamedMeasures()
        current: _RoundRows | None = None
        suspended = frozenset[int]()
        rounds = 0
        for whole in whole_entries(entries):
            entry = _lines.decode(whole.line)
            if entry.kind == "round":
                if current is not None and opened is not None:
                    suspended = self._finish(arm, seed, opened, current, suspended, named)
                current = _RoundRows(entry.round, _rounds.decode(entry.body))
                rounds += 1
                if choices is not None:
                    for row in choices.of_round(entry.round, current.body):
                        self._choices.add(arm=arm, seed=seed, **row)
            elif entry.kind == "transition" and current is not None:
                current.transitions.append(_transitions.decode(entry.body))
            elif entry.kind == "sanction" and current is not None:
                current.sanctions.append(_sanctions.decode(entry.body))
            elif entry.kind == "opened":
                opened = _opened.decode(entry.body)
                named = named_measures(opened.facts)
                choices = ChoiceRows(opened, blob)
        if opened is None:
            raise Finding(f"the log of {arm}/{seed} does not begin with an `opened` entry")
        if current is not None:
            self._finish(arm, seed, opened, current, suspended, named)
        return opened, rounds

    def _finish(
        self,
        arm: str,
        seed: int,
        opened: Opened,
        rows: _RoundRows,
        suspended: frozenset[int],
        named: NamedMeasures,
    ) -> frozenset[int]:
        """Write the rows of a round that is complete; returns the seats that sit out the next one."""
        body = rows.body
        self._rounds.add(**_round_row(arm, seed, rows, bool(suspended), named))
        self._add_agents(arm, seed, opened.facts.agents, rows, suspended, named)
        for case in body.cases:
            self._enforce(arm, seed, rows.number, **_case(case))
        sanctioned = {(sanction.agent, sanction.case) for sanction in rows.sanctions}
        for transition in rows.transitions:
            for act in _acts_of(transition, sanctioned):
                self._enforce(arm, seed, rows.number, **act)
        for sanction in rows.sanctions:
            self._enforce(arm, seed, rows.number, **_sanction(sanction))
        self._add_calls(arm, seed, rows)
        return frozenset(seat for seat, standing in enumerate(body.standings) if standing.limit_e6 == 0)

    def _enforce(self, arm: str, seed: int, number: int, **act: Any) -> None:
        blank = {"rule": "", "case": "", "edge": "", "reason": "", "lasts": 0}
        self._enforcement.add(arm=arm, seed=seed, round=number, **{**blank, **act})

    def _add_agents(
        self,
        arm: str,
        seed: int,
        agents: Sequence[str],
        rows: _RoundRows,
        suspended: frozenset[int],
        named: NamedMeasures,
    ) -> None:
        body = rows.body
        measures = body.measures
        quantity, share, profit, nash_profit, cv, restraint, delta = (
            _natural(measures.get(name)) if name in named.of_agents else None for name in AGENT_MEASURES
        )
        others = {name: _natural(measures[name]) for name in named.others_of_agents}
        fines = rows.fines()
        calls = {decision.agent: decision for decision in body.decisions}
        said = {one.agent: one.text for one in body.messages}
        for seat, agent in enumerate(agents):
            standing: StandingRecord | None = body.standings[seat] if body.standings else None
            decision = calls.get(agent)
            row = (
                arm,
                seed,
                rows.number,
                seat,
                agent,
                [amount / SCALE for amount in body.actions[seat]],
                None if quantity is None else _row(quantity[seat]),
                None if share is None else _row(share[seat]),
                None if profit is None else profit[seat],
                None if nash_profit is None else nash_profit[seat],
                fines.get(agent, 0) / SCALE,
                None if cv is None else cv[seat],
                None if restraint is None else restraint[seat],
                None if delta is None else delta[seat],
                [(name.removesuffix("_e6"), _average(values[seat])) for name, values in others.items()] or None,
                standing.state if standing is not None else "",
                seat in suspended,
                None if standing is None or standing.limit_e6 is None else standing.limit_e6 / SCALE,
                agent in body.projected,
                agent in body.reports,
                said.get(agent),
                decision is not None and decision.repaired,
                0 if decision is None else len(decision.calls),
                0 if decision is None else sum(bool(call.failure) for call in decision.calls),
                0 if decision is None else decision.forgotten,
            )
            for put, value in zip(self._put_agent, row, strict=True):
                put(value)

    def _add_calls(self, arm: str, seed: int, rows: _RoundRows) -> None:
        for decision in rows.body.decisions:
            for attempt, call in enumerate(decision.calls):
                self._calls.add(
                    arm=arm,
                    seed=seed,
                    round=rows.number,
                    agent=decision.agent,
                    attempt=attempt,
                    model=call.model,
                    prompt_sha256=call.prompt_sha256,
                    prompt_tokens=call.prompt_tokens,
                    reply_tokens=call.reply_tokens,
                    failure=call.failure,
                    purpose=call.purpose,
                    scored=call.scored,
                    seconds=self._seconds.get((arm, seed, rows.number, decision.agent, attempt)),
                )


class _RoundRows:
    """One round's entries, collected until the next round begins."""

    __slots__ = ("body", "number", "sanctions", "transitions")

    def __init__(self, number: int, body: Round) -> None:
        self.number = number
        self.body = body
        self.transitions: list[Transition] = []
        self.sanctions: list[Sanction] = []

    def fines(self) -> dict[str, int]:
        """What the round's fines take from each agent, in millionths."""
        taken: dict[str, int] = {}
        for sanction in self.sanctions:
            taken[sanction.agent] = taken.get(sanction.agent, 0) + sanction.amount_e6
        return taken


def benchmark_columns(opened: Opened) -> dict[str, Any]:
    """The columns `<benchmark>_<measure>` and `benchmark_measures` of the table `runs`."""
    columns: dict[str, Any] = {}
    for name in BENCHMARKS:
        known = opened.facts.benchmarks.get(name, {})
        for measure in ("price", "profit", "hhi", "cv"):
            columns[f"{name}_{measure}"] = _row(_natural(known.get(f"{measure}_e6")))
        for measure in ("consumer_surplus", "welfare"):
            columns[f"{name}_{measure}"] = _average(_natural(known.get(f"{measure}_e6")))
    return columns | {"benchmark_measures": _benchmark_measures(opened.facts)}


def _benchmark_measures(facts: MarketFacts) -> list[tuple[str, float | None]] | None:
    return [
        (f"{benchmark}.{name.removesuffix('_e6')}", _average(_natural(values.get(name))))
        for benchmark, values in facts.benchmarks.items()
        for name in named_measures(facts).others
    ] or None


@dataclass(frozen=True, slots=True)
class NamedMeasures:
    """Which of a market's measures have columns of their own for agents, and which do not for rounds and agents."""

    of_agents: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    others_of_agents: tuple[str, ...] = ()


def named_measures(facts: MarketFacts) -> NamedMeasures:
    """The measures of one market by where they go; names with their unit."""
    of_agents = frozenset(name for name in AGENT_MEASURES if name in facts.measures and _per_agent(facts, name))
    others = tuple(name for name in facts.measures if name not in of_agents and name not in ROUND_MEASURES)
    return NamedMeasures(of_agents, others, tuple(name for name in others if _per_agent(facts, name)))


def _per_agent(facts: MarketFacts, name: str) -> bool:
    return facts.measures[name].axes[:1] == ("firm",)


def _average(value: Any) -> float | None:
    """The mean over all cells where the value is defined."""
    cells = [cell for cell in _cells(value) if cell is not None]
    return sum(cells) / len(cells) if cells else None


def _cells(value: Any) -> Iterable[float | None]:
    if isinstance(value, list):
        for part in value:
            yield from _cells(part)
    else:
        yield value


def write_table(folder: Path, columns: Columns) -> None:
    """Replace `<folder>/<table>.parquet` as a whole; raises `MachineError` when the disk does not take it."""
    path = folder / f"{columns.table.name}.parquet"
    temporary = path.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(columns.arrow(), temporary, compression="zstd")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise MachineError(
            f"cannot write {path}: {error.strerror or error}",
            advice="The logs are untouched: free some space, and the same command writes the tables from them.",
        ) from error


def _round_row(arm: str, seed: int, rows: _RoundRows, suspended: bool, named: NamedMeasures) -> dict[str, Any]:
    measures = {name.removesuffix("_e6"): _natural(value) for name, value in rows.body.measures.items()}
    others = [name.removesuffix("_e6") for name in named.others]
    price, hhi, elevation = (_row(measures.get(name)) for name in ("price", "hhi", "price_elevation"))
    profits = _row(measures.get("profit"))
    row: dict[str, Any] = {
        "arm": arm,
        "seed": seed,
        "round": rows.number,
        "price": price,
        "price_mean": _average(price),
        "hhi": hhi,
        "hhi_mean": _average(hhi),
        "price_elevation": elevation,
        "price_elevation_mean": _average(elevation),
        "consumer_surplus": _average(measures.get("consumer_surplus")),
        "surplus_ratio": _average(measures.get("surplus_ratio")),
        "welfare": _average(measures.get("welfare")),
        "profit_total": None if profits is None else sum(p for p in profits if p is not None),
        "fine_total": sum(rows.fines().values()) / SCALE,
        "cases": len(rows.body.cases),
        "sanctions": len(rows.sanctions),
        "suspended": suspended,
        "measures": [(name, _average(measures[name])) for name in others] or None,
    }
    return row


def _case(case: CaseRecord) -> dict[str, Any]:
    signals = ",".join(s.signal + (f"[{s.good}]" if s.good else "") for s in case.signals)
    return {"agent": case.agent, "kind": "case", "rule": case.rule, "case": case.case, "reason": signals}


def _acts_of(transition: Transition, sanctioned: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """A transition that follows a case and takes nothing is also a warning, whatever its state is called."""
    act = {
        "agent": transition.agent,
        "rule": transition.edge.partition(":")[0],
        "case": transition.case,
        "edge": transition.edge,
        "lasts": transition.lasts,
    }
    if transition.blocked:
        return [{**act, "kind": "blocked", "reason": transition.blocked}]
    acts = [{**act, "kind": "transition", "reason": transition.event}]
    if transition.case and (transition.agent, transition.case) not in sanctioned:
        acts.append({**act, "kind": "warning", "reason": transition.event})
    return acts


def _sanction(sanction: Sanction) -> dict[str, Any]:
    return {
        "agent": sanction.agent,
        "kind": sanction.sanction,
        "rule": sanction.rule,
        "case": sanction.case,
        "amount": _amount(sanction),
        "spared": sanction.spared_e6 / SCALE if sanction.sanction == "fine" else None,
        "reason": sanction.counter,
        "limit": sanction.share_e6 / SCALE if sanction.sanction == "cap" else None,
        "lasts": sanction.rounds,
    }


def _amount(sanction: Sanction) -> float | None:
    amounts = {"fine": sanction.amount_e6 / SCALE, "forfeiture": float(sanction.count)}
    return amounts.get(sanction.sanction)


def _natural(value: Any) -> Any:
    """A recorded measure in natural units, axes as lists."""
    if value is None:
        return None
    if isinstance(value, int):
        return value / SCALE
    return [_natural(part) for part in value]


def _row(value: Any) -> list[float | None] | None:
    """The cells of a measure in one row; None where the market has no such measure."""
    return None if value is None else list(_cells(value))
