"""`agora log prove`."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.log_places import is_log, is_tree, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.cli.witness_places import write_file
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.logs.proving import ProvableLog


def prove(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="The folder of a run's log, of a ledger, or of an exported log.")
    ],
    entry: Annotated[
        int | None, typer.Option("--entry", min=0, metavar="N", help="Prove that entry N is in the log.")
    ] = None,
    start: Annotated[
        int | None,
        typer.Option(
            "--from", min=1, metavar="SIZE", help="Prove that the first SIZE entries are still its beginning."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the proof here, not to the screen.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove one thing about a log in a file of two kilobytes, which others check without the log.

    Either that it holds an entry (c2sp.org/tlog-proof, the entry in it), or that it only grew since it had SIZE entries
    (the form of c2sp.org/tlog-witness). Check either with `agora log verify-receipt`; hand over the log's `certificate`
    with it. A proof is verified under the log's signed checkpoint before it is written.

    Example:  agora log prove LOG --entry 12 -o 12.tlog-proof
    """
    if (entry is None) == (start is None):
        raise UsageError("give one of --entry and --from")
    opened = provable(log)
    if entry is not None:
        proof = opened.inclusion(entry)
        data, path, what = proof.data, proof.path, {"entry": entry}
    else:
        assert start is not None
        request = opened.consistency(start)
        data, path, what = request.body, request.proof, {"from": start}
    if output is not None:
        write_file(output, data)
    if as_json:
        head = opened.checkpoint
        shown = {"log": str(opened.folder), "origin": head.origin, "size": head.size, "root": head.root.hex(), **what}
        shown["hashes"] = [base64.b64encode(one).decode() for one in path]
        shown["file"] = str(output) if output is not None else None
        say_json(shown)
    elif output is None:
        say(data.decode().removesuffix("\n"))
    else:
        say(f"wrote {output}: {len(path)} hashes under the signed checkpoint of size {opened.checkpoint.size}")


def provable(log: str) -> ProvableLog:
    """The log or the export that LOG means; raises `UsageError`."""
    from agoranomos.logs.proving import ProvableLog

    place = place_of_log(log)
    if not is_log(place) and not is_tree(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of one run, such as runs/ARM/SEED.")
    return ProvableLog(place)
