"""`agora models cache`: the call store."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show, visible
from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.models.calls.kept_calls import Choice, KeptCalls

cache = typer.Typer(
    help="The call store: answers of models, kept so that no call is paid for twice.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Model = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", help="Only calls of this model: its name, or its digest's beginning."),
]
OlderThan = Annotated[
    str | None,
    typer.Option("--older-than", metavar="AGE", help="Only calls kept longer ago: 90m, 12h, 30d or 8w."),
]

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@cache.command("ls")
def list_calls(model: Model = None, older_than: OlderThan = None, as_json: AsJson = False) -> None:
    """List the models whose answers are kept, how many and how large.

    Example:  agora models cache ls
    """
    choice = _choice(model, older_than)
    with _opened() as kept:
        found, size, path = kept.models(choice), kept.size, kept.path
        aside = kept.set_aside()
    if as_json:
        models = [
            {
                "name": one.name,
                "digest": one.digest,
                "identity": one.identity,
                "calls": one.calls,
                "completions": one.completions,
                "distributions": one.distributions,
                "bytes": one.size,
                "oldest": one.oldest.isoformat(),
                "newest": one.newest.isoformat(),
            }
            for one in found
        ]
        say_json({"file": str(path), "bytes": size, "models": models, "set_aside": [str(piece) for piece in aside]})
        return
    if found:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("model", "digest", "completions", "distributions", "size", "oldest", "newest"):
            table.add_column(heading, justify="left" if heading in {"model", "digest"} else "right")
        for one in found:
            counts = (f"{one.completions:,}", f"{one.distributions:,}", _size(one.size))
            days = (one.oldest.date().isoformat(), one.newest.date().isoformat())
            table.add_row(visible(one.name), one.digest[:12], *counts, *days)
        show(table)
    say(f"{_calls(sum(one.calls for one in found))}; {path} has {_size(size)}")
    for piece in aside:
        say(f"set aside because it is damaged: {piece}")


@cache.command("prune")
def prune(
    model: Model = None,
    older_than: OlderThan = None,
    everything: Annotated[bool, typer.Option("--all", help="Every call, and damaged files of before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many, and remove none.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove calls from the store, so that they are asked again; no campaign's record changes.

    Example:  agora models cache prune --older-than 30d
    """
    if everything == (model is not None or older_than is not None):
        raise UsageError("say what is to be removed: --all, or --model and --older-than, or one of these")
    choice = _choice(model, older_than)
    with _opened() as kept:
        before = kept.size
        calls = sum(one.calls for one in kept.models(choice))
        if not dry_run:
            kept.prune(choice)
            if everything:
                _remove(kept.set_aside())
        after = kept.size
    if as_json:
        say_json({"calls": calls, "removed": not dry_run, "bytes_before": before, "bytes_after": after})
    elif dry_run:
        say(f"would remove {_calls(calls)}")
    else:
        say(f"removed {_calls(calls)}; the store has {_size(after)}, it had {_size(before)}")


@cache.command("export")
def export(
    model: Model = None,
    older_than: OlderThan = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write to FILE (default: standard output).")
    ] = None,
) -> None:
    """Write calls as JSON Lines, one a call: what was asked, of which model, what it answered, and when.

    Exit code 1: some are damaged; these lines say so.

    Example:  agora models cache export --model smollm2 -o calls.jsonl
    """
    choice = _choice(model, older_than)
    with _opened() as kept:
        lines, damaged = _export(kept, choice, out)
    if out is not None:
        say(f"wrote {_calls(lines)} to {out}")
    if damaged:
        print(f"{damaged:,} of {_calls(lines)} damaged", file=sys.stderr)
        raise typer.Exit(1)


def _export(kept: KeptCalls, choice: Choice, out: Path | None) -> tuple[int, int]:
    """How many lines were written, and how many of them are of damaged calls."""
    lines = damaged = 0
    target = sys.stdout if out is None else out.open("w", encoding="ascii")
    try:
        for call in kept.export(choice):
            target.write(json.dumps(call) + "\n")
            lines += 1
            damaged += "damaged" in call
    finally:
        if out is not None:
            target.close()
    return lines, damaged


def _opened() -> KeptCalls:
    from agoranomos.models.calls.kept_calls import KeptCalls
    from agoranomos.models.calls.store import calls_folder

    return KeptCalls(calls_folder(), lambda text: print(visible(text), file=sys.stderr))


def _choice(model: str | None, older_than: str | None) -> Choice:
    from agoranomos.models.calls.kept_calls import Choice

    before = None if older_than is None else datetime.now(UTC) - _age(older_than)
    return Choice(model.partition("?")[0] if model else "", before)


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([mhdw])", text.strip())
    if found is None:
        raise UsageError(
            f"--older-than {text}: a number and a unit were expected", advice="For example 90m, 12h, 30d or 8w."
        )
    return int(found[1]) * _UNITS[found[2]]


def _remove(pieces: list[Path]) -> None:
    for piece in pieces:
        try:
            piece.unlink()
        except OSError as error:
            raise MachineError(f"cannot remove {piece}: {error.strerror}") from error


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number:,} calls"


def _size(number: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GiB"
