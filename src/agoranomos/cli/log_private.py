"""What the verbs about withheld content share: which texts a log commits to, and where their content lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.log_places import is_log, place_of_log
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.campaigns.opening import Withheld
    from agoranomos.campaigns.private_store import PrivateStore

Entry = Annotated[int | None, typer.Option("--entry", min=0, metavar="N", help="The entry: its number in the log.")]
Agent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Only the calls of this agent.")]
Private = Annotated[
    Path | None,
    typer.Option("--private", metavar="DIR", help="The run's private folder, where it is not beside the logs."),
]


def run_at(log: str) -> Path:
    """The folder of the log of a run that LOG means; raises `UsageError` where it is none."""
    place = place_of_log(log)
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of one run, such as runs/ARM/SEED.")
    return place


def texts_in(place: Path) -> tuple[str, tuple[Withheld, ...]]:
    """The origin of a log and what it commits to, as it lies there; nothing is verified."""
    from agoranomos.campaigns.opening import withheld_in
    from agoranomos.logs.unverified import lines_as_they_lie, newest_checkpoint

    newest = newest_checkpoint(place)
    if newest is None:
        raise UsageError(f"{place} has signed nothing yet")
    lines = (line for _, line in zip(range(newest.size), lines_as_they_lie(place), strict=False))
    return newest.origin, tuple(withheld_in(lines))


def store_of(place: Path, given: Path | None) -> PrivateStore:
    """The private store of a run's log; raises `UsageError` where there is none."""
    from agoranomos.campaigns.private_store import PrivateStore, private_folder

    folder = given if given is not None else private_folder(place)
    if folder is None:
        raise UsageError(
            f"{place} does not lie in a campaign's folder, so its private content is not beside it",
            advice="Name the folder with --private DIR.",
        )
    if not folder.is_dir():
        raise UsageError(f"there is no private folder {folder}", advice="Name it with --private DIR, if it was moved.")
    return PrivateStore(folder)
