"""One round for many standings, row by row through the interpreted form: what the compiled stepping is held against."""

from __future__ import annotations

from typing import Any

import numpy as np

from agoranomos.institutions.abstract import signal_measure
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, Bound
from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import IDLE, Layout, Rows
from agoranomos.institutions.checker.stepping import LATER, Stepped
from agoranomos.institutions.controller import control
from agoranomos.institutions.institution import Edge
from agoranomos.institutions.judgement import Observed, Standing
from agoranomos.institutions.oracle import detect
from agoranomos.markets.facts import SCALE


class Interpreted:
    """Steps row by row through the interpreted form: what the fast form is held against."""

    def __init__(self, bound: Bound, layout: Layout, circumstances: tuple[Circumstance, ...]) -> None:
        self.bound = bound
        self.layout = layout
        self.circumstances = circumstances
        self.edges: tuple[Edge, ...] = tuple(bound.institution.edges)
        self.events = [name for name, _ in bound.institution.events]
        self.places = {edge.key: place for place, edge in enumerate(self.edges)}

    def step(self, rows: Rows, which: Rows) -> Stepped:
        """As `Stepper.step`."""
        stepped = Stepped(
            np.zeros_like(rows),
            np.full(len(rows), -1, np.int16),
            np.zeros((len(rows), len(self.edges)), np.int8),
            np.zeros((len(rows), len(self.events)), np.bool_),
        )
        for index, row in enumerate(rows.tolist()):
            self._judge(stepped, index, row, self.circumstances[which[index]])
        self.layout.fold(stepped.rows)
        return stepped

    def _judge(self, stepped: Stepped, index: int, row: list[int], mine: Circumstance) -> None:
        layout, bound = self.layout, self.bound
        number = LATER if layout.round is None else row[1]
        company = len(bound.facts.agents) - 1
        own = self._standing(row, layout.first, number)
        rival = self._standing(row, layout.first + layout.width, number) if layout.joint else own
        theirs = self.circumstances[0] if row[0] == IDLE else mine
        each = (mine, *([theirs] * company))
        standings = (own, *([rival] * company))
        measures: dict[str, Any] = {
            signal_measure(name): tuple([SCALE if name in one.signals else 0 for one in each]) for name in bound.signals
        }
        measures[PROFIT] = measures[NASH_PROFIT] = (0,) * len(each)
        draws = tuple([one.draw for one in each])
        reports = tuple(agent for agent, one in zip(bound.facts.agents, each, strict=True) if one.reports)
        observed = Observed(number, measures, draws, reports=reports)
        detected = detect(bound, standings, observed)
        decided = control(bound, standings, detected, observed)
        stepped.events[index] = [detected[0].names[name] for name in self.events]
        for request in decided[0].transitions:
            place = self.places[request.edge]
            if request.blocked:
                stepped.blocked[index, place] = self._gate(self.edges[place], own, number, request.blocked)
            else:
                stepped.edge[index] = place
        after = stepped.rows[index]
        after[0] = row[0]
        if layout.round is not None:
            after[1] = layout.round.fold(np.array([number + 1]))[0]
        self._write(after, layout.first, decided[0].standing, number)
        if layout.joint:
            self._write(after, layout.first + layout.width, decided[-1].standing, number)

    def _gate(self, edge: Edge, standing: Standing, number: int, reason: str) -> int:
        last = standing.crossed.get(edge.index)
        if last is not None and number - last <= edge.spec.cooldown:
            return 1
        return 2 + [name for name, _ in edge.requires].index(reason)

    def _standing(self, row: list[int], at: int, number: int) -> Standing:
        layout = self.layout
        counters = len(layout.counters)
        ages = row[at + 3 + counters : at + 3 + counters + len(layout.cooling)]
        limit = layout.limits[row[at + 2 + counters]]
        return Standing(
            state=layout.states[row[at]],
            counters=tuple(row[at + 1 : at + 1 + counters]),
            rounds_in_state=row[at + layout.width - 1] if layout.in_state is not None else 0,
            timer=row[at + 1 + counters],
            limit_e6=None if limit < 0 else limit,
            crossed={edge.index: number - age for edge, age in zip(layout.cooling, ages, strict=True) if age},
        )

    def _write(self, row: Rows, at: int, standing: Standing, number: int) -> None:
        layout = self.layout
        counters = len(layout.counters)
        row[at] = layout.states.index(standing.state)
        row[at + 1 : at + 1 + counters] = standing.counters
        row[at + 1 + counters] = standing.timer
        row[at + 2 + counters] = layout.limits.index(-1 if standing.limit_e6 is None else standing.limit_e6)
        for place, edge in enumerate(layout.cooling, at + 3 + counters):
            age = number + 1 - standing.crossed.get(edge.index, -LATER)
            row[place] = age if age <= edge.spec.cooldown else 0
        if layout.in_state is not None:
            row[at + layout.width - 1] = layout.in_state.fold(np.array([standing.rounds_in_state]))[0]
