"""A person's run from its beginning to its result, in a thread beside the server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings, build_tables, execute, find_plan, open_folder
from agoranomos.campaigns.driver import Outcome
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.people import POLICY
from agoranomos.campaigns.plan import Plan
from agoranomos.errors import AgoraError, MachineError
from agoranomos.logs import KeyStore, LogReader
from agoranomos.logs.verify import verify_log
from agoranomos.viewer.play_result import play_result
from agoranomos.viewer.play_seat import PlaySeat


@dataclass(frozen=True)
class PlaySession:
    """One run of `plan`, which has one arm, one seed and one seat for a person, recorded in `folder`."""

    plan: Plan
    folder: CampaignFolder
    keys: KeyStore
    settings: Settings
    seat: PlaySeat = field(default_factory=PlaySeat)

    @property
    def agent(self) -> str:
        """The agent whom the person plays."""
        return next(seat.agent for seat in self.plan.arms[0].agents if seat.policy == POLICY)

    @property
    def arm(self) -> str:
        """The name of the arm that is played."""
        return self.plan.arms[0].name

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.plan.campaign.all_seeds[0]

    @property
    def place(self) -> Path:
        """Where the log of the run lies."""
        return self.folder.run(self.arm, self.seed)

    @property
    def run(self) -> str:
        """`CAMPAIGN/ARM/SEED`, as addresses of pages have it."""
        return f"{self.folder.root.name}/{self.arm}/{self.seed}"

    def state(self) -> dict[str, Any]:
        """What the page shows: the state of the seat, and which run it was once that is over.

        Until then no name is on it but the agent's: that of an arm says what the others are.
        """
        state = {"agent": self.agent, **self.seat.state()}
        if self.seat.finished:
            named = {"title": self.plan.campaign.title, "arm": self.arm, "seed": self.seed, "run": self.run}
            return {**state, **named}
        return state

    def start(self) -> threading.Thread:
        """Play in a thread of its own, to the end or to where the person leaves; it does not keep a program alive."""
        thread = threading.Thread(target=self.play, name="play", daemon=True)
        thread.start()
        return thread

    def play(self) -> None:
        """Play the run, or go on with it, and tell the seat what came of it; raises nothing."""
        try:
            outcome = execute(self.plan, self.folder, self.keys, replace(self.settings, person=self.seat))
            self._conclude(outcome)
        except AgoraError as error:
            self.seat.fail(error)
        except Exception as error:
            self.seat.fail(MachineError(f"the run ended with {type(error).__name__}: {error}"))
        finally:
            self.settings.executor.close()
            if self.settings.store is not None:
                self.settings.store.close()

    def _conclude(self, outcome: Outcome) -> None:
        if outcome.stopped is not None:
            self.seat.fail(outcome.stopped)
            return
        if outcome.failures:
            self.seat.fail(outcome.failures[0].error)
            return
        build_tables(self.folder, self.keys.trusted())
        verify_log(self.place, self.keys.trusted())
        self.seat.finish(play_result(LogReader(self.place).entries(), self.agent))


def play_session(plan: Plan, logs: Path, keys: KeyStore, settings: Settings | None = None) -> PlaySession:
    """The session of a person's run, its folder made in `logs`; the same plan again goes on with the same run.

    The ledger names plans of the same campaign that were begun before, as it does for other campaigns. Raises what
    `open_folder` raises.
    """
    plan, earlier = find_plan(plan, logs, keys.trusted())
    folder = open_folder(plan, logs)
    settings = settings or Settings()
    return PlaySession(plan, folder, keys, replace(settings, after=tuple(one.plan_sha256 for one in earlier)))
