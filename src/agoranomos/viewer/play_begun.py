"""What is there of a person's run before it is played: how much of it is recorded, and what lies beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.people import POLICY
from agoranomos.campaigns.recorded import recording_of
from agoranomos.errors import AgoraError
from agoranomos.logs import read_blob, recorded, was_closed
from agoranomos.viewer.confined import is_plain_name
from agoranomos.viewer.play_session import PlaySession


@dataclass(frozen=True, slots=True)
class Begun:
    """A person's run of which `rounds` are recorded; `over` where its log is closed."""

    folder: Path
    rounds: int
    over: bool


class _Seat(msgspec.Struct):
    agent: str
    policy: str


class _Roster(msgspec.Struct):
    agents: list[_Seat]


class _Arm(msgspec.Struct):
    name: str
    roster: _Roster


class _Plan(msgspec.Struct):
    arms: list[_Arm]
    seeds: list[int]


def begun(session: PlaySession) -> Begun:
    """How much of the session's run is recorded; asked before the run is gone on with."""
    return _begun(session.folder, session.arm, session.seed)


def unfinished_beside(session: PlaySession) -> tuple[Begun, ...]:
    """Runs of the same campaign and seat under other plans that were begun and are not over, by folder.

    A folder that cannot be read, or a log that does not hold, is left out.
    """
    own = session.folder.root
    found = (
        one
        for path in sorted(own.parent.glob(f"{session.plan.campaign.name}-????????"))
        if path != own
        for one in _of_seat(CampaignFolder(path), session.agent)
    )
    return tuple(one for one in found if one.rounds and not one.over)


def _of_seat(folder: CampaignFolder, agent: str) -> Iterator[Begun]:
    try:
        plan = msgspec.convert(folder.read_plan(), _Plan)
    except (AgoraError, msgspec.MsgspecError):
        return
    for arm in plan.arms:
        if is_plain_name(arm.name) and _Seat(agent, POLICY) in arm.roster.agents:
            yield from (_begun(folder, arm.name, seed) for seed in plan.seeds)


def _begun(folder: CampaignFolder, arm: str, seed: int) -> Begun:
    place = folder.run(arm, seed)
    died = folder.abandoned(arm, seed, 0).parent
    attempts = (place, *(died.iterdir() if died.is_dir() else ()))
    return Begun(folder.root, max(_rounds(attempt) for attempt in attempts), was_closed(place))


def _rounds(place: Path) -> int:
    try:
        return recording_of(recorded(place).entries, lambda digest: read_blob(place, digest)).rounds
    except AgoraError:
        return 0
