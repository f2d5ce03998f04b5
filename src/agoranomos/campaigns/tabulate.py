"""Fills the tables of a campaign from the logs of its runs: entries in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from agoranomos.campaigns.columns import Columns
from agoranomos.campaigns.tables import AGENTS, CALLS, CHOICES, ENFORCEMENT, ROUNDS
from agoranomos.campaigns.tabulate_audits import AuditCounts
from agoranomos.campaigns.tabulate_choices import Blob, ChoiceRows
from agoranomos.campaigns.tabulate_enforcement import acts_of, announced_act, case_act, sanction_act
from agoranomos.campaigns.tabulate_measures import (
    AGENT_MEASURES,
    NamedMeasures,
    average,
    named_measures,
    natural,
    one_row,
)
from agoranomos.campaigns.timings import CallKey
from agoranomos.errors import Finding
from agoranomos.institutions.entries import Opened, Round
from agoranomos.institutions.judgement import Announced, Sanction, StandingRecord, Transition
from agoranomos.institutions.parts import whole_entries
from agoranomos.markets.facts import SCALE


class _Line(msgspec.Struct):
    body: msgspec.Raw
    kind: str
    round: int


_lines = msgspec.json.Decoder(_Line)
_rounds = msgspec.json.Decoder(Round)
_opened = msgspec.json.Decoder(Opened)
_transitions = msgspec.json.Decoder(Transition)
_sanctions = msgspec.json.Decoder(Sanction)
_announced = msgspec.json.Decoder(Announced)


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
        audits: AuditCounts | None = None
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
                current.audits = None if audits is None else audits.of(entry.round, current.body.draws)
                rounds += 1
                if choices is not None:
                    for row in choices.of_round(entry.round, current.body):
                        self._choices.add(arm=arm, seed=seed, **row)
            elif entry.kind == "transition" and current is not None:
                current.transitions.append(_transitions.decode(entry.body))
            elif entry.kind == "sanction" and current is not None:
                current.sanctions.append(_sanctions.decode(entry.body))
            elif entry.kind == "switched" and current is not None:
                current.switched = True
            elif entry.kind == "announced" and current is not None:
                current.announced.append(_announced.decode(entry.body))
            elif entry.kind == "opened":
                opened = _opened.decode(entry.body)
                named = named_measures(opened.facts)
                choices, audits = ChoiceRows(opened, blob), AuditCounts(opened)
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
        self._rounds.add(**_round_row(arm, seed, rows, bool(suspended), named), audits=rows.audits)
        self._add_agents(arm, seed, opened.facts.agents, rows, suspended, named)
        for case in body.cases:
            self._enforce(arm, seed, rows.number, **case_act(case))
        sanctioned = {(sanction.agent, sanction.case) for sanction in rows.sanctions}
        sanctioned |= {(told.agent, told.case) for told in rows.announced}
        for transition in rows.transitions:
            for act in acts_of(transition, sanctioned):
                self._enforce(arm, seed, rows.number, **act)
        for sanction in rows.sanctions:
            self._enforce(arm, seed, rows.number, **sanction_act(sanction))
        for told in rows.announced:
            self._enforce(arm, seed, rows.number, **announced_act(told))
        self._add_calls(arm, seed, rows)
        if rows.switched:
            return frozenset()
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
        measures = rows.measures
        quantity, share, profit, nash_profit, cv, restraint, delta = (
            measures.get(name) if name in named.of_agents else None for name in AGENT_MEASURES
        )
        others = {name: measures[name] for name in named.others_of_agents}
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
                None if quantity is None else one_row(quantity[seat]),
                None if share is None else one_row(share[seat]),
                None if profit is None else profit[seat],
                None if nash_profit is None else nash_profit[seat],
                fines.get(agent, 0) / SCALE,
                None if cv is None else cv[seat],
                None if restraint is None else restraint[seat],
                None if delta is None else delta[seat],
                [(name.removesuffix("_e6"), average(values[seat])) for name, values in others.items()] or None,
                standing.state if standing is not None else "",
                seat in suspended,
                None if standing is None or rows.switched or standing.limit_e6 is None else standing.limit_e6 / SCALE,
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

    __slots__ = ("announced", "audits", "body", "measures", "number", "sanctions", "switched", "transitions")

    def __init__(self, number: int, body: Round) -> None:
        self.number = number
        self.body = body
        self.measures = {name: natural(value) for name, value in body.measures.items()}
        self.audits: int | None = None
        self.transitions: list[Transition] = []
        self.sanctions: list[Sanction] = []
        self.announced: list[Announced] = []
        self.switched = False  # whether the next round is under another institution, so that limits end

    def fines(self) -> dict[str, int]:
        """What the round's fines take from each agent, in millionths."""
        taken: dict[str, int] = {}
        for sanction in self.sanctions:
            taken[sanction.agent] = taken.get(sanction.agent, 0) + sanction.amount_e6
        return taken


def _round_row(arm: str, seed: int, rows: _RoundRows, suspended: bool, named: NamedMeasures) -> dict[str, Any]:
    measures = rows.measures
    price, hhi, elevation = (one_row(measures.get(name)) for name in ("price_e6", "hhi_e6", "price_elevation_e6"))
    profits = one_row(measures.get("profit_e6"))
    row: dict[str, Any] = {
        "arm": arm,
        "seed": seed,
        "round": rows.number,
        "price": price,
        "price_mean": average(price),
        "hhi": hhi,
        "hhi_mean": average(hhi),
        "price_elevation": elevation,
        "price_elevation_mean": average(elevation),
        "consumer_surplus": average(measures.get("consumer_surplus_e6")),
        "surplus_ratio": average(measures.get("surplus_ratio_e6")),
        "welfare": average(measures.get("welfare_e6")),
        "profit_total": None if profits is None else sum(p for p in profits if p is not None),
        "fine_total": sum(rows.fines().values()) / SCALE,
        "cases": len(rows.body.cases),
        "sanctions": len(rows.sanctions),
        "suspended": suspended,
        "measures": [(name.removesuffix("_e6"), average(measures[name])) for name in named.others] or None,
    }
    return row
