"""`agora log verify-receipt`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.log_prove import provable
from agoranomos.cli.options import AsJson, TrustedKey
from agoranomos.cli.terminal import complain, say, say_json
from agoranomos.cli.witness_places import read_file
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.logs import LogFault, Verifier
    from agoranomos.logs.policy import Policy
    from agoranomos.logs.proving import ProvableLog
    from agoranomos.logs.receipts import Continued, Receipt

SHOWN_FAULTS = 10


def verify_receipt(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Receipts, or proofs that `agora log prove` wrote.")
    ],
    key: TrustedKey = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", help="Its logs are trusted, and its quorum of witnesses must have signed."
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", metavar="FILE", help="The log's certificate (default: the one beside each file)."
        ),
    ] = None,
    log: Annotated[
        str | None, typer.Option("--log", metavar="LOG", help="This log, or export, must still hold the entries.")
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option("--old", metavar="CHECKPOINT", help="For a proof made with --from: the older signed checkpoint."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check receipts without the log; with --log, that the log still holds what they prove.

    Exit code 1: a receipt is no proof, nobody who is trusted vouches for it, or the log holds something else in its
    place; then both signed checkpoints and both entries are printed, for they contradict each other.

    Example:  agora log verify-receipt receipts/*.tlog-proof --key VKEY --log received/runs/ARM/0
    """
    from agoranomos.logs import LogFault

    keys, asked = _trusted(key, policy), _policy(policy)
    held = provable(log) if log is not None else None
    shown: list[dict[str, Any]] = []
    failed = 0
    for file in files:
        try:
            found = _check(file, keys, asked, certificate, held, old)
        except LogFault as fault:
            failed += 1
            shown.append({"file": str(file), **_fault_json(fault)})
            if not as_json and failed <= SHOWN_FAULTS:
                _complain_of(file, fault)
        else:
            shown.append({"file": str(file), "verdict": "verified", **_found_json(found)})
            if not as_json:
                _say(file, found, log)
    if as_json:
        say_json(shown)
    elif not failed:
        _say_not_excluded(asked, log)
    if failed > SHOWN_FAULTS and not as_json:
        complain(f"and {failed - SHOWN_FAULTS} more files", "--json lists all of them.")
    if failed:
        raise typer.Exit(1)


def _trusted(key: str | None, policy: Path | None) -> Sequence[Verifier]:
    from agoranomos.logs import KeyStore, read_vkeys
    from agoranomos.workspace import state_folder

    if key is not None:
        return read_vkeys(key)
    return () if policy is not None else KeyStore(state_folder() / "keys").trusted()


def _policy(file: Path | None) -> Policy | None:
    from agoranomos.logs.policy import Policy

    return Policy.parse(read_file(file), name=str(file)) if file is not None else None


def _check(
    file: Path,
    keys: Sequence[Verifier],
    policy: Policy | None,
    certificate: Path | None,
    held: ProvableLog | None,
    old: Path | None,
) -> Receipt | Continued:
    from agoranomos.logs.proof_file import HEADER
    from agoranomos.logs.receipts import Trust, require_held, verify_continued, verify_receipt

    data = read_file(file)
    beside = certificate if certificate is not None else file.with_name("certificate")
    given = read_file(beside) if certificate is not None or beside.exists() else None
    trust = Trust(keys, given, policy)
    if not data.startswith(HEADER) and data.startswith(b"old "):
        if old is None or held is not None:
            raise UsageError(
                f"{file} proves that a log only grew", advice="Give the older checkpoint with --old, and no --log."
            )
        return verify_continued(data, read_file(old), trust)
    if old is not None:
        raise UsageError(f"{file} is no proof that a log only grew; --old is for those")
    receipt = verify_receipt(data, trust)
    if held is not None:
        require_held(receipt, held, trust)
    return receipt


def _say(file: Path, found: Receipt | Continued, log: str | None) -> None:
    from agoranomos.logs.receipts import Receipt

    head = found.head if isinstance(found, Receipt) else found.new
    size, origin = head.checkpoint.size, head.checkpoint.origin
    if isinstance(found, Receipt):
        held = "" if log is None else f", and still is in {log}"
        say(f"verified: {file}: entry {found.index} was in {origin} when it had {size} entries{held}")
    else:
        say(f"verified: {file}: {origin} with {size} entries goes on where it had {found.old.size}")
    for name, one in head.witnesses.cosigned:
        say(f"  cosigned by {name}, {one.time} s after 1970")


def _say_not_excluded(policy: Policy | None, log: str | None) -> None:
    say("not excluded by this check:")
    if log is None:
        say("  - that the log shows something else today: give it with --log")
    if policy is None:
        say("  - a second history shown to others: no policy of witnesses was given")
    say("  - false content: a signature says who committed to these bytes, not that they are true")


def _found_json(found: Receipt | Continued) -> dict[str, Any]:
    from agoranomos.logs.receipts import Receipt

    head = found.head if isinstance(found, Receipt) else found.new
    what: dict[str, Any] = (
        {"from": found.old.size}
        if not isinstance(found, Receipt)
        else {
            "entry": found.index,
            "text": found.entry.decode(errors="replace"),
        }
    )
    return {
        **what,
        "origin": head.checkpoint.origin,
        "size": head.checkpoint.size,
        "root": head.checkpoint.root.hex(),
        "signer": head.signer.vkey,
        "trusted_by": head.trusted_by.vkey,
        "witnesses": [name for name, _ in head.witnesses.cosigned],
    }


def _fault_json(fault: LogFault) -> dict[str, Any]:
    found: dict[str, Any] = {"verdict": fault.kind, "entry": fault.entry, "message": fault.message}
    notes, entries = getattr(fault, "evidence", ()), getattr(fault, "entries", ())
    if notes:
        found["evidence"] = [note.decode(errors="replace") for note in notes]
        found["entries"] = [None if one is None else one.decode(errors="replace") for one in entries]
    return found


def _complain_of(file: Path, fault: LogFault) -> None:
    advice = fault.advice
    if fault.kind == "undecided" and not advice:
        advice = "Give the public key of the workspace that made the log: --key VKEY."
    complain(f"{fault.kind}: {file}: {fault.message}", advice)
    evidence = zip(
        ("the receipt", "the log"), getattr(fault, "evidence", ()), getattr(fault, "entries", ()), strict=False
    )
    for whose, note, entry in evidence:
        held = "no such entry" if entry is None else entry.decode(errors="replace")
        say(f"--- {whose}:\n{note.decode(errors='replace')}\nentry {fault.entry}: {held}")
