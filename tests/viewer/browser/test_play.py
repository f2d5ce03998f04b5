"""The page of a seat in a real browser: a run is played to its end, by keyboard too, and texts stay texts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns.verified_run import verify_run
from agoranomos.viewer.app import PAGE
from agoranomos.viewer.play import seat_routes
from agoranomos.viewer.play_session import PlaySession
from agoranomos.workspace import Workspace
from viewer.corpus import CORPUS, nothing_ran, watch
from viewer.playing import made_workspace, seat

Served = Callable[..., str]
Opened = Callable[..., Any]
Check = Callable[[Any], None]
Picture = Callable[[Any, str], Path]

SCENARIO = """
kind: campaign
version: 1
name: trial
market: coordination
rosters: [always-comply]
regimes:
  told: {told: antitrust-constitution}
seeds: [1]
rounds: 3
"""

TALK = """
kind: campaign
version: 1
name: trial
market: cournot-duopoly-talk
rosters: [heralds]
regimes:
  governed: {institution: cournot-antitrust}
seeds: [1]
rounds: 3
"""


@pytest.fixture
def begun(served: Served) -> Iterator[Callable[..., str]]:
    """Begins a session, serves it, and gives the address of its page."""
    sessions: list[tuple[PlaySession, Any]] = []

    def begin(session: PlaySession) -> str:
        sessions.append((session, session.start()))
        return served(seat_routes(session, session.plan.workspace)) + "#/play"

    yield begin
    for session, thread in sessions:
        session.seat.leave()
        thread.join(30)


def fill(page: Any, number: int, *texts: str) -> None:
    page.get_by_role("heading", name=f"What you do in round {number}").wait_for()
    for box, text in zip(page.get_by_role("spinbutton").all(), texts, strict=True):
        box.fill(text)


def test_a_run_is_played_to_its_end(
    begun: Callable[..., str], open_page: Opened, accessible: Check, picture: Picture, tmp_path: Path
) -> None:
    (tmp_path / "lab").mkdir()
    session = seat(
        Workspace(tmp_path / "lab", "lab"), "rounds=6", campaign="cournot-scripted", arm="institutional.divider"
    )
    page = open_page(begun(session))
    fill(page, 1, "80", "30")
    page.get_by_role("button", name="Submit").click()
    assert "more than your capacity of 100" in page.locator("form [role=alert]").inner_text()
    accessible(page)
    for number in range(1, 6):
        fill(page, number, "80", "0")
        page.get_by_role("button", name="Submit").click()
    page.get_by_text("UNDER REVIEW").first.wait_for()
    assert page.locator(".play-notice.fresh").count() == 1
    assert "A new notice: NOTICE of the market authority" in page.get_by_role("status").first.inner_text()
    rows = page.locator(".play-past tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["5", "4", "3", "2", "1"]
    assert "1,600.00" in rows[0].replace(" ", "")
    accessible(page)
    picture(page, "play-notice")
    fill(page, 6, "60", "10")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="The run is over").wait_for()
    result = session.state()["result"]
    assert result["fines"] > 0
    assert "at Nash play" in page.locator("main").inner_text()
    did = page.get_by_role("region", name="What cournot-antitrust did").inner_text()
    assert "You were accused in 2 cases and given 1 sanction. Others were given 1 sanction." in did
    assert "A firm must not divide products, limit output or otherwise coordinate with another firm" in did
    assert "UNDER REVIEW" in did
    assert "P2_" not in did
    accessible(page)
    picture(page, "play-over")
    page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    picture(page, "play-over-narrow")
    link = page.get_by_role("link", name="See the whole run")
    assert link.get_attribute("href") == f"#/r/{session.run}"
    assert verify_run(session.place, session.keys.trusted(), level="strict").closed is not None


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("narrow", {"viewport": {"width": 390, "height": 800}}),
    ],
)
def test_a_scenario_is_answered_by_keyboard_alone(
    begun: Callable[..., str],
    open_page: Opened,
    accessible: Check,
    picture: Picture,
    tmp_path: Path,
    name: str,
    options: dict[str, Any],
) -> None:
    session = seat(made_workspace(tmp_path, SCENARIO), agent="player_1")
    page = open_page(begun(session), **options)
    page.get_by_role("heading", name="What you do in round 1").wait_for()
    assert page.get_by_role("radio").count() == 2
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Submit"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What you do in round 2").wait_for()
    assert page.evaluate("document.activeElement.type") == "radio"
    told = page.get_by_role("region", name="What came of the last round")
    assert "The threshold was not reached" in told.inner_text()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    accessible(page)
    picture(page, f"play-scenario-{name}")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="What you do in round 3").wait_for()
    assert page.locator(".play-told li").count() == 1


def test_what_is_said_is_heard_and_a_page_that_is_opened_again_goes_on(
    begun: Callable[..., str], open_page: Opened, accessible: Check, picture: Picture, tmp_path: Path
) -> None:
    session = seat(made_workspace(tmp_path, TALK))
    page = open_page(begun(session))
    fill(page, 1, "40", "40")
    page.get_by_role("textbox", name="Say to the others").fill("let us play monopoly")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="What you do in round 2").wait_for()
    assert "firm_2: let us play monopoly" in page.locator(".play-said").inner_text()
    page.reload()
    page.get_by_role("heading", name="What you do in round 2").wait_for()
    assert page.get_by_role("textbox", name="Say to the others").input_value() == ""
    accessible(page)
    picture(page, "play-talk")


PROGRAM = """
import sys
from pathlib import Path
import agoranomos.viewer.app as app
app.PAGE = Path(sys.argv.pop(1))
from agoranomos.cli.entry import main
main(["view", "--play", "trial", "--as", "firm_1", "--out", "logs", "--no-open"])
"""


def test_when_the_program_is_gone_nothing_is_said_to_be_recorded_that_is_not(
    open_page: Opened, accessible: Check, picture: Picture, tmp_path: Path
) -> None:
    workspace = made_workspace(tmp_path)
    built = os.environ.get("AGORA_TEST_PAGE", str(PAGE))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, built],
        cwd=workspace.root,
        env={**os.environ, "AGORA_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        page = open_page(process.stdout.readline().split(" is at ")[1].strip())
        assert process.stdout.readline() == "This is a new run.\n"
        for number in (1, 2):
            fill(page, number, "80", "0")
            page.get_by_role("button", name="Submit").click()
        fill(page, 3, "70", "5")
        process.send_signal(signal.SIGINT)
        process.wait(30)
        alert = page.locator("p.warn[role=alert]")
        alert.wait_for()
        words = "Rounds 1 to 2 are recorded. Your decision for round 3 is not recorded. Start the same command again"
        assert words in alert.inner_text()
        assert page.get_by_role("button", name="Submit").is_disabled()
        page.get_by_role("spinbutton").first.press("Enter")
        assert "Failed to fetch" not in page.locator("body").inner_text()
        assert page.get_by_role("spinbutton").first.input_value() == "70"
        accessible(page)
        picture(page, "play-lost")
    finally:
        process.kill()
        process.communicate()
    page.context.close()  # what the page has yet to print is printed now
    page.said[:] = [line for line in page.said if "ERR_" not in line]  # how the page learns of it


def test_a_move_that_is_not_answered_is_not_said_in_the_words_of_the_browser(
    begun: Callable[..., str], open_page: Opened, tmp_path: Path
) -> None:
    page = open_page(begun(seat(made_workspace(tmp_path))))
    page.route("**/play/act", lambda route: route.abort())
    fill(page, 1, "80", "0")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("The program did not answer.").wait_for()
    assert "Failed to fetch" not in page.locator("body").inner_text()
    page.unroute("**/play/act")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="What you do in round 2").wait_for()
    page.context.close()
    page.said[:] = [line for line in page.said if "ERR_" not in line]


def test_the_page_of_the_run_that_is_played_says_so_and_nothing_of_a_fault(
    begun: Callable[..., str], open_page: Opened, accessible: Check, tmp_path: Path
) -> None:
    session = seat(made_workspace(tmp_path))
    page = open_page(begun(session).partition("#")[0] + f"#/r/{session.run}")
    page.get_by_text("This run is being played").wait_for()
    assert page.get_by_role("alert").count() == 0
    assert "could not be checked" not in page.locator("body").inner_text()
    accessible(page)
    page.get_by_role("link", name="Back to the seat").click()
    page.get_by_role("heading", name="What you do in round 1").wait_for()
    page.goto(page.url.partition("#")[0] + f"#/c/{session.run.partition('/')[0]}")
    page.get_by_text("A run of this campaign is being played").wait_for()
    assert page.get_by_role("alert").count() == 0
    accessible(page)
    page.get_by_role("link", name="Back to the seat").click()
    page.get_by_role("heading", name="What you do in round 1").wait_for()
    page.context.close()  # what the page has yet to print is printed now
    page.said[:] = [line for line in page.said if "409" not in line]


def test_a_page_without_a_seat_says_so(served: Served, open_page: Opened) -> None:
    page = open_page(served([]) + "#/play")
    page.get_by_text("Nobody is asked to play here").wait_for()
    page.context.close()
    page.said[:] = [line for line in page.said if "404" not in line]  # how the page learns of it


def test_texts_of_others_stay_texts(served: Served, open_page: Opened) -> None:
    text = "\n".join(CORPUS)
    situation: dict[str, Any] = {
        **dict.fromkeys(("rules", "story", "unit", "money", "told", "opening", "question", "notice", "refused"), text),
        "agent": CORPUS[0],
        "round": 2,
        "facts": [[one, one] for one in CORPUS],
        "parts": [],
        "choices": [{"label": one, "text": one} for one in CORPUS],
        "capacity": None,
        "talks": 9,
        "reports": True,
        "new_notice": True,
        "messages": [{"agent": one, "text": one} for one in CORPUS],
        "history": [],
        "conversation": [{"question": text, "answer": text, "feedback": text}],
    }
    state = {
        **dict.fromkeys(("agent", "campaign", "title", "arm", "error", "advice"), text),
        "run": "a/b/0",
        "seed": 0,
        "version": 1,
        "phase": "asked",
        "situation": situation,
    }

    def routes() -> list[Any]:
        from starlette.responses import JSONResponse, PlainTextResponse
        from starlette.routing import Route

        async def play(_: Any) -> Any:
            return JSONResponse(state)

        async def events(_: Any) -> Any:
            return PlainTextResponse("retry: 60000\n\n", media_type="text/event-stream")

        return [Route("/play", play), Route("/play/events", events)]

    address = served(routes())
    page = open_page(address + "#/play")
    seen = watch(page)
    page.reload()
    page.get_by_role("heading", name="The question").wait_for()
    assert page.get_by_role("radio").count() == len(CORPUS)
    nothing_ran(page, seen)
