"""A run that goes on from a recorded one: the same rounds up to a point, then under another institution.

The run is executed again from its beginning, agents' memories and all, and every entry up to the fork must come out as
it is recorded; decisions of language models that are recorded are fed back, so that a model is asked for what comes
after only. From there on the agents go on under the other institution, which begins as its file begins. What is written
is a new signed log, whose entry 0 names the log that it was forked from, with its root, and the round.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import msgspec

from agoranomos.campaigns.arm import Arm, Switch, set_up
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.plan import Plan, PlannedRun, differences
from agoranomos.campaigns.planning import plan as planned
from agoranomos.campaigns.recorded import RecordedEngine, RunLog, recording_of
from agoranomos.campaigns.runner import run_one
from agoranomos.documents import Source, read_text
from agoranomos.documents.reader import plain
from agoranomos.errors import Finding, UsageError, nearest
from agoranomos.institutions import Institution
from agoranomos.institutions.attestation import run_of
from agoranomos.institutions.entries import Closed, ForkRecord, Switched, decode_entry
from agoranomos.institutions.judgement import NoticeIssued
from agoranomos.institutions.parts import Whole, is_part, whole_entries
from agoranomos.logs import MAX_ENTRY_BYTES, Acknowledgement, LogReader, MemoryLog
from agoranomos.models import UnopenedEngine
from agoranomos.models.engine import Engine
from agoranomos.workspace import WORKSPACE_FILE, Workspace, find_workspace


@dataclass(frozen=True, slots=True)
class Fork:
    """Which run is forked, after which round, and under which institution it goes on.

    With `anew` the institution begins anew also where it is the one that holds already.
    """

    run: PlannedRun
    place: Path
    round: int
    institution: Institution
    anew: bool = False

    @property
    def label(self) -> str:
        """`<institution>@<round>`: the name of the folder in which forks of this kind lie."""
        return f"{self.institution.name}@{self.round}{'-anew' if self.anew else ''}"


def workspace_of(folder: CampaignFolder, here: Workspace) -> Workspace:
    """The workspace in whose `logs/` the campaign lies, where that is another than `here`.

    The folder of a study is one too: it holds its own rosters, and has `here` behind it. Raises `DocumentError` for an
    `agora.yaml` there that is not valid.
    """
    logs = folder.root.resolve().parent
    root = logs.parent
    if logs.name != "logs" or root == here.root.resolve():
        return here
    if (root / WORKSPACE_FILE).is_file():
        return find_workspace(root)
    return Workspace(root, here.name, here.root, here.keys) if (root / "agents").is_dir() else here


def plan_of(folder: CampaignFolder, workspace: Workspace) -> Plan:
    """The plan of a finished campaign, with every name resolved again.

    Raises `Finding` where what the names stand for has changed since: a fork would be of another campaign.
    """
    document = folder.read_plan()
    try:
        # The plan holds what `--set` said, too; the file the order of names, which canonical JSON forgets.
        written = plain(read_text(folder.root / "campaign.yaml").tree())
        # A plan leaves out what is empty, and where clusters are left out of a campaign they are looked for.
        text = json.dumps({"clusters": [], **_in_order_of(document["campaign"], written)})
        names = [arm["name"] for arm in document["arms"]]
    except (KeyError, TypeError):
        raise Finding(f"{folder.plan_file} is damaged: it holds no campaign") from None
    made = planned(Source(str(folder.plan_file), text), workspace)
    made = replace(
        made, arms=tuple(sorted(made.arms, key=lambda arm: names.index(arm.name) if arm.name in names else 0))
    )
    changed = next(iter(differences(document, made.document)), None)
    if changed is not None:
        raise Finding(
            f"what the campaign in {folder.root} names has changed since it was planned ({changed})",
            advice="Put the files back: a run is forked by playing it again, and it would not be the same run.",
        )
    # A campaign that has deviated keeps the name that it began with.
    begun = folder.root.name.rpartition("-")[2]
    return made if made.digest.startswith(begun) else replace(made, begun_as=begun)


def _in_order_of(value: Any, other: Any) -> Any:
    """The same value, its mappings in the order in which `other` has their keys."""
    if not isinstance(value, dict) or not isinstance(other, dict):
        return value
    keys = [*(key for key in other if key in value), *(key for key in value if key not in other)]
    return {key: _in_order_of(value[key], other.get(key)) for key in keys}


def run_to_play_again(plan: Plan, place: Path, what: str, refusal: str) -> PlannedRun:
    """The planned run whose log is at `place`; raises `UsageError` for one that cannot be `what` it is to be.

    `refusal` says so of one whose prompts are withheld.
    """
    arm, seed = place.parent.name, place.name
    known = {one.name: one for one in plan.arms}
    if arm not in known or not seed.isdecimal() or int(seed) not in plan.campaign.all_seeds:
        raise UsageError(f"{place} is no run of the campaign's plan", advice=nearest(arm, known))
    if known[arm].privacy != "open":
        raise UsageError(f"{place}: its prompts and replies are withheld", advice=f"{refusal}.")
    if known[arm].signatures != "none":
        raise UsageError(
            f"{place}: its actors signed it, and their keys are not here to have it {what}",
            advice="Take runs of a campaign without `signatures`.",
        )
    return PlannedRun(known[arm], int(seed))


def fork_of(plan: Plan, place: Path, round_number: int, institution: Institution, anew: bool = False) -> Fork:
    """The fork of the run whose log is at `place`; raises `UsageError` for one that cannot be forked there."""
    run = run_to_play_again(plan, place, "forked", "A fork of such a run is not supported")
    if not 1 <= round_number < run.arm.rounds:
        raise UsageError(
            f"--fork-at {round_number}: the run has {run.arm.rounds} rounds",
            advice=f"Name one from 1 to {run.arm.rounds - 1}: the last round before the other institution holds.",
        )
    return Fork(run, place, round_number, institution, anew)


async def play_fork(
    fork: Fork, logbook: Logbook, engines: Mapping[str, Engine], target: Path, attempt: int = 1
) -> Head:
    """Play the fork into a log at `target`, which must not be there; returns the log's last signed state.

    The recorded log is taken as it lies: verify it first (`verify_run`).

    Raises `Finding` where the rounds before the fork do not come out as they are recorded, and what a log, a model or
    a policy raises; what was written then stays, unfinished.
    """
    with opened_run(fork.place) as place:
        return await _played(fork, LogReader(place), logbook, engines, target, attempt)


async def _played(
    fork: Fork, reader: LogReader, logbook: Logbook, engines: Mapping[str, Engine], target: Path, attempt: int
) -> Head:
    head = reader.checkpoint
    record = ForkRecord(reader.origin, head.root.hex(), fork.round, head.size)
    arm = _forked_arm(fork)
    entries = tuple(reader.entries())
    before = _before(entries, fork.round, replaced=_begins_at(arm, fork.round) != _begins_at(fork.run.arm, fork.round))
    recording = recording_of(before, reader.blob)
    _require_room(arm, fork, record, entries[0])
    each_round = arm.durable == "round"
    origin = f"{run_of(reader.origin)}/{fork.label}-{attempt}"
    writer = logbook.create(target, origin, "append" if each_round else "close")
    log = ForkedLog(writer, before)
    try:
        asked: dict[str, Any] = {name: RecordedEngine(engine, recording) for name, engine in engines.items()}
        governed, agents = set_up(arm, fork.run.seed, log, asked, forked=record)
        await run_one(governed, agents, fork.run.seed, put_blob=log.put_blob, commit_in_thread=each_round)
        acknowledgement = log.close()
    except Exception:
        writer.abandon()
        raise
    return Head(origin, acknowledgement.size, acknowledgement.root.hex())


def _require_room(arm: Arm, fork: Fork, record: ForkRecord, first: bytes) -> None:
    """Raise `UsageError` where entry 0 is not one line in both logs: what follows would have other numbers."""
    seed = fork.run.seed
    governed, _ = set_up(arm, seed, MemoryLog(), {name: UnopenedEngine(name) for name in arm.models}, forked=record)
    if is_part(first) or governed.opening_bytes(seed) > MAX_ENTRY_BYTES:
        raise UsageError(
            f"{fork.place}: entry 0 with the institutions of the fork is longer than a line of a log",
            advice="A fork of such a run is not supported: seat fewer agents, or shorten what they are told.",
        )


def _forked_arm(fork: Fork) -> Arm:
    """The arm with the institutions of the fork: its own up to the round, then the other one to the end."""
    arm, begins = fork.run.arm, fork.round + 1
    kept = tuple(switch for switch in arm.switches if switch.first_round <= begins)
    holding = kept[-1].institution_sha256 if kept else arm.institution_sha256
    if holding == fork.institution.semantic_sha256 and not fork.anew:
        return replace(arm, switches=kept)
    source = fork.institution.source
    other = Switch(begins, fork.institution.name, source, fork.institution.semantic_sha256)
    return replace(arm, switches=(*(switch for switch in kept if switch.first_round < begins), other))


def _begins_at(arm: Arm, round_number: int) -> Switch | None:
    """The switch that takes effect when the round is over."""
    return next((switch for switch in arm.switches if switch.first_round == round_number + 1), None)


def _before(entries: Sequence[bytes], round_number: int, *, replaced: bool) -> tuple[bytes, ...]:
    """The lines up to the end of a round; where another institution begins then, without what that one says instead."""

    def is_before(whole: Whole) -> bool:
        entry = decode_entry(whole.line)
        said = replaced and entry.round == round_number and isinstance(entry.body, NoticeIssued | Switched)
        return entry.round <= round_number and not isinstance(entry.body, Closed) and not said

    return tuple(line for whole in takewhile(is_before, whole_entries(entries)) for line in whole.lines)


class ForkedLog:
    """A fork's log: takes only what is recorded up to the fork, and then whatever comes.

    Entry 0 is that of the record but for the institutions that follow, and for what says that it is a fork.
    """

    def __init__(self, log: RunLog, before: Sequence[bytes]) -> None:
        self._log = log
        self._expected = before
        self._next = 0

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Hand `entries` on; raises `Finding` for the first that is not the recorded one, and then hands on none."""
        for index, entry in enumerate(entries, self._next):
            if index < len(self._expected) and not _as_recorded(index, entry, self._expected[index]):
                raise Finding(
                    f"fork refused: entry {index} comes out differently from what is recorded",
                    advice="Code or data changed since the run was recorded: before the fork it must be the same run.",
                )
        self._next += len(entries)
        return self._log.append(entries)

    def put_blob(self, content: bytes) -> str:
        """Hand a blob on."""
        return self._log.put_blob(content)

    def close(self) -> Acknowledgement:
        """Close the log."""
        return self._log.close()


def _as_recorded(index: int, line: bytes, recorded: bytes) -> bool:
    return line == recorded or (index == 0 and _plain_opening(line) == _plain_opening(recorded))


def _plain_opening(line: bytes) -> Any:
    return msgspec.structs.replace(decode_entry(line).body, switches=(), forked=None)
