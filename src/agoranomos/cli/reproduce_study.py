"""`agora reproduce institutional-ai`, `market-division` and `LOCK`: studies that are campaigns."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, say, say_json, show
from agoranomos.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from agoranomos.campaigns.progress import Progress
    from agoranomos.reproduce.sections import Findings, Table
    from agoranomos.reproduce.study import Study

MOST_SHOWN = 8
"""Differences of a rebuilt study that are shown; `--json` has all."""

Models = Annotated[
    str | None,
    typer.Option("--models", metavar="A,B,C", help="Models as rosters name them; labels are made of all pairs."),
]
Rosters = Annotated[
    list[str] | None, typer.Option("--roster", metavar="NAME", help="A roster instead of models; may be repeated.")
]
Template = Annotated[str | None, typer.Option("--template", metavar="NAME", help="With --models: the prompt.")]
MaxTokens = Annotated[
    int, typer.Option("--max-tokens", min=0, metavar="N", help="With --models: tokens of a reply (0: the template's).")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Processes; with models, the runs side by side.")
]


def institutional_ai(
    models: Models = None,
    rosters: Rosters = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, metavar="N", help="Runs of each label: 15, in 3 batches, as published.")
    ] = 15,
    rounds: Annotated[int, typer.Option("--rounds", min=1, metavar="N", help="Rounds of a run.")] = 50,
    corrections: Annotated[
        bool | None,
        typer.Option(
            "--corrections/--no-corrections",
            help="Run placebos and sweeps of fines and detection too. Default: where no model is asked.",
        ),
    ] = None,
    template: Template = None,
    temperature: Annotated[
        float, typer.Option("--temperature", min=0, max=2, metavar="T", help="With --models: of sampling.")
    ] = 1.0,
    max_tokens: MaxTokens = 0,
    workers: Workers = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything goes.")] = Path(
        "institutional-ai"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be run, and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Does a governance graph stop collusion? Institutional AI, arXiv 2601.11369.

    Three regimes, six labels, 90 runs a regime, 50 rounds, with your models or with firms that need none. All tables
    beside the published numbers; then prices, false accusations, placebos, and sweeps of fines and detection. The same
    command again goes on where it was broken off; LOCK.json lets anybody make it again.

    Example:  agora reproduce institutional-ai --models smollm2 --seeds 2 --rounds 5 --template cournot-cached
    """
    from agoranomos.reproduce import institutional_ai as paper
    from agoranomos.workspace import find_workspace

    named = _models(models, rosters, template)
    asked = paper.Asked(
        models=named,
        rosters=tuple(rosters or paper.ROSTERS),
        seeds=seeds,
        rounds=rounds,
        corrections=not named if corrections is None else corrections,
        template=template or paper.Asked().template,
        temperature=temperature,
        max_tokens=max_tokens,
    )
    run_and_say(paper.design(asked, find_workspace()), out, workers, dry_run, as_json)


def market_division(
    models: Models = None,
    rosters: Rosters = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, metavar="N", help="Runs of each roster and market.")] = 10,
    rounds: Annotated[int, typer.Option("--rounds", min=8, metavar="N", help="Rounds of a run.")] = 50,
    markets: Annotated[
        list[str] | None,
        typer.Option("--market", metavar="NAME", help="A Cournot market; may be repeated (default: three cost sets)."),
    ] = None,
    temperatures: Annotated[
        str, typer.Option("--temperatures", metavar="T,T", help="With --models: an arm each, such as 0.2,0.6,1.0.")
    ] = "1.0",
    template: Template = None,
    max_tokens: MaxTokens = 0,
    workers: Workers = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything goes.")] = Path("market-division"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be run, and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Do firms divide goods between them? Strategic market division, arXiv 2410.00031.

    Every model plays itself, nobody governs; the paper's bootstrap tests of specialisation, concentration and consumer
    surplus against Nash. The same command again goes on where it was broken off; LOCK.json lets anybody make it again.

    Example:  agora reproduce market-division --out division
    """
    from agoranomos.reproduce import market_division as paper

    asked = paper.Asked(
        models=_models(models, rosters, template),
        rosters=tuple(rosters or paper.ROSTERS),
        seeds=seeds,
        rounds=rounds,
        markets=tuple(markets or paper.Asked().markets),
        temperatures=_temperatures(temperatures),
        template=template or paper.Asked().template,
        max_tokens=max_tokens,
    )
    run_and_say(paper.design(asked), out, workers, dry_run, as_json)


def locked(
    lock: Annotated[Path, typer.Argument(metavar="LOCK", help="LOCK.json of a study, or the study's folder.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no model: every answer comes from calls/ beside the LOCK.")
    ] = False,
    calls: Annotated[
        Path | None, typer.Option("--calls", metavar="DIR", help="With --offline: the call store (default: as said).")
    ] = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep what is made there (default: it is compared and removed)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a study again from its LOCK, and compare the root of every run and the bytes of every table.

    Exit code 0: all is the same; 1: something differs, a name means something else than it did, or an answer is
    missing from the call store: it is named.

    Example:  agora reproduce lock institutional-ai/LOCK.json --offline
    """
    from agoranomos.reproduce.lock import read_lock
    from agoranomos.reproduce.papers import write_report_of
    from agoranomos.reproduce.rebuilding import rebuild
    from agoranomos.workspace import find_workspace

    if calls is not None and not offline:
        raise UsageError("--calls goes with --offline")
    read = read_lock(lock)
    folder = lock if lock.is_dir() else lock.parent
    done = rebuild(
        read,
        calls or folder / "calls",
        out,
        find_workspace(),
        write_report_of,
        offline=offline,
        workers=workers,
        progress=_progress(),
    )
    if as_json:
        say_json({"lock": str(lock), "runs": done.runs, "files": done.files, "differing": list(done.differing)})
    elif not done.differing:
        say(f"the same: {done.runs} runs by their roots, {done.files} tables, reports and figures by their bytes")
        say("no model was asked" if offline else "models were asked again")
    for line in done.differing[:MOST_SHOWN] if not as_json else ():
        complain(line)
    if done.differing:
        if len(done.differing) > MOST_SHOWN and not as_json:
            complain(f"and {len(done.differing) - MOST_SHOWN} differences more (--json names all)")
        raise typer.Exit(1)


