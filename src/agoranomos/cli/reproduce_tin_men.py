"""`agora reproduce tin-men`: whom an assistant serves that has two principals."""

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

    REPLY = "reply"
    CHOICE = "choice"


class Size(StrEnum):
    """How much is run."""

    FULL = "full"
    SMALL = "small"


def tin_men(
    models: Annotated[
        str | None, typer.Option("--models", metavar="A,B,C", help="Models as rosters name them, each on its own.")
    ] = None,
    size: Annotated[
        Size, typer.Option("--size", help="full: 30 calls a cell, 30 menus 5 times; small: 4 calls, 12 menus twice.")
    ] = Size.FULL,
    calls: Annotated[
        int, typer.Option("--calls", min=0, metavar="N", help="Calls of each cell as published (0: the size's).")
    ] = 0,
    menus: Annotated[
        int, typer.Option("--menus", min=0, metavar="N", help="Menus of the corrected arm (0: the size's).")
    ] = 0,
    by: Annotated[
        By,
        typer.Option("--by", help="With --models: by written explanations and choices, or by the probability of each."),
    ] = By.REPLY,
    constrained: Annotated[
        bool,
        typer.Option("--constrained", help="With --models: a reply can be nothing but an explanation and a choice."),
    ] = False,
    workers: Workers = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything goes.")] = Path("tin-men"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be run, and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Whom does an assistant serve that has two principals? Of models and tin men, arXiv 2307.11137.

    Two stories, four ways to share the explanation, two temperatures as published, beside the counts of the stored
    calls; then many menus in the place of repeats. Scripted players stand beside every model. The same command again
    goes on where it was broken off; LOCK.json lets anybody make it again.

    Example:  agora reproduce tin-men --models smollm2 --by choice --size small
    """
    from agoranomos.reproduce import tin_men as paper

    named = tuple(model.strip() for model in (models or "").split(",") if model.strip())
    if models is not None and not named:
        raise UsageError("--models: at least one model was expected, such as smollm2")
    asked = paper.Asked(models=named, size=size.value, calls=calls, menus=menus, by=by.value, constrained=constrained)
    run_and_say(paper.design(asked), out, workers, dry_run, as_json)
