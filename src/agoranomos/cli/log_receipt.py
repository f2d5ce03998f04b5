"""`agora log receipt`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.log_prove import provable
from agoranomos.cli.log_show import agents_of, seats_of
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.errors import Finding, UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.logs.proving import ProvableLog

SUFFIX = ".tlog-proof"


def receipt(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of an exported log.")],
    agent: Annotated[str, typer.Option("--agent", metavar="NAME", help="Receipts of the entries about this agent.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="A new folder for them.")],
    round_number: Annotated[
        int | None, typer.Option("--round", min=0, metavar="N", help="Only those of this round.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give an agent receipts: a proof of each entry about it, with the entry itself, in a file each.

    Whoever keeps its receipts can show that the log held these entries, even when the log is gone or another is shown
    in its place: `agora log verify-receipt`. The certificate of the log's key lies beside them and belongs to them.

    Example:  agora log receipt logs/CAMPAIGN/runs/ARM/0 --agent firm_1 -o receipts
    """
    from agoranomos.institutions.parts import whole_entries
    from agoranomos.logs.export import put_file, written_beside

    opened = provable(log)
    with written_beside(output) as part:
        count = 0
        agents: set[str] = set()
        for index, whole_line, lines in whole_entries(opened.entries()):
            entry = _parsed(index, whole_line)
            about = agents_of(entry)
            if index == 0:
                agents |= set(seats_of(entry))
            elif entry.get("kind") == "round":  # every agent's actions and measures are in it
                about |= agents
            agents |= about
            if agent in about and round_number in (None, entry.get("round")):
                for place, line in enumerate(lines, index):  # of an entry in parts, a receipt for each
                    put_file(part, f"{place:012d}{SUFFIX}", opened.inclusion(place, line).data)
                    count += 1
        if agent not in agents:
            raise unknown_name("agent", agent, agents)
        if not count:
            where = "" if round_number is None else f" in round {round_number}"
            raise UsageError(f"no entry is about {agent}{where}")
        _put_keys(opened, part)
    head = opened.checkpoint
    if as_json:
        shown = {"log": str(opened.folder), "origin": head.origin, "size": head.size, "root": head.root.hex()}
        say_json({**shown, "agent": agent, "round": round_number, "folder": str(output), "receipts": count})
        return
    receipts = "1 receipt" if count == 1 else f"{count} receipts"
    say(f"wrote {receipts} of {agent} to {output}, under the signed checkpoint of size {head.size}")


def _parsed(index: int, line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict) or not isinstance(entry.get("body"), dict):
        raise Finding(f"entry {index} is no entry of a run or a ledger")
    return entry


def _put_keys(opened: ProvableLog, part: Path) -> None:
    from agoranomos.logs import layout
    from agoranomos.logs.export import put_file

    put_file(part, layout.VKEY, f"{opened.signer.vkey}\n".encode())
    if opened.certificate is not None:
        put_file(part, layout.CERTIFICATE, opened.certificate)
