"""`agora reproduce alignment-tipping`: whether experience pushes agents off their rules."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.reproduce_study import Workers, run_and_say
from agoranomos.errors import UsageError


class By(StrEnum):
    """How models answer."""

    CHOICE = "choice"
    REPLY = "reply"


class Options(StrEnum):
    """What options are named by."""

    LETTERS = "letters"
    TEXTS = "texts"


class Size(StrEnum):
    """How much is run."""

    FULL = "full"
    SMALL = "small"


def alignment_tipping(
    models: Annotated[
        str | None, typer.Option("--models", metavar="A,B,C", help="Models as rosters name them, each on its own.")
    ] = None,
    size: Annotated[
        Size, typer.Option("--size", help="full: all settings crossed with all gaps in pay; small: each setting once.")
    ] = Size.FULL,
    seeds: Annotated[
        int, typer.Option("--seeds", min=0, metavar="N", help="Trajectories of each arm of role-play (0: the size's).")
    ] = 0,
    rounds: Annotated[int, typer.Option("--rounds", min=2, metavar="N", help="Rounds of role-play.")] = 6,
    games: Annotated[
        bool, typer.Option("--games", help="With --models: they play coordination too, eight agents of one model.")
    ] = False,
    by: Annotated[
        By,
        typer.Option(
            "--by", help="With --models: by the probability of each option, or by written replies, as released."
        ),
    ] = By.CHOICE,
    options: Annotated[
        Options,
        typer.Option("--options", help="Corrected role-play names options by letters, or by their own words."),
    ] = Options.LETTERS,
    workers: Workers = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything goes.")] = Path(
        "alignment-tipping"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be run, and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Does experience push agents off their rules? Alignment tipping, arXiv 2510.04860.

    Role-play and coordination as released, beside corrected arms: memory wiped and made up, audits, seeded colluders.
    Players that model nothing stand beside every model; with no model they and theory are all there is. The same
    command again goes on where it was broken off; LOCK.json lets anybody make it again.

    Example:  agora reproduce alignment-tipping --models smollm2 --size small
    """
    from agoranomos.reproduce import alignment_tipping as paper

    named = tuple(model.strip() for model in (models or "").split(",") if model.strip())
    if models is not None and not named:
        raise UsageError("--models: at least one model was expected, such as smollm2")
    asked = paper.Asked(
        models=named,
        size=size.value,
        seeds=seeds,
        rounds=rounds,
        games=games,
        by=by.value,
        options=options.value,
    )
    run_and_say(paper.design(asked), out, workers, dry_run, as_json)
