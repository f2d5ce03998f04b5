"""The API over a folder of campaigns: what each address answers. Nothing here writes to that folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.viewer.campaign_page import CampaignPages
from agoranomos.viewer.campaign_rows import campaign_rows
from agoranomos.viewer.catalogue import Catalogue
from agoranomos.viewer.events import SECONDS_BETWEEN_LOOKS, Changes, events
from agoranomos.viewer.listeners import Listeners
from agoranomos.viewer.outcomes_so_far import OutcomesSoFar
from agoranomos.viewer.parameters import Parameters
from agoranomos.viewer.planned import Plans
from agoranomos.viewer.refusals import NotThere
from agoranomos.viewer.run_measures import Measures
from agoranomos.viewer.run_place import MOST_LINES, RunFiles, RunPlace
from agoranomos.viewer.run_readings import RunReadings, encoded
from agoranomos.viewer.run_rows import MOST_ROWS, SORTS, Asked, run_rows
from agoranomos.viewer.run_states import STATUSES, States
from agoranomos.workspace import Workspace

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

MOST_RUNS = 10**12
"""The largest number that a request may name for a row or an entry."""


class Shown:
    """A folder of campaigns, and all that pages ask about it."""

    def __init__(self, root: Path, workspace: Workspace, seconds_between_looks: float = SECONDS_BETWEEN_LOOKS) -> None:
        self.catalogue = Catalogue(root)
        place = self.catalogue.root
        self.plans = Plans(place)
        self.states = States(place, self.plans)
        self.measures = Measures(place)
        self._outcomes = OutcomesSoFar(place, workspace)
        self.pages = CampaignPages(place, self.plans, self.states, self._outcomes)
        self.files = RunFiles()
        self.readings = RunReadings(workspace)
        self.seconds_between_looks = seconds_between_looks
        self.listeners = Listeners()

    def close(self) -> None:
        """End what is being worked out for pages; nothing of it stays."""
        self._outcomes.close()

    def run(self, parameters: Mapping[str, str]) -> RunPlace:
        """The run that an address names; raises `NotThere` for one that neither plan nor tables know."""
        folder = self.catalogue.campaign(parameters["id"])
        arm, seed = parameters["arm"], parameters["seed"]
        known = seed.isascii() and seed.isdecimal() and len(seed) <= 19 and str(int(seed)) == seed
        if not known or not self.states.holds(folder, (arm, int(seed))):
            raise NotThere(f"no run {arm[:200]}/{seed[:40]} in this campaign")
        return RunPlace(folder, arm, int(seed), self.catalogue.root)


def campaign_routes(shown: Shown) -> list[BaseRoute]:
    """The routes of the list, the campaigns, the runs and the events, to lie below `/api`."""
    from starlette.routing import Route

    def run(make: Callable[[RunPlace, Request], Response]) -> Callable[[Request], Response]:
        return lambda request: make(shown.run(request.path_params), request)

    of_run = "/runs/{id}/{arm}/{seed}"
    return [
        Route("/campaigns", lambda request: _campaigns(shown, request), methods=["GET"]),
        Route("/campaigns/{id}", lambda request: _campaign(shown, request), methods=["GET"]),
        Route("/campaigns/{id}/runs", lambda request: _runs(shown, request), methods=["GET"]),
        Route(f"{of_run}/seals", run(lambda place, request: _seals(shown, place, request)), methods=["GET"]),
        Route(f"{of_run}/leaves", run(lambda place, request: _leaves(shown, place, request)), methods=["GET"]),
        Route(f"{of_run}/entries", run(lambda place, request: _entries(shown, place, request)), methods=["GET"]),
        Route(f"{of_run}/blobs/{{sha256}}", run(lambda place, request: _blob(shown, place, request)), methods=["GET"]),
        Route(f"{of_run}/drawings", run(_reading(shown.readings.drawings)), methods=["GET"]),
        Route(f"{of_run}/spoken", run(_reading(shown.readings.spoken)), methods=["GET"]),
        Route(f"{of_run}/verdict", run(_reading(shown.readings.verdict)), methods=["GET"]),
        Route(f"{of_run}/under/{{institution}}", run(lambda place, request: _under(shown, place, request))),
        Route("/institutions", lambda request: _institutions(shown, request), methods=["GET"]),
        Route("/events", _events(shown), methods=["GET"]),
    ]


def _campaigns(shown: Shown, request: Request) -> Response:
    Parameters(request, ())
    return _json({"campaigns": campaign_rows(shown.catalogue, shown.plans)})


def _campaign(shown: Shown, request: Request) -> Response:
    Parameters(request, ())
    name = request.path_params["id"]
    return _json(shown.pages.page(name, shown.catalogue.campaign(name)))


def _runs(shown: Shown, request: Request) -> Response:
    given = Parameters(request, ("offset", "count", "sort", "descending", "text", "arm", "status"))
    asked = Asked(
        offset=given.whole("offset", 0, 0, MOST_RUNS),
        count=given.whole("count", 100, 0, MOST_ROWS),
        sort=given.one_of("sort", ("", *SORTS), ""),
        descending=given.flag("descending"),
        text=given.text("text"),
        arm=given.text("arm"),
        status=given.one_of("status", ("", *STATUSES), ""),
    )
    folder = shown.catalogue.campaign(request.path_params["id"])
    return _json(run_rows(folder, asked, shown.states, shown.measures))


def _seals(shown: Shown, place: RunPlace, request: Request) -> Response:
    Parameters(request, ())
    return _json({**shown.files.seals(place), "trusted": shown.readings.trusted()})


def _leaves(shown: Shown, place: RunPlace, request: Request) -> Response:
    Parameters(request, ())
    return _octets(shown.files.leaves(place))


def _entries(shown: Shown, place: RunPlace, request: Request) -> Response:
    from starlette.responses import Response

    given = Parameters(request, ("first", "count"))
    first, count = given.whole("first", 0, 0, MOST_RUNS), given.whole("count", 1000, 1, MOST_LINES)
    return Response(shown.files.entries(place, first, count), media_type="text/plain; charset=utf-8")


def _blob(shown: Shown, place: RunPlace, request: Request) -> Response:
    Parameters(request, ())
    return _octets(shown.files.blob(place, request.path_params["sha256"]))


def _reading(read: Callable[[RunPlace], bytes]) -> Callable[[RunPlace, Request], Response]:
    def answer(place: RunPlace, request: Request) -> Response:
        Parameters(request, ())
        return _encoded(read(place))

    return answer


def _under(shown: Shown, place: RunPlace, request: Request) -> Response:
    Parameters(request, ())
    return _encoded(shown.readings.under(place, request.path_params["institution"]))


def _institutions(shown: Shown, request: Request) -> Response:
    Parameters(request, ())
    return _json({"institutions": sorted(shown.readings.institutions())})


def _events(shown: Shown) -> Callable[[Request], Awaitable[Response]]:
    async def begin() -> AsyncIterator[bytes]:
        import asyncio

        changes = await asyncio.to_thread(Changes, shown.catalogue, shown.plans)
        return events(changes, shown.seconds_between_looks)

    async def answer(request: Request) -> Response:
        Parameters(request, ())
        return await shown.listeners.answer(begin)

    return answer


def _json(value: Any) -> Response:
    return _encoded(encoded(value))


def _encoded(content: bytes) -> Response:
    from starlette.responses import Response

    return Response(content, media_type="application/json")


def _octets(content: bytes) -> Response:
    from starlette.responses import Response

    return Response(content, media_type="application/octet-stream")
