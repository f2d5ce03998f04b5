"""What `agora replay` shows: the acts of each institution, agent by agent, summed over the runs of an arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agoranomos.cli.terminal import say, show, visible
from agoranomos.institutions.counterfactual import NOT_CAUSAL
from agoranomos.markets.facts import SCALE

if TYPE_CHECKING:
    from agoranomos.campaigns.replaying import ReplayedRun
    from agoranomos.institutions import Tally

COUNTED = ("cases", "transitions", "blocked", "fines", "fines_e6", "suspensions", "caps", "forfeitures")
_HEADINGS = {"fines_e6": "fined"}

Counts = dict[str, int]
"""The counts of `COUNTED`, and `sits_out`: the rounds in which an agent acted that would have had to sit out."""


@dataclass
class _Arm:
    """What is known of one arm so far."""

    rounds: int = 0
    names: dict[str, None] = field(default_factory=dict)
    recorded: dict[str, Counts] = field(default_factory=dict)
    others: list[dict[str, Counts]] = field(default_factory=list)
    profits: dict[str, float] = field(default_factory=dict)
    welfare: float = 0.0
    has_welfare: bool = True


class Totals:
    """Sums over runs, an arm at a time; conditions are never summed together. Takes runs as they come."""

    def __init__(self, others: Sequence[str]) -> None:
        self._others = tuple(others)
        self._arms: dict[str, _Arm] = {}
        self._runs = self._rounds = self._died = self._disturbed = 0

    def add(self, run: ReplayedRun) -> None:
        """One more run."""
        own = run.own
        self._runs += 1
        self._rounds += own.rounds
        self._died += not own.closed
        self._disturbed += run.others[0].disturbed if run.others else 0
        arm = self._arms.setdefault(run.arm, _Arm(others=[{} for _ in self._others]))
        arm.rounds += own.rounds
        arm.names[own.institution or "no institution"] = None
        for agent, tally in own.tallies.items():
            _add(arm.recorded, agent, tally, 0)
            arm.profits[agent] = arm.profits.get(agent, 0.0) + run.economy.profits[agent]
        for counts, judged in zip(arm.others, run.others, strict=True):
            for agent, tally in judged.tallies.items():
                _add(counts, agent, tally, judged.would_sit_out[agent])
        arm.has_welfare &= run.economy.welfare is not None
        arm.welfare += (run.economy.welfare or 0.0) * own.rounds

    def show(self) -> None:
        """Write all on standard output."""
        say(
            f"{self._runs} {'run' if self._runs == 1 else 'runs'}, {self._rounds} rounds: every judgement came out as "
            "recorded" + (f"; {self._died} without a `closed` entry (their driver died)" if self._died else "")
        )
        if self._others:
            say(NOT_CAUSAL)
        self._show_table()
        if not self._others:
            return
        for name, arm in self._arms.items():
            if arm.has_welfare and arm.rounds:
                where = f"{visible(name)}: " if len(self._arms) > 1 else ""
                say(
                    f"{where}welfare {arm.welfare / arm.rounds:,.2f} a round before fines, as recorded: it is the same "
                    "under every graph, since nobody acts otherwise here"
                )
        if self._disturbed:
            say(
                f"In {self._disturbed} rounds somebody sat out by the order of the institution on record: these are no "
                "evidence to another one."
            )

    def _show_table(self) -> None:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        several = len(self._arms) > 1
        for heading in (*(("arm",) if several else ()), "agent", "under"):
            table.add_column(heading)
        for name in COUNTED:
            table.add_column(_HEADINGS.get(name, name), justify="right")
        if self._others:
            table.add_column("sits out", justify="right")
        table.add_column("net profit", justify="right")
        for name, arm in self._arms.items():
            for number, row in enumerate(self._rows_of(arm)):
                table.add_row(*([visible(name) if number == 0 else ""] if several else []), *row)
        show(table)

    def _rows_of(self, arm: _Arm) -> Iterator[tuple[str, ...]]:
        """The lines of each agent of an arm: on record, then under each other institution, with the difference."""
        for agent, before in arm.recorded.items():
            yield visible(agent), ", ".join(map(visible, arm.names)), *self._cells(arm, agent, before)
            for name, counts in zip(self._others, arm.others, strict=True):
                after = counts[agent]
                yield "", f"{visible(name)}, not causal", *self._cells(arm, agent, after)
                yield "", "difference", *self._cells(arm, agent, after, before)

    def _cells(self, arm: _Arm, agent: str, counts: Counts, less: Counts | None = None) -> tuple[str, ...]:
        signed = less is not None
        values = {name: value - (less[name] if less is not None else 0) for name, value in counts.items()}
        cells = [_shown(name, values[name], signed) for name in COUNTED]
        if self._others:
            cells.append(f"{values['sits_out']:{'+' if signed else ''}d}")
        profit = 0.0 if signed else arm.profits[agent]
        return *cells, f"{profit - values['fines_e6'] / SCALE:{'+' if signed else ''},.2f}"


def _add(into: dict[str, Counts], agent: str, tally: Tally, sits_out: int) -> None:
    counts = into.setdefault(agent, dict.fromkeys((*COUNTED, "sits_out"), 0))
    for name in COUNTED:
        counts[name] += getattr(tally, name)
    counts["sits_out"] += sits_out


def _shown(name: str, value: int, signed: bool) -> str:
    sign = "+" if signed else ""
    return f"{value / SCALE:{sign},.2f}" if name == "fines_e6" else f"{value:{sign}d}"
