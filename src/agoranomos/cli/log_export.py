"""`agora log export`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.log_places import is_log, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.cli.witness_places import read_file
from agoranomos.errors import UsageError


def export(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign's ledger.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder.")],
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", help="Hand out this policy of witnesses with it (c2sp.org/tlog-policy)."
        ),
    ] = None,
    blobs: Annotated[bool, typer.Option("--blobs", help="With the blobs: prompts, replies, evidence.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a log as a plain tree of files that a third party checks, or serves, without this program.

    OUT holds the tiles of c2sp.org/tlog-tiles, the checkpoint with its cosignatures, keys, and `verify.py`, one short
    file that checks all of it under a key that is given to it. What did not lead to the signed root is not exported.

    Example:  agora log export logs/CAMPAIGN/runs/ARM/0 out
    """
    from agoranomos.logs.export import export_log
    from agoranomos.logs.policy import Policy

    place = place_of_log(log)
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of one run, such as runs/ARM/SEED.")
    text = read_file(policy) if policy is not None else None
    if text is not None:
        Policy.parse(text, name=str(policy))
    with _progress() as watch:
        done = export_log(place, out, policy=text, blobs=blobs, watch=watch)
    head = done.checkpoint
    if as_json:
        shown = {"log": str(place), "origin": head.origin, "size": head.size, "root": head.root.hex()}
        say_json({**shown, "export": str(done.folder), "blobs": done.blobs if blobs else None})
        return
    say(f"wrote {done.folder}: {head.size} entries of {head.origin}")
    say(f"Check it with: python {done.folder / 'verify.py'} {done.folder} --key YOUR_PUBLIC_KEY")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], object] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    with Progress(console=console(sys.stderr), transient=True) as progress:
        task = progress.add_task("Exporting", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
