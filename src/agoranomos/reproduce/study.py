"""A study: campaigns that answer a paper together, executed into one folder that says everything of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agoranomos.analysis.campaign import CampaignSummary, summarise
from agoranomos.analysis.report import write_report
from agoranomos.campaigns import CampaignFolder, Outcome, Settings, build_tables, execute, open_folder, plan
from agoranomos.campaigns.earlier import find_plan, refuse_another_plan
from agoranomos.campaigns.matching import match, require_matched
from agoranomos.campaigns.plan import Plan
from agoranomos.campaigns.progress import Progress, Silence
from agoranomos.documents import Source
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.logs import KeyStore
from agoranomos.models import Engine, open_engine
from agoranomos.models.calls.store import CallStore
from agoranomos.reproduce.answering import Answering, NotedEngines
from agoranomos.workspace import Workspace

Opener = Callable[[str], Engine]


@dataclass(frozen=True)
class Study:
    """What is run for a paper: rosters that were made for it and campaigns, as the texts of their files, by file name.

    `settings` are what the user asked for. Whatever else a campaign names is looked up in the user's workspace.
    """

    paper: str
    settings: Mapping[str, Any]
    rosters: Mapping[str, str]
    campaigns: Mapping[str, str]
    later: tuple[str, ...] = ()
    """Files of campaigns whose agents remember runs of the others: they are planned when those are executed."""

    @property
    def documents(self) -> dict[str, str]:
        """Every text by its path in the study's folder."""
        return {f"agents/{name}": text for name, text in self.rosters.items()} | {
            f"campaigns/{name}": text for name, text in self.campaigns.items()
        }


@dataclass(frozen=True)
class Executed:
    """A campaign of a study that was executed: its plan, its folder, what was found."""

    plan: Plan
    folder: CampaignFolder
    outcome: Outcome
    summary: CampaignSummary


@dataclass(frozen=True)
class Executing:
    """How a study is executed; nothing here changes a result, unless `opener` answers otherwise."""

    keys: KeyStore
    workers: int | None = None
    progress: Progress = field(default_factory=Silence)
    opener: Opener | None = None
    stored: bool = True
    """Whether answers of models are kept beside the logs, in `calls/`."""


def plans_of(study: Study, folder: Path, behind: Workspace) -> dict[str, Plan]:
    """The plan of each campaign that is no `later` one by its file's name; raises what planning raises.

    Nothing is executed.
    """
    workspace = write_documents(study, folder, behind)
    return {name: _planned(study, name, folder, workspace) for name in study.campaigns if name not in study.later}


def _planned(study: Study, name: str, folder: Path, workspace: Workspace) -> Plan:
    return plan(Source(str(folder / "campaigns" / name), study.campaigns[name]), workspace)


def write_documents(study: Study, folder: Path, behind: Workspace) -> Workspace:
    """Write the study's own files into its folder, and give the workspace that it is.

    Raises `UsageError` where runs of another study are in it, and changes nothing then.
    """
    try:
        changed = [path for path, text in study.documents.items() if _says_otherwise(folder / path, text)]
        if changed and (folder / "logs").is_dir():
            raise UsageError(
                f"{folder} holds another study: {changed[0]} says otherwise", advice="Give another folder with --out."
            )
        for path, text in study.documents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot write {folder}: {error.strerror or error}") from error
    return Workspace(folder, behind.name, behind.root, behind.keys)


def _says_otherwise(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") != text


def run_study(
    study: Study,
    plans: Mapping[str, Plan],
    folder: Path,
    how: Executing,
    check: Callable[[Mapping[str, Plan]], None] = lambda _: None,
) -> dict[str, Executed]:
    """Execute every campaign, or go on where it was broken off; tables hold no times, so that they can be made again.

    Campaigns that are `later` ones are planned when the others are executed; `check` is then handed their plans.
    Raises what planning and executing raise; `Finding` where runs failed, since a study of fewer runs is another one.
    """
    executed = _all(plans, folder, how)
    workspace = next(iter(plans.values())).workspace
    later = {name: _planned(study, name, folder, workspace) for name in study.later}
    check(later)
    return executed | _all(later, folder, how)


def _all(plans: Mapping[str, Plan], folder: Path, how: Executing) -> dict[str, Executed]:
    for name, one in plans.items():
        require_matched(one, match(one), file=name)
        refuse_another_plan(*find_plan(one, folder / "logs", how.keys.trusted()))
    answering = Answering(folder)
    store = None
    if how.stored and any(arm.models for one in plans.values() for arm in one.arms):
        store = CallStore.open(answering.calls, tell=how.progress.say)
    try:
        return {name: _executed(one, folder / "logs", how, answering, store) for name, one in plans.items()}
    finally:
        if store is not None:
            store.close()


def _executed(one: Plan, logs: Path, how: Executing, answering: Answering, store: CallStore | None) -> Executed:
    opener = how.opener or (lambda name: open_engine(name, one.workspace))
    noted = NotedEngines(opener, answering)
    settings = Settings(workers=how.workers, progress=how.progress, store=store, open_engine=noted.open)
    place = open_folder(one, logs)
    how.progress.say(f"Campaign {one.campaign.name}: {len(one.runs())} runs")
    outcome = execute(one, place, how.keys, settings)
    if outcome.stopped is not None:
        raise outcome.stopped
    if outcome.failures:
        first = outcome.failures[0]
        if isinstance(first.error, Finding):
            raise Finding(f"run {first.arm}/{first.seed}: {first.error.message}", advice=first.error.advice)
        raise MachineError(
            f"{len(outcome.failures)} of {outcome.planned} runs of {one.campaign.name} failed; the first, "
            f"{first.arm}/{first.seed}: {first.error.message}",
            advice="Everything that was recorded is kept; the same command again repeats only what is not finished.",
        )
    build_tables(place, how.keys.trusted(), timed=False)
    summary = summarise(place.root)
    write_report(summary)
    return Executed(one, place, outcome, summary)
