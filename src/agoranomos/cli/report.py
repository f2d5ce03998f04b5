"""`agora report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.errors import UsageError, nearest


def report(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of a campaign (logs/NAME-DIGEST), or a folder of them.")
    ],
    as_json: AsJson = False,
    case_cost: Annotated[
        float, typer.Option("--case-cost", metavar="MONEY", help="What a case costs society; welfare is reduced by it.")
    ] = 0.0,
) -> None:
    """Write what a campaign found, and print the table.

    The folder report/ then holds index.html, the page; summary.json and *.csv, every number; and for papers
    figures/NAME.svg, .pdf and .tex, tables/NAME.tex, .md and .csv, with all captions in captions.json. A caption says
    n, models and interval.

    An incomplete campaign is reported as far as it went, and the report says so. The exit code is 1 when a
    manipulation check fails.

    Example:  agora report logs/cournot-scripted-1a2b3c4d
    """
    from agoranomos.analysis.campaign import summarise
    from agoranomos.analysis.export import as_json as exported
    from agoranomos.analysis.report import write_report
    from agoranomos.analysis.terminal import print_summary
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.fresh_tables import bring_tables_up_to_date

    folders = [directory] if CampaignFolder(directory).reportable else _campaigns_in(directory)
    printed: list[dict[str, Any]] = []
    failed = False
    for folder in folders:
        bring_tables_up_to_date(CampaignFolder(folder))
        summary = summarise(folder, case_cost=case_cost)
        written = write_report(summary)
        failed |= any(check.verdict == "failed" for check in summary.checks)
        if as_json:
            printed.append(exported(summary) | {"report": str(written.index)})
        else:
            print_summary(summary, console())
            say(f"report: {written.index}")
    if as_json:
        say_json(printed[0] if folders == [directory] else printed)
    if failed:
        raise typer.Exit(1)


def _campaigns_in(directory: Path) -> list[Path]:
    from agoranomos.campaigns import CampaignFolder

    if not directory.is_dir():
        siblings = [path.name for path in directory.parent.iterdir()] if directory.parent.is_dir() else []
        raise UsageError(f"no such folder: {directory}", advice=nearest(directory.name, siblings))
    found = sorted(path for path in directory.iterdir() if CampaignFolder(path).reportable)
    if not found:
        raise UsageError(
            f"{directory} is no campaign's folder, and holds none",
            advice="Run a campaign first (agora run cournot-scripted) and give the folder that it names.",
        )
    return found
