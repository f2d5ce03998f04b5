"""What the seat answers over HTTP, and that nobody who plays a run can read its log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agoranomos.errors import UsageError
from agoranomos.viewer.events import LOOKS_BETWEEN_WALKS, Changes
from agoranomos.viewer.planned import Plans
from agoranomos.viewer.play import played_catalogue
from agoranomos.viewer.play_session import PlaySession
from viewer.conftest import HOST, PORT, TOKEN, Viewer
from viewer.playing import DIVIDE, asked, ended, made_workspace, play, seat


@pytest.fixture
def seated(tmp_path: Path, page: Path) -> Iterator[tuple[PlaySession, Viewer]]:
    """A session that has begun, and the app over it."""
    from starlette.testclient import TestClient

    from agoranomos.viewer.app import viewer_app
    from agoranomos.viewer.play import seat_routes

    workspace = made_workspace(tmp_path)
    session = seat(workspace, "rounds=3")
    app = viewer_app(seat_routes(session, workspace), token=TOKEN, port=PORT, page=page)
    thread = session.start()
    yield session, Viewer(app, TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False))
    session.seat.leave()
    thread.join(30)


def post(viewer: Viewer, body: Any) -> Any:
    return viewer.client.post(f"/{TOKEN}/api/play/act", json=body)


def test_the_seat_is_told_and_answered(seated: tuple[PlaySession, Viewer]) -> None:
    session, viewer = seated
    asked(session, 1)
    state = viewer.json("play")
    assert (state["agent"], state["phase"], state["situation"]["round"]) == ("firm_1", "asked", 1)
    assert "rounds" not in state
    assert "rounds" not in state["situation"]
    assert "nash-noisy" not in str(state)
    answer = post(viewer, {"round": 1, "action": DIVIDE})
    assert answer.status_code == 200
    asked(session, 2)
    assert post(viewer, {"round": 1, "action": DIVIDE}).status_code == 409
    assert viewer.json("play")["situation"]["history"][0]["seen"][0] == {"name": "quantity", "values": [80.0, 0.0]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"round": 1, "action": {"numbers": {"A": 101, "B": 0}}}, 400),
        ({"round": 1, "action": {"numbers": {"A": "1", "B": 0}}}, 400),
        ({"round": 1, "action": [1, 2]}, 400),
        ({"round": "1", "action": DIVIDE}, 400),
        ({"round": True, "action": DIVIDE}, 400),
        ({"action": DIVIDE}, 400),
        ([], 400),
        ({"round": 9, "action": DIVIDE}, 409),
        ({"round": 1, "action": {"numbers": {"A": 1, "B": 0}, "message": "x" * 2_000_000}}, 413),
    ],
)
def test_what_is_no_move_is_refused_and_the_question_stands(
    seated: tuple[PlaySession, Viewer], body: Any, status: int
) -> None:
    session, viewer = seated
    asked(session, 1)
    answer = post(viewer, body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert viewer.json("play")["phase"] == "asked"


def test_the_log_is_hidden_while_it_is_played_and_shown_when_it_is_over(
    seated: tuple[PlaySession, Viewer],
) -> None:
    session, viewer = seated
    asked(session, 1)
    of_run = f"runs/{quote(session.run)}"
    campaign = session.folder.root.name
    hidden = [
        *(f"{of_run}/{what}" for what in ("seals", "leaves", "entries", "drawings", "spoken", "verdict")),
        f"{of_run}/blobs/{'0' * 64}",
        f"{of_run}/under/cournot-antitrust",
        f"campaigns/{campaign}",
        f"campaigns/{campaign}/runs",
        f"runs/{quote(campaign).replace('t', '%74')}/{session.arm}/{session.seed}/entries",
    ]
    for path in hidden:
        answer = viewer.get(path)
        assert answer.status_code == 409, path
        assert "firm_2" not in answer.text
    assert viewer.json("campaigns") == {"campaigns": []}
    play(session, lambda _: DIVIDE)
    ended(session)
    assert [row["id"] for row in viewer.json("campaigns")["campaigns"]] == [campaign]
    assert b'"kind":"round"' in viewer.get(f"{of_run}/entries").content
    assert viewer.get(f"{of_run}/seals").status_code == 200
    state = viewer.json("play")
    assert (state["result"]["rounds"], state["run"]) == (3, session.run)


def test_events_tell_of_the_run_when_it_is_over(seated: tuple[PlaySession, Viewer], tmp_path: Path) -> None:
    session, _ = seated
    catalogue = played_catalogue(session)
    changes = Changes(catalogue, Plans(catalogue.root))
    looks = range(2 * LOOKS_BETWEEN_WALKS)
    play(session, lambda _: DIVIDE, 2)
    assert [row for _ in looks for row in changes.look()] == []
    play(session, lambda _: DIVIDE)
    ended(session)
    assert {row["id"] for _ in looks for row in changes.look()} == {session.folder.root.name}


def test_the_log_of_a_run_that_was_left_stays_hidden(seated: tuple[PlaySession, Viewer]) -> None:
    session, viewer = seated
    asked(session, 1)
    session.seat.submit(1, DIVIDE)
    asked(session, 2)
    session.seat.leave()
    session.seat.fail(UsageError("the person left"))
    assert viewer.json("play")["phase"] == "ended"
    assert viewer.get(f"runs/{quote(session.run)}/entries").status_code == 409


def test_without_a_seat_there_is_none(viewer: Viewer) -> None:
    assert viewer.get("play").status_code == 404
