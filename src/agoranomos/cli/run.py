"""`agora run`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, console, say, say_json, show, visible
from agoranomos.errors import Finding, UsageError, nearest

if TYPE_CHECKING:
    from agoranomos.campaigns import CampaignFolder, Failure, Outcome, Plan
    from agoranomos.campaigns.progress import Progress
    from agoranomos.models.calls.store import CallStore

EXECUTORS = ("local",)
SHOWN_FAILURES = 5


def run(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="A campaign's name, or the path of its file.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Make the campaign's folder in DIR (default: the workspace's logs/)."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Another value for a key, such as rounds=10; may be repeated."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Only N runs: every arm's first seed first.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Processes; with language models, the runs side by side."),
    ] = None,
    executor: Annotated[str, typer.Option("--executor", help="Where runs are executed: local.")] = "local",
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Ask models anew: neither look answers up in the call store nor keep any."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a campaign, or go on with one that was broken off.

    The same command again resumes what a kill broke off, and repeats nothing that is finished.

    Exit code 0: every run is finished; 1: the record is not what it was; 3: runs failed (the others are finished),
    or no model could be asked any more (the budget is spent, or a server gone); 130: interrupted with Ctrl-C.

    Example:  agora run cournot-scripted --set seeds=3
    """
    from agoranomos.campaigns import open_folder, other_plans, plan_campaign
    from agoranomos.workspace import find_workspace

    if executor not in EXECUTORS:
        raise UsageError(f"there is no executor {executor!r} yet", advice=nearest(executor, EXECUTORS))
    workspace = find_workspace()
    plan = plan_campaign(campaign, workspace, settings or ())
    if apart := _rounds_of_their_own(plan, settings or ()):
        _remark(f"--set rounds does not reach those with rounds of their own: {apart}.")
    if dry_run:
        _show_plan(plan, limit, as_json)
        return
    logs = out if out is not None else workspace.folder("logs")
    begun = (logs / plan.label / "plan.json").exists()
    folder = open_folder(plan, logs)
    for place, changes in other_plans(plan, logs)[:1] if not begun else ():
        _remark(f"{place} holds this campaign under another plan ({'; '.join(changes[:3])}).")
        _remark(f"That is another experiment, so this one has a folder of its own: {folder.root}")
    outcome = _execute(plan, folder, limit, workers, no_cache)
    _conclude(outcome, as_json)


def _rounds_of_their_own(plan: Plan, settings: Sequence[str]) -> str:
    """The rosters whose number of rounds is not the one that `--set rounds=N` gave; empty where it was not given."""
    if not any(setting.partition("=")[0].strip() == "rounds" for setting in settings):
        return ""
    apart = {arm.roster_name: arm.rounds for arm in plan.arms if arm.rounds != plan.campaign.rounds}
    return ", ".join(f"{roster} ({rounds})" for roster, rounds in apart.items())


def _execute(plan: Plan, folder: CampaignFolder, limit: int | None, workers: int | None, no_cache: bool) -> Outcome:
    from agoranomos.campaigns import Settings, build_tables, execute
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import state_folder

    keys = KeyStore(state_folder() / "keys")
    store = None if no_cache else _call_store(plan)
    try:
        settings = Settings(workers=workers, limit=limit, progress=_progress(), store=store)
        outcome = execute(plan, folder, keys, settings)
        build_tables(folder, keys.trusted())
    except KeyboardInterrupt:
        _remark(f"Stopped. What is recorded in {folder.root} is kept; the same command again goes on from there.")
        raise
    finally:
        if store is not None:
            store.close()
    return outcome


def _call_store(plan: Plan) -> CallStore | None:
    """Where answers of models are kept; None where the campaign asks none, or withholds what they say."""
    from agoranomos.models.calls.store import CallStore, calls_folder

    if plan.campaign.privacy != "open" or not any(arm.models for arm in plan.arms):
        return None
    return CallStore.open(calls_folder(), tell=_remark)


def _progress() -> Progress:
    import time

    from agoranomos.campaigns.progress import Bars, Lines

    return (
        Bars(console(sys.stderr)) if sys.stdout.isatty() and sys.stderr.isatty() else Lines(sys.stderr, time.monotonic)
    )


