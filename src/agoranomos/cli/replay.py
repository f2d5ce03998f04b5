"""`agora replay`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.institutions.replay import Replayed

COUNTED = ("cases", "transitions", "blocked", "fines", "fines_e6", "suspensions", "caps")
_HEADINGS = {"fines_e6": "fined"}


def replay(
    log: Annotated[
        Path, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign (all its finished runs).")
    ],
    institution: Annotated[
        str | None,
        typer.Option("--institution", metavar="OTHER", help="Judge the same conduct under another institution."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge recorded rounds again.

    Every judgement must come out as it is recorded, byte for byte.

    With --institution, a counterfactual: agents act as they did, another institution judges, and the difference is
    shown. Signatures are not looked at; that is `agora log verify`. Exit code 1: a judgement differs from the record.

    Example:  agora replay logs/CAMPAIGN/runs/ARM/0 --institution cournot-antitrust-hardened
    """
    from agoranomos.institutions.replay import replay as judge_again
    from agoranomos.logs import LogReader

    other = institution_named(institution) if institution is not None else None
    rows: list[tuple[Path, Replayed, Replayed | None]] = []
    for folder in _logs(log):
        lines = list(LogReader(folder).entries())
        rows.append((folder, judge_again(lines), judge_again(lines, other) if other is not None else None))
    if as_json:
        say_json([_as_json(*row) for row in rows])
        return
    _show(rows)


def _logs(place: Path) -> list[Path]:
    if not place.is_dir():
        raise UsageError(f"no such folder: {place}")
    if (place / "checkpoint").is_file():
        return [place]
    found = sorted({path.parent for path in place.glob("runs/*/*/checkpoint")}, key=_in_order)
    if not found:
        raise UsageError(f"{place} holds no finished run", advice="Give the folder of a run's log, or of a campaign.")
    return found


def _in_order(run: Path) -> tuple[str, int, str]:
    return run.parent.name, int(run.name) if run.name.isdecimal() else -1, run.name


def _as_json(folder: Path, own: Replayed, other: Replayed | None) -> dict[str, Any]:
    result = {"log": str(folder), "rounds": own.rounds, "entries": own.entries, "closed": own.closed}
    result["recorded"] = _one(own)
    if other is not None:
        result["counterfactual"] = _one(other)
        result["difference"] = {
            agent: {name: getattr(other.tallies[agent], name) - getattr(tally, name) for name in COUNTED}
            for agent, tally in own.tallies.items()
        }
    return result


def _one(replayed: Replayed) -> dict[str, Any]:
    return {
        "institution": replayed.institution,
        "semantic_sha256": replayed.semantic_sha256,
        "agents": {
            agent: {
                **{name: getattr(tally, name) for name in COUNTED},
                "state": replayed.states.get(agent, ""),
            }
            for agent, tally in replayed.tallies.items()
        },
    }


def _show(rows: Sequence[tuple[Path, Replayed, Replayed | None]]) -> None:
    from rich.table import Table

    rounds = sum(own.rounds for _, own, _ in rows)
    died = sum(not own.closed for _, own, _ in rows)
    say(
        f"{len(rows)} {'run' if len(rows) == 1 else 'runs'}, {rounds} rounds: every judgement came out as recorded"
        + (f"; {died} without a `closed` entry (their driver died)" if died else "")
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("agent")
    table.add_column("under")
    for name in COUNTED:
        table.add_column(_HEADINGS.get(name, name), justify="right")
    agents = list(dict.fromkeys(agent for _, own, _ in rows for agent in own.tallies))
    for agent in agents:
        before = _totals([own for _, own, _ in rows], agent)
        table.add_row(agent, _names([own for _, own, _ in rows]), *(_shown(n, before[n]) for n in COUNTED))
        others = [other for _, _, other in rows if other is not None]
        if others:
            after = _totals(others, agent)
            table.add_row("", _names(others), *(_shown(n, after[n]) for n in COUNTED))
            table.add_row("", "difference", *(_shown(n, after[n] - before[n], signed=True) for n in COUNTED))
    console().print(table)


def _names(replayed: Sequence[Replayed]) -> str:
    return ", ".join(dict.fromkeys(one.institution or "no institution" for one in replayed))


def _totals(replayed: Sequence[Replayed], agent: str) -> dict[str, int]:
    tallies = [one.tallies[agent] for one in replayed if agent in one.tallies]
    return {name: sum(getattr(tally, name) for tally in tallies) for name in COUNTED}


def _shown(name: str, value: int, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value / 1e6:{sign},.2f}" if name == "fines_e6" else f"{value:{sign}d}"
