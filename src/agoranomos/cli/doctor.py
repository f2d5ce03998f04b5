"""`agora doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible

if TYPE_CHECKING:
    from agoranomos.cli.checks import Check

_LEDGER = (
    "public; it signs ledgers, each under a name of its own: logs are checked with the workspace's key, not this one"
)


def doctor(as_json: AsJson = False) -> None:
    """Look at this machine: Python, packages, keys, disk, model, GPU.

    Exit code 1: something should be mended; the advice says how. Notes are no fault.

    Example:  agora doctor
    """
    from agoranomos.cli.checks import examine

    checks = list(examine())
    findings = sum(check.verdict == "finding" for check in checks)
    if as_json:
        say_json([{"name": c.name, "verdict": c.verdict, "detail": c.detail, "advice": c.advice} for c in checks])
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column()
        table.add_column()
        table.add_column(overflow="fold")
        styles = {"ok": "green", "note": "yellow", "finding": "bold red"}
        for check in checks:
            detail = visible("\n".join(part for part in (_told(check), check.advice) if part))
            table.add_row(Text(check.verdict, styles[check.verdict]), check.name, detail)
        console().print(table)
        say("Nothing to mend." if not findings else f"{findings} to mend.")
    if findings:
        raise typer.Exit(1)


def _told(check: Check) -> str:
    """The detail; of a ledger's key what it is for, since it is not the key by which others check logs."""
    if check.name == "key" and check.detail.startswith("ledger+"):
        return f"{check.detail.partition(' ')[0]} ({_LEDGER})"
    return check.detail