def _remark(text: str) -> None:
    """A remark on standard error, so that standard output holds results only."""
    print(visible(text), file=sys.stderr)


def _show_plan(plan: Plan, limit: int | None, as_json: bool) -> None:
    runs = plan.runs(limit)
    rounds, calls = sum(run.arm.rounds for run in runs), sum(run.arm.calls for run in runs)
    budget = plan.campaign.budget.model_dump(exclude_none=True)
    if as_json:
        say_json(
            {
                "plan": plan.document,
                "digest": plan.digest,
                "folder": plan.label,
                "runs": len(runs),
                "rounds": rounds,
                "max_calls": calls,
                "budget": budget,
            }
        )
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("arm", "told", "institution", "roster", "market", "rounds", "runs", "max calls", "durable"):
        table.add_column(heading, justify="right" if heading in {"rounds", "runs", "max calls"} else "left")
    for arm in plan.arms:
        mine = sum(run.arm is arm for run in runs)
        table.add_row(
            arm.name,
            arm.told_name or "-",
            arm.institution_name or "-",
            arm.roster_name,
            arm.market_name,
            str(arm.rounds),
            str(mine),
            str(mine * arm.calls),
            arm.durable,
        )
    show(table)
    say(f"{len(plan.arms)} arms, {len(runs)} runs, {rounds} rounds, at most {calls} model calls; folder {plan.label}")
    if budget:
        say(f"budget of all sessions: {', '.join(f'{bound:,} {part}' for part, bound in budget.items())}")


def _conclude(outcome: Outcome, as_json: bool) -> None:
    from agoranomos.models.stops import BudgetSpent

    folder = outcome.folder.root
    if as_json:
        say_json(
            {
                "folder": str(folder),
                "runs": {
                    "planned": outcome.planned,
                    "kept": outcome.kept,
                    "finished": outcome.finished,
                    "failed": len(outcome.failures),
                },
                "failures": [
                    {"arm": f.arm, "seed": f.seed, "attempt": f.attempt, "error": f.error.message}
                    for f in outcome.failures
                ],
                "stopped": "" if outcome.stopped is None else outcome.stopped.message,
            }
        )
    else:
        done = outcome.kept + outcome.finished
        before = f" ({outcome.kept} of them before)" if outcome.kept else ""
        say(f"{done} of {outcome.planned} runs are finished{before}; {folder}")
        if done:
            _summarise(folder)
    if outcome.failures:
        _complain_of(outcome.failures)
    if outcome.stopped is not None:
        complain(outcome.stopped.message, outcome.stopped.advice)
        complain(
            f"stopped with {outcome.kept + outcome.finished} of {outcome.planned} runs finished; "
            "everything that was recorded is kept",
            "" if isinstance(outcome.stopped, BudgetSpent) else "The same command again goes on from there.",
        )
    if outcome.failures or outcome.stopped is not None:
        raise typer.Exit(_exit_code(outcome))


def _exit_code(outcome: Outcome) -> int:
    found = outcome.stopped is None and all(isinstance(failure.error, Finding) for failure in outcome.failures)
    return 1 if found else 3


def _complain_of(failures: tuple[Failure, ...]) -> None:
    kinds: dict[str, list[Any]] = {}
    for failure in failures:
        kinds.setdefault(failure.error.message, []).append(failure)
    for alike in list(kinds.values())[:SHOWN_FAILURES]:
        first = alike[0]
        more = f" (and {len(alike) - 1} more runs alike)" if len(alike) > 1 else ""
        complain(f"run {first.arm}/{first.seed} failed: {first.error.message}{more}", first.error.advice)
    complain(
        f"{len(failures)} runs failed; everything that was recorded is kept",
        "The same command again repeats only what is not finished.",
    )


def _summarise(folder: Path) -> None:
    from agoranomos.analysis.campaign import summarise
    from agoranomos.analysis.terminal import print_summary

    print_summary(summarise(folder), console())
    say(f"Next:  agora report {shlex.quote(str(folder))}")
