"""`agora witness sign`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from agoranomos.cli.terminal import complain, say
from agoranomos.cli.witness_places import State, open_witness, read_file, write_file

_ADVICE = {
    400: "It is made with: agora log cosign LOG --request-out FILE",
    403: "The log's key, or its certifier's, is not the one that this witness was told to trust.",
    404: "Know it with `agora witness trust`, or give its certificate with --certificate.",
    409: "The log's owner makes a request from that size: agora log cosign LOG --request-out FILE --from SIZE",
    422: "The log does not continue what this witness cosigned: ask its owner, and compare with other copies.",
}
_INVALID = {400, 404}


def sign(
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="A request file: agora log cosign --request-out.")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="LINE", help="Write the cosignature there (default: print it)."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", metavar="FILE", help="The log's certificate, by a certifier that is trusted."),
    ] = None,
    state: State = None,
) -> None:
    """Cosign the checkpoint in a request, if it continues what this witness cosigned before; no network is needed.

    Exit code 1: the log's signature is bad, or it is another history than the one cosigned before.

    Example:  agora witness sign request.txt -o line.txt
    """
    store = open_witness(state)
    body = read_file(request)
    if certificate is not None:
        known = store.add_log(read_file(certificate))
        if known.status != 200:
            _refuse(certificate, known.status, known.body)
    answer = store.add_checkpoint(body)
    if answer.status != 200:
        _refuse(request, answer.status, answer.body, body)
    if out is None:
        say(answer.body.decode().removesuffix("\n"))
        return
    write_file(out, answer.body)
    say(f"cosigned; the owner of the log attaches {out} with: agora log cosign LOG --attach {out} --witness VKEY")


def _refuse(file: Path, status: int, body: bytes, asked: bytes = b"") -> NoReturn:
    reason = body.decode("utf-8", "replace").strip()
    advice = _ADVICE.get(status, "")
    if status == 409 and asked.startswith(f"old {reason}\n".encode()):
        reason = f"another checkpoint of size {reason} was cosigned: the log signed two histories"
        advice = "The two signed checkpoints are kept in the witness's folder, in evidence/."
    elif status == 409 and reason.isdigit():
        reason = f"this witness cosigned {reason} entries last, and the request begins elsewhere"
    complain(f"{file}: refused with status {status}: {reason}", advice)
    raise typer.Exit(2 if status in _INVALID else 1)
