"""`agora log compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from agoranomos.cli.log_places import is_campaign, is_log, is_tree
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, say, say_json
from agoranomos.cli.witness_places import read_file, write_file
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.logs import Verifier
    from agoranomos.logs.compare import Comparison, View


def compare(
    logs: Annotated[
        list[Path],
        typer.Argument(metavar="A B...", help="Folders of logs, exports or campaigns (their ledgers), or checkpoints."),
    ],
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="VKEY", help="Trust this public key, or those in this file (default: your keyring)."
        ),
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", metavar="FILE", help="Write the evidence of a fork there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare copies of one log, and say whether they are one history or two.

    Of two histories both signed checkpoints are printed; with --evidence, all that a stranger needs to check it is
    written; given a file of evidence alone, check it. Exit code 1: there are two histories, a copy is damaged or
    tampered with, or it cannot be decided.

    Example:  agora log compare mine/ledger theirs/ledger --evidence fork.json
    """
    if len(logs) == 1 and logs[0].is_file():
        _check_evidence(logs[0], _trusted(key), as_json)
    if len(logs) < 2:
        raise UsageError("two copies are needed to compare", advice="agora log compare A B")
    from agoranomos.logs.compare import compare_views, read_view

    found = compare_views([read_view(_place(log)) for log in logs], _trusted(key))
    if found.fork is not None and evidence is not None:
        write_file(evidence, found.fork.data)
    if as_json:
        say_json(_json(found, evidence))
    elif found.fork is not None:
        _show_fork(found, evidence)
    else:
        _show_one_history(found)
    if found.fork is not None or found.undecided:
        raise typer.Exit(1)


def _place(named: Path) -> Path:
    path = _unpacked(named) or named
    if not path.exists():
        raise UsageError(f"{path}: there is no such log or checkpoint")
    if not path.is_dir() or is_log(path) or is_tree(path):
        return path
    if is_campaign(path) and is_log(path / "ledger"):
        return path / "ledger"
    raise UsageError(f"{path} is not one log", advice="Give a log, an export, a campaign, or a checkpoint's file.")


def _unpacked(path: Path) -> Path | None:
    from agoranomos.campaigns.packs.packed import unpacked

    return unpacked(path)


def _trusted(key: str | None) -> tuple[Verifier, ...]:
    from agoranomos.logs import KeyStore, read_vkeys
    from agoranomos.workspace import state_folder

    return KeyStore(state_folder() / "keys").trusted() if key is None else read_vkeys(key)


def _check_evidence(file: Path, trusted: tuple[Verifier, ...], as_json: bool) -> NoReturn:
    from agoranomos.logs.faults import within
    from agoranomos.logs.fork import read_fork, verify_fork

    with within(str(file)):
        smaller, larger = verify_fork(read_fork(read_file(file)), trusted)
    if as_json:
        say_json({"verdict": "fork", "origin": smaller.origin, "sizes": [smaller.size, larger.size]})
    else:
        complain(
            f"fork: {smaller.origin} signed two histories, of {smaller.size} and of {larger.size} entries",
            f"The evidence in {file} holds.",
        )
    raise typer.Exit(1)


def _show_one_history(found: Comparison) -> None:
    for one in found.undecided:
        complain(f"undecided: {one}", "Give a copy with entries that is at least as long.")
    if found.undecided:
        return
    longest = found.views[-1]
    say(f"one history of {longest.checkpoint.origin}")
    for view in found.views:
        same = view.checkpoint.size == longest.checkpoint.size
        what = "all of it" if same else f"a beginning; {longest.checkpoint.size - view.checkpoint.size} entries fewer"
        say(f"  {view.name}: {view.checkpoint.size} entries, {what}")


def _show_fork(found: Comparison, evidence: Path | None) -> None:
    first, second = found.between
    complain(
        f"fork: {first.checkpoint.origin} signed two histories, {first.checkpoint.size} entries in {first.name} and "
        f"{second.checkpoint.size} in {second.name}",
        "Keep both copies. With --evidence FILE, what proves it is written." if evidence is None else "",
    )
    if found.agree is not None:
        say(f"they agree in their first {found.agree} entries; entry {found.agree} differs")
    for view in found.between:
        say(f"{view.name}:")
        for line in view.note.decode().rstrip("\n").split("\n"):
            say(f"  {line}")
    if evidence is not None:
        say(f"wrote the evidence to {evidence}: agora log compare {evidence} --key VKEY checks it")


def _json(found: Comparison, evidence: Path | None) -> dict[str, Any]:
    verdict = "fork" if found.fork is not None else "undecided" if found.undecided else "one history"
    return {
        "verdict": verdict,
        "origin": found.views[0].checkpoint.origin,
        "copies": [_view_json(view) for view in found.views],
        "between": [view.name for view in found.between],
        "agree": found.agree,
        "undecided": list(found.undecided),
        "evidence": str(evidence) if found.fork is not None and evidence is not None else None,
    }


def _view_json(view: View) -> dict[str, Any]:
    checkpoint = view.checkpoint
    return {
        "name": view.name,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "checkpoint": view.note.decode(),
    }
