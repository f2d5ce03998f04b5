"""The campaign as a table that is drawn anew in a terminal: a row an arm, and the whole session below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agoranomos.campaigns.progress import Look, in_words, nothing_asked
from agoranomos.campaigns.tally import ArmTally, Tally

SECONDS_BETWEEN_DRAWINGS = 0.2
SHOWN_ARMS = 12
"""Rows at once; of more arms those with runs under way come first."""

BAR_WIDTH = 24


class LiveTable:
    """Draws the table on a Rich console a few times a second, and leaves it standing at the end."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self._live: Any = None
        self._tally: Tally | None = None
        self._look = nothing_asked
        self._drawn = 0.0

    def begin(self, tally: Tally, look: Look = nothing_asked) -> None:
        """Draw it for the first time."""
        from rich.live import Live

        self._tally, self._look, self._drawn = tally, look, tally.seconds
        self._live = Live(self._drawing(tally), console=self._console, auto_refresh=False)
        self._live.start(refresh=True)

    def advance(self) -> None:
        """Draw it anew when it has stood for a while."""
        if self._tally is None or self._live is None:
            return
        now = self._tally.seconds
        if now - self._drawn >= SECONDS_BETWEEN_DRAWINGS:
            self._drawn = now
            self._live.update(self._drawing(self._tally), refresh=True)

    def end(self) -> None:
        """Leave the table as it is now and give the terminal back."""
        if self._tally is not None and self._live is not None:
            self._live.update(self._drawing(self._tally), refresh=True)
            self._live.stop()
            self._live = None

    def say(self, text: str) -> None:
        """Print the line above the table."""
        self._console.print(text, markup=False, highlight=False)

    def _drawing(self, tally: Tally) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        calls = bool(tally.planned_calls)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("arm", overflow="ellipsis", no_wrap=True)
        table.add_column("")
        for heading in ("runs", "under way", "failed", "rounds", *(["calls"] if calls else [])):
            table.add_column(heading, justify="right", no_wrap=True)
        for name, arm in shown_arms(tally.arms.items()):
            table.add_row(
                Text(name),
                ProgressBar(total=arm.planned, completed=arm.finished, width=BAR_WIDTH),
                f"{arm.finished}/{arm.planned}",
                str(arm.under_way),
                Text(str(arm.failed), "bold red" if arm.failed else ""),
                str(arm.rounds),
                *([str(arm.calls)] if calls else []),
            )
        hidden = len(tally.arms) - SHOWN_ARMS
        more = [Text(f"and {hidden} more arms")] if hidden > 0 else []
        return Group(table, *more, Text(in_words(tally, self._look())))


def shown_arms(arms: Iterable[tuple[str, ArmTally]]) -> list[tuple[str, ArmTally]]:
    """As many arms as there are rows: those with runs under way first, then those with runs to come; in their order."""
    listed = list(arms)
    if len(listed) <= SHOWN_ARMS:
        return listed
    ranked = sorted(range(len(listed)), key=lambda place: (not listed[place][1].under_way, not listed[place][1].open))
    return [listed[place] for place in sorted(ranked[:SHOWN_ARMS])]
