"""What `agora run --dry-run` says of matched arms: what each arm's agents are asked, and where compared arms differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from agoranomos.cli.terminal import say, show

if TYPE_CHECKING:
    from agoranomos.campaigns.matching import Difference, Matching

LINES_SHOWN = 40
"""Lines of a diff that are shown; all are in the JSON."""


def show_matched(matching: Matching) -> None:
    """Print the sizes of prompts, the verdict on every pair that is compared, and the diffs of what differs."""
    if not matching.pairs:
        say("matched: no two arms are compared")
        return
    _show_figures(matching)
    alike = sum(not pair.declared and not pair.undeclared for pair in matching.pairs)
    declared = len(matching.pairs) - alike - len(matching.unmatched)
    say(
        f"matched: of {len(matching.pairs)} pairs of compared arms {alike} differ in their regimes alone, {declared} "
        f"in what is declared besides, {len(matching.unmatched)} in what is not"
    )
    told: set[tuple[str, tuple[Difference, ...]]] = set()
    for pair in matching.pairs:
        for word, found in (("declared", pair.declared), ("NOT DECLARED", pair.undeclared)):
            if not found or (word, found) in told:
                continue  # What many pairs differ in is shown once.
            told.add((word, found))
            say(f"{pair.first} and {pair.second} ({pair.why}), {word}:")
            for one in found:
                _show_difference(one)
    if matching.unused:
        say(f"`differs` names what no compared arms differ in: {', '.join(matching.unused)}")


def _show_figures(matching: Matching) -> None:
    reading = {name: one for name, one in matching.figures.items() if one.readers}
    if not reading:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("characters asked")
    for heading in ("first prompt", "of it told", "of it notice", "last prompt looked at", "calls a decision"):
        table.add_column(heading, justify="right")
    for name, one in reading.items():
        table.add_row(
            name, *(f"{size:,.0f}" for size in (one.first, one.told, one.notice, one.later)), f"{one.calls:g}"
        )
    show(table)
    for holds in dict.fromkeys(one.notice_holds for one in reading.values() if one.notice_holds):
        named = ", ".join(name for name, one in reading.items() if one.notice_holds == holds)
        say(f"notices of {named} hold: {', '.join(holds)}")
    for observes in dict.fromkeys(one.observes for one in reading.values()):
        say(f"agents observe: {', '.join(observes)}")


def _show_difference(one: Difference) -> None:
    say(f"  {one.place}")
    for line in one.lines[:LINES_SHOWN]:
        say(f"    {line}")
    if len(one.lines) > LINES_SHOWN:
        say(f"    ... {len(one.lines) - LINES_SHOWN} more lines")
