"""`agora log stamp`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.log_places import is_log, place_to_write
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.errors import MachineError, UsageError


def stamp(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign's ledger.")],
    request_out: Annotated[
        Path | None,
        typer.Option("--request-out", metavar="FILE", help="Write the request (.tsq) for any RFC 3161 authority."),
    ] = None,
    attach: Annotated[
        Path | None, typer.Option("--attach", metavar="RESPONSE", help="Verify the authority's answer and keep it.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="Fetch the answer with this plug-in, and keep it.")
    ] = None,
    tsa: Annotated[
        Path | None,
        typer.Option("--tsa", metavar="CERT.pem", help="The authority's own certificate, then those up to its root."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have an authority say when a log was there: RFC 3161 time stamps over its signed checkpoint.

    Write a request, send it to a time-stamping authority by any way, and attach its answer. A time stamp shows that the
    entries existed before its time; not that they were made then, and not that they are true.

    Example:  agora log stamp LOG --request-out log.tsq; agora log stamp LOG --attach log.tsr --tsa authority.pem
    """
    if sum(given is not None for given in (request_out, attach, source)) != 1:
        raise UsageError("give one of --request-out, --attach and --from")
    if request_out is None and tsa is None:
        raise UsageError("--tsa is missing: an answer is kept only under a certificate that you trust")
    place = place_to_write(log)
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of a run, or of a campaign's ledger.")
    if request_out is not None:
        _write_request(place, request_out, as_json)
    else:
        assert tsa is not None
        _keep(place, attach, source, tsa, as_json)


def _write_request(place: Path, target: Path, as_json: bool) -> None:
    from agoranomos.logs.timestamp import signed_states, stamp_request

    head = signed_states(place)[-1]
    try:
        target.write_bytes(stamp_request(head.text))
    except OSError as error:
        raise MachineError(f"cannot write {target}: {error.strerror}") from error
    if as_json:
        say_json({"log": str(place), "origin": head.origin, "size": head.size, "request": str(target)})
        return
    say(f"wrote {target}: the request for a time stamp over the first {head.size} entries of {head.origin}")
    say("Send it to an authority as application/timestamp-query, and attach the answer with --attach.")


def _keep(place: Path, attach: Path | None, source: str | None, tsa: Path, as_json: bool) -> None:
    from agoranomos.logs.timestamp import attach_token, read_authority, read_response, signed_states, stamp_request
    from agoranomos.logs.timestamp_plugins import fetch_token

    authority = read_authority(tsa)
    states = signed_states(place)
    if attach is not None:
        response = read_response(attach)
    else:
        assert source is not None
        response = fetch_token(source, stamp_request(states[-1].text))
    kept = attach_token(place, states, response, authority)
    if as_json:
        shown = {"log": str(place), "size": kept.size, "time": kept.time.isoformat(), "authority": kept.authority}
        say_json(shown)
        return
    say(f"kept: the first {kept.size} entries were there before {kept.time.isoformat()}, says {kept.authority}")
