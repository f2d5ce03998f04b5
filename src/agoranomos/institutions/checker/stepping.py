"""One round for many standings and circumstances at once, through the compiled form of `judge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import IDLE, Layout, Rows
from agoranomos.institutions.compiled import NEVER, Rounds, Standings, compile_judge

LATER = 1 << 40
"""The number of the round that is judged where no guard asks for it: late enough for every cooldown to be over."""

AT_ONCE = 400_000
"""Rows judged in one call: more would take memory, and no less time."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What became of each row: `rows` int64[r, columns] after the round, the agent's `edge` int16[r] (-1: none).

    `blocked` int[r, e] says for each edge whether a request of it was denied: 0 no, 1 by its cooldown, 2 + k by the
    k-th condition of `requires`. `events` bool[r, v] happened to the agent.
    """

    rows: Rows
    edge: npt.NDArray[np.int16]
    blocked: npt.NDArray[np.integer[Any]]
    events: npt.NDArray[np.bool_]


class Stepper:
    """Judges rows of one layout: signals fire as the circumstance says, on rivals too or on none, by the row."""

    def __init__(self, bound: Bound, layout: Layout, circumstances: tuple[Circumstance, ...]) -> None:
        self.layout = layout
        self._judge = compile_judge(bound, remembers=False)
        self._agents = len(bound.facts.agents)
        self._fired = np.array([[name in one.signals for name in self._judge.signals] for one in circumstances], bool)
        self._fired = self._fired.reshape(len(circumstances), -1)
        self._draws = np.array([one.draw for one in circumstances], np.uint64)
        self._reports = np.array([one.reports for one in circumstances], bool)
        self._edges = [edge.index for edge in layout.cooling]
        self._cooldowns = np.array([edge.spec.cooldown for edge in layout.cooling], np.int64)
        self._crossable = len(bound.institution.manifest.transitions)

    def step(self, rows: Rows, which: Rows) -> Stepped:
        """The rows after one round, each under the circumstance that `which` int64[r] names, and what happened."""
        if len(rows) <= AT_ONCE:
            return self._step(rows, which)
        parts = [self._step(rows[k : k + AT_ONCE], which[k : k + AT_ONCE]) for k in range(0, len(rows), AT_ONCE)]
        return Stepped(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.edge for part in parts]),
            np.concatenate([part.blocked for part in parts]),
            np.concatenate([part.events for part in parts]),
        )

    def _step(self, rows: Rows, which: Rows) -> Stepped:
        layout = self.layout
        number: Rows = rows[:, 1] if layout.round is not None else np.full(len(rows), LATER)
        blocks = [rows[:, layout.first : layout.first + layout.width]] * self._agents
        causes = np.repeat(which[:, None], self._agents, axis=1)
        if layout.joint:
            blocks[1:] = [rows[:, layout.first + layout.width :]] * (self._agents - 1)
            causes[rows[:, 0] == IDLE, 1:] = 0
        rounds = Rounds(
            round=number if layout.round is not None else LATER,
            draws=self._draws[causes],
            reports=self._reports[causes],
        )
        judged = self._judge.control(self._standings(np.stack(blocks, axis=1), number), rounds, self._fired[causes])
        after = np.empty_like(rows)
        after[:, 0] = rows[:, 0]
        if layout.round is not None:
            after[:, 1] = layout.round.fold(number + 1)
        self._write(after, layout.first, judged.standings, 0, number)
        if layout.joint:
            self._write(after, layout.first + layout.width, judged.standings, self._agents - 1, number)
        layout.fold(after)
        return Stepped(after, judged.edge[:, 0], judged.blocked[:, 0], judged.events[:, 0])

    def _standings(self, blocks: Rows, number: Rows) -> Standings:
        """Blocks int64[r, n, width] as standings."""
        layout, counters = self.layout, len(self.layout.counters)
        runs, agents = blocks.shape[:2]
        crossed = np.full((runs, agents, self._crossable), NEVER, np.int64)
        if self._edges:
            ages = blocks[:, :, 3 + counters : 3 + counters + len(self._edges)]
            crossed[:, :, self._edges] = np.where(ages > 0, number[:, None, None] - ages, NEVER)
        zeros = np.zeros((runs, agents), np.int64)
        return Standings(
            state=blocks[:, :, 0].astype(np.int16),
            counters=blocks[:, :, 1 : 1 + counters],
            rounds_in_state=blocks[:, :, -1] if layout.in_state is not None else zeros,
            timer=blocks[:, :, 1 + counters],
            limit_e6=np.array(layout.limits)[blocks[:, :, 2 + counters]],
            crossed=crossed,
            reported=zeros,
            evidence=zeros,
            kept=np.zeros(runs, np.int64),
        )

    def _write(self, rows: Rows, at: int, standings: Standings, agent: int, number: Rows) -> None:
        layout, counters = self.layout, len(self.layout.counters)
        rows[:, at] = standings.state[:, agent]
        rows[:, at + 1 : at + 1 + counters] = standings.counters[:, agent]
        rows[:, at + 1 + counters] = standings.timer[:, agent]
        rows[:, at + 2 + counters] = np.searchsorted(layout.limits, standings.limit_e6[:, agent])
        if self._edges:
            last = standings.crossed[:, agent][:, self._edges]
            ages = np.where(last == NEVER, 0, number[:, None] + 1 - last)
            rows[:, at + 3 + counters : at + 3 + counters + len(self._edges)] = np.where(
                ages <= self._cooldowns, ages, 0
            )
        if layout.in_state is not None:
            rows[:, at + layout.width - 1] = layout.in_state.fold(standings.rounds_in_state[:, agent])
