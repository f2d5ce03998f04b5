"""`agora run`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, console, say, say_json, visible
from agoranomos.errors import Finding, UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.campaigns import CampaignFolder, Failure, Outcome, Plan, Settings
    from agoranomos.campaigns.executors import Executor
    from agoranomos.campaigns.progress import Progress
    from agoranomos.campaigns.rule_watch import Measure
    from agoranomos.logs import KeyStore
    from agoranomos.models.calls.store import CallStore
    from agoranomos.tracking.telling import Telling

EXECUTORS = ("local", "ray")
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
    deviate: Annotated[
        str | None,
        typer.Option(
            "--deviate", metavar="WHY", help="Go on with runs of an earlier plan under this one, and say why."
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Another experiment, beside the one that an earlier plan of it began.")
    ] = False,
    executor: Annotated[
        str, typer.Option("--executor", help="Where runs are played and models run: local or ray.")
    ] = "local",
    packs: Annotated[
        bool | None,
        typer.Option(
            "--packs/--no-packs",
            help="Scripted runs share files, or have a folder each (default: by their number).",
        ),
    ] = None,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Ask models anew: neither look answers up in the call store nor keep any."),
    ] = False,
    track: Annotated[
        list[str] | None,
        typer.Option("--track", metavar="TRACKER", help="Tell a tracker of experiments: mlflow or wandb."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a campaign, or go on with one that was broken off.

    The same command again resumes what a kill broke off, and repeats nothing that is finished. Where runs of this
    campaign were begun under another plan, it is refused, unless --deviate or --anew says which is meant. So it is,
    before anything is asked, where arms that are compared differ in more than their regimes and what it declares under
    `differs`.

    Exit code 0: every run is finished, or the stopping rule was met; 1: the record is not what it was; 3: runs failed
    (the others are finished), or no model could be asked any more (the budget is spent, or a server gone); 130:
    interrupted with Ctrl-C.

    Example:  agora run cournot-scripted --set seeds=3
    """
    from agoranomos.campaigns import Settings, deviating, find_plan, open_folder, plan_campaign, refuse_another_plan
    from agoranomos.campaigns.matching import match, require_matched
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import find_workspace, resolve_argument, state_folder

    if deviate is not None and anew:
        raise UsageError(
            "--deviate and --anew are two answers to one question",
            advice="--deviate goes on with the runs that there are; --anew begins beside them.",
        )
    if deviate is not None and not deviate.strip():
        raise UsageError("--deviate: a reason was expected, which the ledger will record")
    if executor not in EXECUTORS:
        raise unknown_name("executor", executor, EXECUTORS)
    workspace = find_workspace()
    plan = plan_campaign(campaign, workspace, settings or ())
    if apart := _rounds_of_their_own(plan, settings or ()):
        _remark(f"--set rounds does not reach those with rounds of their own: {apart}.")
    matching, file = match(plan), str(resolve_argument("campaigns", campaign, workspace))
    if dry_run:
        from agoranomos.cli.dry_run import show_plan

        show_plan(plan, limit, out if out is not None else workspace.folder("logs"), as_json, matching)
        require_matched(plan, matching, file=file)
        return
    require_matched(plan, matching, file=file)
    telling = _telling(track or ())
    logs = out if out is not None else workspace.folder("logs")
    keys = KeyStore(state_folder() / "keys")
    plan, earlier = find_plan(plan, logs, keys.trusted())
    if deviate:
        plan, earlier = deviating(plan, earlier), ()
    elif not anew:
        refuse_another_plan(plan, earlier)
    folder = open_folder(plan, logs)
    telling.begin(plan)
    settings_of_session = Settings(
        workers=workers,
        limit=limit,
        progress=telling.progress(_progress()),
        store=None if no_cache else _call_store(plan),
        deviation=deviate or "",
        after=tuple(one.plan_sha256 for one in earlier),
        measure=_measure(plan),
        packed=packs,
        executor=_executor(executor),
    )
    outcome = _execute(plan, folder, keys, settings_of_session)
    telling.end(folder, outcome.state)
    _conclude(outcome, as_json)


def _telling(names: Sequence[str]) -> Telling:
    """Those who are told of the campaign; none of them is loaded unless it is asked for."""
    from agoranomos.tracking.telling import Telling
    from agoranomos.tracking.trackers import open_tracker

    return Telling({name: open_tracker(name) for name in names}, _remark)


def _executor(name: str) -> Executor:
    """Where runs are played; Ray is loaded only where it is asked for."""
    if name == "local":
        from agoranomos.campaigns.executors import LocalExecutor

        return LocalExecutor()
    from agoranomos.campaigns.executors.ray import RayExecutor

    return RayExecutor(_remark)


def _rounds_of_their_own(plan: Plan, settings: Sequence[str]) -> str:
    """The rosters whose number of rounds is not the one that `--set rounds=N` gave; empty where it was not given."""
    if not any(setting.partition("=")[0].strip() == "rounds" for setting in settings):
        return ""
    apart = {arm.roster_name: arm.rounds for arm in plan.arms if arm.rounds != plan.campaign.rounds}
    return ", ".join(f"{roster} ({rounds})" for roster, rounds in apart.items())


def _execute(plan: Plan, folder: CampaignFolder, keys: KeyStore, settings: Settings) -> Outcome:
    from agoranomos.campaigns import build_tables, execute

    try:
        outcome = execute(plan, folder, keys, settings)
        build_tables(folder, keys.trusted())
    except KeyboardInterrupt:
        _remark(f"Stopped. What is recorded in {folder.root} is kept; the same command again goes on from there.")
        raise
    finally:
        settings.executor.close()
        if settings.store is not None:
            settings.store.close()
    return outcome


def _measure(plan: Plan) -> Measure | None:
    """What tells a stopping rule what a run came to; None where the campaign has no rule."""
    if plan.campaign.stopping is None:
        return None
    from agoranomos.analysis.inference import measure_run

    return measure_run


def _call_store(plan: Plan) -> CallStore | None:
    """Where answers of models are kept; None where the campaign asks none, or withholds what they say."""
    from agoranomos.models.calls.store import CallStore, calls_folder

    if plan.campaign.privacy != "open" or not any(arm.models for arm in plan.arms):
        return None
    return CallStore.open(calls_folder(), tell=_remark)


def _progress() -> Progress:
    from agoranomos.campaigns.live_table import LiveTable
    from agoranomos.campaigns.progress import Lines

    watched = sys.stdout.isatty() and sys.stderr.isatty()
    return LiveTable(console(sys.stderr)) if watched else Lines(sys.stderr)


def _remark(text: str) -> None:
    """A remark on standard error, so that standard output holds results only."""
    print(visible(text), file=sys.stderr)


def _conclude(outcome: Outcome, as_json: bool) -> None:
    from agoranomos.campaigns.rule_watch import in_words
    from agoranomos.cli.entry import INTERRUPTED
    from agoranomos.models.stops import BudgetSpent

    folder = outcome.folder.root
    rule = "" if outcome.met is None else in_words(outcome.met)
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
                "rule": rule,
                "interrupted": outcome.interrupted,
            }
        )
    else:
        done = outcome.kept + outcome.finished
        before = f" ({outcome.kept} of them before)" if outcome.kept else ""
        say(f"{done} of {outcome.planned} runs are finished{before}; {folder}")
        if rule:
            say(rule)
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
    if outcome.interrupted:
        left = outcome.planned - outcome.kept - outcome.finished
        _remark(f"{left} runs are left; the same command again goes on with them.")
        raise typer.Exit(INTERRUPTED)
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
