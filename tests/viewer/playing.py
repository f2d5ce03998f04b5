"""A person at a seat, played by a script that waits for the seat's own events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings
from agoranomos.logs import KeyStore
from agoranomos.viewer.play import SeatAsked, open_seat
from agoranomos.viewer.play_session import PlaySession
from agoranomos.workspace import Workspace

CAMPAIGN = """
kind: campaign
version: 1
name: trial
title: Firms that follow rules
market: cournot-duopoly
rosters: [nash-noisy, divider]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: [4, 5]
rounds: 6
outcome: price
"""

Given = Mapping[str, Any]
DIVIDE: Given = {"numbers": {"A": 80.0, "B": 0.0}}
PATIENCE_S = 120
"""Seconds in which what is waited for has come, however busy the machine is."""


def made_workspace(root: Path, text: str = CAMPAIGN) -> Workspace:
    """A workspace with one campaign, `trial`."""
    folder = root / "lab" / "campaigns"
    folder.mkdir(parents=True)
    (folder / "trial.yaml").write_text(text)
    return Workspace(root / "lab", "lab")


def seat(
    workspace: Workspace, *settings: str, agent: str = "firm_1", campaign: str = "trial", arm: str = ""
) -> PlaySession:
    """The session of a seat; its logs and keys lie beside the workspace."""
    place = workspace.root.parent
    asked = SeatAsked(campaign, agent, place / "logs", arm, settings=settings)
    return open_seat(asked, workspace, KeyStore(place / "keys"), Settings(clock=lambda: 1_700_000_000))


async def until(session: PlaySession, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first state that is wanted; the seat says when there is another."""
    async with asyncio.timeout(PATIENCE_S):
        async for state in session.seat.states():
            if wanted(state):
                return state
    raise AssertionError("the person left")


def asked(session: PlaySession, round_number: int) -> dict[str, Any]:
    """The state in which a round is asked for."""
    return asyncio.run(
        until(session, lambda state: state["phase"] == "asked" and state["situation"]["round"] == round_number)
    )


def ended(session: PlaySession) -> dict[str, Any]:
    """The state in which the run is over, or has stopped."""
    return asyncio.run(until(session, lambda state: state["phase"] in ("over", "ended")))


def play(session: PlaySession, given: Callable[[dict[str, Any]], Given], last: int = 1_000) -> list[dict[str, Any]]:
    """Submit what `given` says in each situation, up to round `last`; gives the situations."""
    shown: list[dict[str, Any]] = []

    async def person() -> None:
        async with asyncio.timeout(PATIENCE_S):
            async for state in session.seat.states():
                if state["phase"] in ("over", "ended"):
                    return
                if state["phase"] == "asked":
                    situation = state["situation"]
                    if situation["round"] > last:
                        return
                    shown.append(situation)
                    session.seat.submit(situation["round"], given(situation))

    asyncio.run(person())
    return shown
