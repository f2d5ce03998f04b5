"""`agora log show`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from agoranomos.cli.log_places import is_log, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible
from agoranomos.errors import Finding, UsageError, unknown_name

MAX_SUMMARY = 110


def show(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a ledger's segment.")],
    round_number: Annotated[int | None, typer.Option("--round", min=0, metavar="N", help="Only this round.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Only entries about this agent.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only entries of this kind, such as sanction.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the entries of a log, one line each. Nothing is verified: that is `agora log verify`.

    Example:  agora log show logs/CAMPAIGN/runs/ARM/0 --kind sanction
    """
    place = place_of_log(log)
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of one run, such as runs/ARM/SEED.")
    entries = list(_entries(place))
    _check_filters(entries, agent, kind)
    shown = [
        entry
        for entry in entries
        if (round_number is None or entry.get("round") == round_number)
        and (kind is None or entry["kind"] == kind)
        and (agent is None or agent in _agents_of(entry))
    ]
    if as_json:
        say_json(shown)
        return
    from rich.table import Table

    seats = _seats(entries)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("entry", justify="right")
    table.add_column("round", justify="right")
    table.add_column("kind")
    table.add_column("what", overflow="fold")
    for entry in shown:
        table.add_row(str(entry["seq"]), str(entry.get("round", "")), visible(entry["kind"]), _summary(entry, seats))
    console().print(table)
    say(f"{len(shown)} of {len(entries)} entries; not verified (agora log verify {place})")


def _entries(place: Path) -> Iterator[dict[str, Any]]:
    from agoranomos.logs import LogReader

    for index, line in enumerate(LogReader(place).entries()):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            raise Finding(f"entry {index} is not JSON", advice=f"Run: agora log verify {place}") from None
        if not isinstance(entry, dict) or not isinstance(entry.get("body"), dict) or "kind" not in entry:
            raise Finding(f"entry {index} is no entry of a run or a ledger")
        yield {**entry, "kind": str(entry["kind"]), "seq": index}


def _seats(entries: list[dict[str, Any]]) -> tuple[str, ...]:
    facts = entries[0]["body"].get("facts") if entries else None
    return tuple(str(name) for name in facts.get("agents", ())) if isinstance(facts, dict) else ()


def _agents_of(entry: dict[str, Any]) -> set[str]:
    """The agents an entry is about; a round is about every agent with a case in it or a decision on record."""
    body = entry["body"]
    named = [body, *body.get("cases", ()), *body.get("decisions", ()), *body.get("roster", ())]
    return {str(part["agent"]) for part in named if isinstance(part, dict) and "agent" in part}


def _check_filters(entries: list[dict[str, Any]], agent: str | None, kind: str | None) -> None:
    """A misspelt filter is an error, not an empty answer."""
    kinds = {entry["kind"] for entry in entries} | {"opened", "round", "transition", "sanction", "notice", "closed"}
    agents = {name for entry in entries for name in _agents_of(entry)} | set(_seats(entries))
    if kind is not None and kind not in kinds:
        raise unknown_name("kind", kind, kinds)
    if agent is not None and agent not in agents:
        raise unknown_name("agent", agent, agents)


def _summary(entry: dict[str, Any], seats: tuple[str, ...]) -> str:
    body = entry["body"]
    if entry["kind"] == "opened" and "facts" in body:
        institution = (body.get("institution") or {}).get("name", "no institution")
        text = f"{body['facts'].get('market')}, {institution}, seed {body.get('seed')}, {body.get('rounds')} rounds"
    elif entry["kind"] == "round":
        text = _round(body, seats)
    elif entry["kind"] == "transition":
        text = f"{body.get('agent')} {body.get('edge')} on {body.get('event')}"
        text += f"; blocked: {body['blocked']}" if body.get("blocked") else ""
    elif entry["kind"] == "sanction":
        text = f"{body.get('agent')} {body.get('sanction')} under {body.get('rule')}{_amount(body)}"
    elif entry["kind"] == "notice":
        text = (
            f"{body.get('agent')} from round {body.get('effective_round')}: {' '.join(str(body.get('text')).split())}"
        )
    else:
        text = " ".join(f"{key}={_short(value)}" for key, value in body.items())
    text = visible(text)
    return text if len(text) <= MAX_SUMMARY else text[: MAX_SUMMARY - 3] + "..."


def _round(body: dict[str, Any], seats: tuple[str, ...]) -> str:
    actions = body.get("actions", [])
    names = seats if len(seats) == len(actions) else tuple(str(index) for index in range(len(actions)))
    parts = [f"{name} {', '.join(_units(q) for q in row)}" for name, row in zip(names, actions, strict=True)]
    cases = [f"case against {case.get('agent')}" for case in body.get("cases", ())]
    return "; ".join([*parts, *cases])


def _amount(body: dict[str, Any]) -> str:
    if body.get("amount_e6"):
        return f": {_units(body['amount_e6'])}"
    if body.get("rounds"):
        return f": {body['rounds']} rounds"
    return ""


def _units(value: Any) -> str:
    return f"{value / 1e6:,.2f}" if isinstance(value, int) else str(value)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
