"""`agora log cosign`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from agoranomos.cli.log_places import is_campaign, is_log, place_to_write
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.cli.witness_places import is_kept_here, read_file, witness_key, write_file
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.logs.cosignature import WitnessKey
    from agoranomos.logs.cosigning import CosignedLog, Kept

SAME_HOST = "same host: this witness is kept by you on this machine, so to others it proves nothing"
LOOPBACK = (
    "same host: the witness answered on this machine's loopback; unless a tunnel leads there from another machine"
)


def cosign(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="A log, or a campaign: then its ledger, which tells of every run.")
    ],
    request_out: Annotated[
        Path | None, typer.Option("--request-out", metavar="FILE", help="Write a request for a witness, to be carried.")
    ] = None,
    attach: Annotated[
        Path | None, typer.Option("--attach", metavar="LINE", help="Verify the line that a witness made, and keep it.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="Ask a witness over HTTP, and keep what it signs.")
    ] = None,
    witness: Annotated[
        str | None, typer.Option("--witness", metavar="VKEY", help="The witness's public key, or a file with it.")
    ] = None,
    start: Annotated[
        int | None,
        typer.Option("--from", min=0, metavar="SIZE", help="With --request-out: what the witness cosigned last."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have witnesses cosign a log: each says that it has seen one history of it, up to this size.

    By files: write a request, let the witness's operator sign it, attach the line. Over HTTP: --to. What comes back is
    verified before it is kept, in the log's `cosignatures/`. A witness on the same host as the log proves nothing.

    Example:  agora log cosign LOG --request-out request.txt; agora log cosign LOG --attach line.txt --witness VKEY
    """
    if sum(given is not None for given in (request_out, attach, to)) != 1:
        raise UsageError("give one of --request-out, --attach and --to")
    if start is not None and request_out is None:
        raise UsageError("--from goes with --request-out", advice="Over HTTP the witness tells what it cosigned last.")
    if witness is None and request_out is None:
        raise UsageError("--witness is missing: a line is kept only under a key that you know")
    from agoranomos.logs.cosigning import CosignedLog

    opened = CosignedLog(_place(log))
    key = witness_key(witness) if witness is not None else None
    if request_out is not None:
        _write_request(opened, key, start, request_out, as_json)
        return
    assert key is not None
    if attach is not None:
        kept = opened.attach(read_file(attach), key)
    else:
        assert to is not None
        from agoranomos.logs.witness_client import http_sender

        kept = opened.send(http_sender(to), key)
    _show(opened, kept, key, to, as_json)


def _place(log: str) -> Path:
    place = place_to_write(log)
    if not is_log(place) and is_campaign(place):
        place = place / "ledger"
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of a campaign, of its ledger, or of a run.")
    return place


def _write_request(opened: CosignedLog, key: WitnessKey | None, start: int | None, target: Path, as_json: bool) -> None:
    old = start if start is not None else opened.last_cosigned(key) if key is not None else 0
    size = opened.head.size
    if old > size:
        raise UsageError(f"--from {old} is beyond the log, which is signed up to {size} entries")
    write_file(target, opened.request(old).body)
    if as_json:
        say_json({"log": str(opened.folder), "origin": opened.head.origin, "from": old, "size": size})
        return
    say(f"wrote {target}: to cosign {size} entries of {opened.head.origin}, for a witness that cosigned {old} before")
    say(f"Its operator runs: agora witness sign {target} -o LINE")


def _show(opened: CosignedLog, kept: Kept, key: WitnessKey, to: str | None, as_json: bool) -> None:
    from agoranomos.logs.verification import iso

    time = iso(kept.cosigned.time)
    warning = _same_host(key, to)
    if as_json:
        shown = {"log": str(opened.folder), "origin": opened.head.origin, "size": kept.checkpoint.size}
        say_json({**shown, "witness": key.vkey, "time": time, "same_host": warning or None})
        return
    say(f"kept: {key.name} has seen one history of {opened.head.origin}, {kept.checkpoint.size} entries, at {time}")
    if kept.checkpoint.size < opened.head.size:
        say(f"The log has grown since, to {opened.head.size} entries: ask again.")
    if warning:
        say(warning)


def _same_host(key: WitnessKey, to: str | None) -> str:
    if is_kept_here(key):
        return SAME_HOST
    host = urlsplit(to).hostname if to is not None else None
    return LOOPBACK if host is not None and (host == "localhost" or host.startswith("127.") or host == "::1") else ""
