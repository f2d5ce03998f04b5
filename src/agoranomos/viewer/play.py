"""A seat for a person: the run, its page, and the campaigns beside it, put together for a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns import CampaignFolder, Settings
from agoranomos.logs import KeyStore
from agoranomos.viewer.catalogue import Catalogue
from agoranomos.viewer.play_plan import play_plan
from agoranomos.viewer.play_routes import blind_routes, play_routes
from agoranomos.viewer.play_session import PlaySession, play_session
from agoranomos.viewer.routes import Shown, campaign_routes
from agoranomos.workspace import Workspace

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

PAGE = "#/play"
"""The page of the seat."""


@dataclass(frozen=True, slots=True)
class SeatAsked:
    """What a person asked for on the command line: a seat of a campaign, and where its run is recorded."""

    campaign: str
    agent: str
    logs: Path
    arm: str = ""
    seed: int | None = None
    settings: Sequence[str] = ()


def open_seat(asked: SeatAsked, workspace: Workspace, keys: KeyStore, settings: Settings | None = None) -> PlaySession:
    """The session of the run that is asked for; it has not begun. Raises what `play_plan` and `play_session` raise."""
    plan = play_plan(asked.campaign, asked.agent, workspace, arm=asked.arm, seed=asked.seed, settings=asked.settings)
    return play_session(plan, asked.logs, keys, settings)


def seat_routes(session: PlaySession, workspace: Workspace) -> list[BaseRoute]:
    """The routes of the seat, and those of the campaigns beside it: they tell nothing of the run while it is played."""
    shown = Shown(session.folder.root.parent, workspace)
    shown.catalogue = catalogue = played_catalogue(session)
    return [*play_routes(session), *blind_routes(campaign_routes(shown), session.seat, catalogue.played)]


def played_catalogue(session: PlaySession) -> PlayedCatalogue:
    """The campaigns beside the one that is played, and that one when it is over."""
    logs = session.folder.root.parent
    name = Catalogue(logs).id_of(session.folder.root) or session.folder.root.name
    return PlayedCatalogue(logs, name, lambda: session.seat.finished)


class PlayedCatalogue(Catalogue):
    """A catalogue that leaves out the campaign with the id `played` until that is `over`.

    Its row would say by name, title and number of model calls who the others are.
    """

    def __init__(self, root: Path, played: str, over: Callable[[], bool]) -> None:
        super().__init__(root)
        self.played = played
        self._over = over

    def campaigns(self) -> dict[str, CampaignFolder]:
        """All the others, and the one that was played when it is over."""
        found = super().campaigns()
        if not self._over():
            found.pop(self.played, None)
        return found
