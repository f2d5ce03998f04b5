"""`agora design`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.errors import Finding, UsageError, unknown_name

FIGURES = (".png", ".svg")


def design(
    contract: Annotated[
        str, typer.Argument(metavar="CONTRACT", help="A contract document's name, or the path of its file.")
    ],
    run: Annotated[
        bool, typer.Option("--run", help="Play the contract with scripted workers, and compare with what it predicts.")
    ] = False,
    logs: Annotated[
        Path | None,
        typer.Option("--logs", metavar="DIR", help="With --run: make its folder in DIR (default: the workspace's)."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Draw the least cost by the bound on inspections (.png or .svg)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the cheapest contract under which the wanted effort is a best response.

    Searches wage, bonus, inspection probability and fine within the document's bounds: limited liability, an outside
    option, the most inspections and the largest fine. Two levels of effort are solved by formula; more of them, or caps
    on wage and bonus, by linear programmes. What the contract costs stands beside what single instruments would cost,
    and what effort would cost that can be seen. --run plays it in its scenario with a best-replying, a diligent, a
    shirking and a random worker.

    Exit code 1: no contract does it (with the reason, and what would do), or the play is not what was predicted, or the
    best reply is not what is wanted.

    Example:  agora design hidden-effort --run
    """
    from agoranomos.cli.design_text import as_json as exported
    from agoranomos.cli.design_text import reason, say_design
    from agoranomos.contracts import alternatives, by_level
    from agoranomos.contracts import design as find
    from agoranomos.contracts.reading import read_question
    from agoranomos.workspace import find_workspace

    if out is not None and out.suffix not in FIGURES:
        raise unknown_name("kind of figure", out.suffix or out.name, FIGURES)
    if logs is not None and not run:
        raise UsageError("--logs goes with --run")
    workspace = find_workspace()
    question = read_question(contract, workspace)
    found = find(question.problem)
    beside, levels = alternatives(question.problem), by_level(question.problem)
    if out is not None:
        from agoranomos.analysis.contract_figure import draw_least_cost

        draw_least_cost(out, question.problem, question.document.name)
    if not as_json:
        say_design(question, found, beside, levels)
        if out is not None:
            say(f"wrote {out}")
    if found.contract is None:
        if as_json:
            say_json(exported(question, found, beside, levels, None))
        raise Finding(f"no contract makes {question.level} a best response", advice=reason(found))
    played = None
    if run:
        from agoranomos.cli.design_run import play, say_played

        played = play(question, found.contract, workspace, logs)
        if not as_json:
            say_played(played)
    if as_json:
        say_json(exported(question, found, beside, levels, played))
    if played is not None and not played.replies_as_wanted:
        raise Finding(f"the best reply to the contract is not {question.level}", advice="agora report shows its runs.")
    if played is not None and not played.as_predicted:
        raise Finding("what was played is not what was predicted", advice="agora report shows its runs.")