def _models(models: str | None, rosters: Sequence[str] | None, template: str | None) -> tuple[str, ...]:
    if models is not None and rosters:
        raise UsageError("--models and --roster are two ways to say who plays", advice="Give one of them.")
    if models is None:
        if template is not None:
            raise UsageError("--template is for --models: a roster names its own prompt")
        return ()
    named = tuple(model.strip() for model in models.split(",") if model.strip())
    if not named:
        raise UsageError("--models: at least one model was expected, such as smollm2")
    return named


def _temperatures(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(one) for one in text.split(","))
    except ValueError:
        raise UsageError(f"--temperatures: {text!r}; numbers were expected, such as 0.2,0.6,1.0") from None
    if not all(0 <= one <= 2 for one in found) or len(set(found)) < len(found):
        raise UsageError(f"--temperatures: {text!r}; numbers from 0 to 2, each once, were expected")
    return found


def run_and_say(study: Study, out: Path, workers: int | None, dry_run: bool, as_json: bool) -> None:
    """Execute a study into a folder, write its report and LOCK, and say what was found; or what would be run."""
    import tempfile

    from agoranomos.logs import KeyStore
    from agoranomos.reproduce.lock import lock_study, write_lock
    from agoranomos.reproduce.papers import teller
    from agoranomos.reproduce.study import Executing, plans_of, run_study
    from agoranomos.reproduce.writing import write_findings
    from agoranomos.workspace import find_workspace, state_folder

    if dry_run:
        with tempfile.TemporaryDirectory() as place:
            try:
                plans = plans_of(study, Path(place), find_workspace())
            except DocumentError as error:
                # The plans of a dry run stand in no file that anybody could look at.
                written = (
                    error.message.removeprefix(f"{error.place}: ") if error.place.startswith(place) else error.message
                )
                raise UsageError(written, advice=error.advice) from None
            _show_plans(plans, study.later, as_json)
        return
    plans = plans_of(study, out, find_workspace())
    keys = KeyStore(state_folder() / "keys")
    executed = run_study(study, plans, out, Executing(keys, workers, _progress()))
    plans = {name: one.plan for name, one in executed.items()}
    told = teller(study.paper)(executed)
    page = write_findings(told, out)
    lock = write_lock(lock_study(study, plans, out, keys), out)
    if as_json:
        say_json(told.as_json() | {"report": str(page), "lock": str(lock)})
        return
    _show(told)
    say(f"report: {page}")
    say(f"lock:   {lock} (agora reproduce {lock} --offline makes everything again)")


def _show_plans(plans: Any, later: Sequence[str], as_json: bool) -> None:
    found = [
        {
            "campaign": plan.campaign.name,
            "digest": plan.digest,
            "arms": len(plan.arms),
            "runs": len(plan.runs()),
            "rounds": sum(run.arm.rounds for run in plan.runs()),
            "max_calls": sum(run.arm.calls for run in plan.runs()),
        }
        for plan in plans.values()
    ]
    if as_json:
        say_json(found + [{"campaign": file.removesuffix(".yaml"), "later": True} for file in later])
        return
    for one in found:
        say(
            f"{one['campaign']}: {one['arms']} arms, {one['runs']} runs, {one['rounds']} rounds, at most "
            f"{one['max_calls']} model calls"
        )
    for file in later:
        say(f"{file.removesuffix('.yaml')}: planned when the others are executed, since its agents remember their runs")


def _show(told: Findings) -> None:
    for sentence in told.warning:
        say(sentence)
    for table in told.tables:
        say()
        say(table.title)
        show(_table(table))


def _table(table: Table) -> Any:
    from rich.table import Table as Shown

    shown = Shown(box=None, pad_edge=False, header_style="bold")
    shown.add_column("")
    beside = any(cell.here is not None and cell.published for _, cells in table.rows for cell in cells)
    for column in table.columns:
        shown.add_column(column)
        if beside:
            shown.add_column("published")
    for label, cells in table.rows:
        words = []
        for cell in cells:
            words.append(cell.here.text if cell.here is not None else "" if beside else cell.published)
            if beside:
                words.append(cell.published)
        shown.add_row(label, *words)
    return shown


def _progress() -> Progress:
    from agoranomos.campaigns.progress import Lines

    return Lines(sys.stderr)
