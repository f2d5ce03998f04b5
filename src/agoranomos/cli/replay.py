"""`agora replay`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from agoranomos.cli.log_places import is_campaign, is_ledger, is_log, place_of_log
from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show, visible
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.institutions.replay import Replayed

Row: TypeAlias = "tuple[Path, Replayed, Replayed | None]"
"""A run's folder, its judgements under its own institution, and under another one if asked for."""

COUNTED = ("cases", "transitions", "blocked", "fines", "fines_e6", "suspensions", "caps", "forfeitures")
_HEADINGS = {"fines_e6": "fined"}


def replay(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign (all its finished runs).")
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
    place = place_of_log(log)
    rows: list[Row] = []
    for folder in _logs(place):
        own = judge_again(LogReader(folder).entries())
        rows.append((folder, own, judge_again(LogReader(folder).entries(), other) if other is not None else None))
    if as_json:
        say_json([_as_json(*row) for row in rows])
        return
    _show(rows)


def _logs(place: Path) -> list[Path]:
    if is_ledger(place) or (place.name == "ledger" and is_campaign(place.parent)):
        raise UsageError(
            f"{place} is a campaign's ledger: it holds no rounds to judge",
            advice=f"Replay its runs with {place.parent}; agora log verify reads the ledger.",
        )
    if is_log(place):
        if not (place / "checkpoint").is_file():
            raise UsageError(
                f"{place} is a run that was never closed", advice="agora log verify --open reads what is signed of it."
            )
        return [place]
    found = sorted({path.parent for path in place.glob("runs/*/*/checkpoint")}, key=_in_order)
    if not found:
        raise UsageError(f"{place} holds no finished run", advice="Give the folder of a run's log, or of a campaign.")
    return found


def _in_order(run: Path) -> tuple[str, int, str]:
    return run.parent.name, int(run.name) if run.name.isdecimal() else -1, run.name


def _as_json(folder: Path, own: Replayed, other: Replayed | None) -> dict[str, Any]:
    result = {
        "log": str(folder),
        "arm": folder.parent.name,
        "rounds": own.rounds,
        "entries": own.entries,
        "closed": own.closed,
    }
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


def _show(rows: Sequence[Row]) -> None:
    from rich.table import Table

    rounds = sum(own.rounds for _, own, _ in rows)
    died = sum(not own.closed for _, own, _ in rows)
    say(
        f"{len(rows)} {'run' if len(rows) == 1 else 'runs'}, {rounds} rounds: every judgement came out as recorded"
        + (f"; {died} without a `closed` entry (their driver died)" if died else "")
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    arms = _arms(rows)
    if len(arms) > 1:
        table.add_column("arm")
    table.add_column("agent")
    table.add_column("under")
    for name in COUNTED:
        table.add_column(_HEADINGS.get(name, name), justify="right")
    for arm, of_arm in arms.items():
        for number, row in enumerate(_rows_of(of_arm)):
            table.add_row(*([visible(arm) if number == 0 else ""] if len(arms) > 1 else []), *row)
    show(table)


def _arms(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The runs of each arm, which is the folder that a run's lies in; conditions are never summed together."""
    arms: dict[str, list[Row]] = {}
    for row in rows:
        arms.setdefault(row[0].parent.name, []).append(row)
    return arms


def _rows_of(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """A line for each agent of an arm, summed over its runs."""
    for agent in dict.fromkeys(agent for _, own, _ in rows for agent in own.tallies):
        before = _totals([own for _, own, _ in rows], agent)
        yield visible(agent), _names([own for _, own, _ in rows]), *(_shown(n, before[n]) for n in COUNTED)
        others = [other for _, _, other in rows if other is not None]
        if others:
            after = _totals(others, agent)
            yield "", _names(others), *(_shown(n, after[n]) for n in COUNTED)
            yield "", "difference", *(_shown(n, after[n] - before[n], signed=True) for n in COUNTED)


def _names(replayed: Sequence[Replayed]) -> str:
    return ", ".join(dict.fromkeys(one.institution or "no institution" for one in replayed))


def _totals(replayed: Sequence[Replayed], agent: str) -> dict[str, int]:
    tallies = [one.tallies[agent] for one in replayed if agent in one.tallies]
    return {name: sum(getattr(tally, name) for tally in tallies) for name in COUNTED}


def _shown(name: str, value: int, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value / 1e6:{sign},.2f}" if name == "fines_e6" else f"{value:{sign}d}"
