"""The list of campaigns: found, sorted, read by keyboard, and alive without a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from viewer.browser.answers import LOOK_NAMES, LOOKS, Answers, campaign_page, campaign_row, counts, only_text
from viewer.conftest import Made
from viewer.corpus import CORPUS, watch

Served = Callable[..., str]
OpenPage = Callable[..., Any]

SOME = [
    campaign_row("cournot-three-regimes", state="running", runs=counts(120, 48, 3, 2), seconds_left=185.0),
    campaign_row("tipping-institutions", market="role-play-ring", arms=28, calls=3479, runs=counts(112, 112)),
    campaign_row("auctions", title="", state="failed", market="double-auction", runs=counts(40, 30, 10), calls=0),
    campaign_row("half-done", state="interrupted", runs=counts(60, 20), written_unix_s=1_795_000_000),
    campaign_row("copied-tables", state="unknown", runs=counts(9, 9), calls=None, written_unix_s=None),
]


def rows(page: Any) -> Any:
    return page.locator("[role=row][data-index]")


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_campaigns_stand_in_a_list(
    served: Served,
    open_page: OpenPage,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
    look: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(served(Answers(SOME).routes()), **look)
    first = rows(page).first
    first.get_by_text("cournot-three-regimes").first.wait_for()
    assert first.get_by_role("progressbar").get_attribute("aria-valuetext") == "48 of 120 runs, 3 failed"
    assert "3 min 5 s left" in first.inner_text()
    assert rows(page).nth(4).inner_text().count("–") == 2, "what is not known is a dash"
    assert page.get_by_role("grid").get_attribute("aria-rowcount") == "6"
    assert rows(page).nth(2).get_attribute("aria-rowindex") == "4"
    assert page.get_by_role("status").first.inner_text().startswith("5 campaigns: ")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the page"
    accessible(page)
    picture(page, f"list-{request.node.callspec.id}")


def test_search_and_state_narrow_the_list_and_stand_in_the_address(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(Answers(SOME).routes()))
    page.get_by_label("Search names, titles, markets").fill("role-play")
    page.get_by_text("1 of 5 campaigns").wait_for()
    assert [row.split("\n")[0] for row in rows(page).all_inner_texts()] == ["tipping-institutions"]
    page.get_by_label("State").select_option("failed")
    page.get_by_text("No campaign matches.").wait_for()
    assert "text=role-play" in page.url
    assert "state=failed" in page.url
    page.reload()
    page.get_by_text("No campaign matches.").wait_for()
    page.get_by_role("button", name="Show all 5").click()
    page.get_by_text("5 campaigns: ").wait_for()
    assert rows(page).count() == 5
    assert page.get_by_label("Search names, titles, markets").input_value() == ""


def test_heads_sort_and_say_so(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(Answers(SOME).routes()))
    page.get_by_role("button", name="Calls").click()
    head = page.get_by_role("columnheader", name="Calls")
    assert head.get_attribute("aria-sort") == "descending"
    names = [text.split("\n")[0] for text in rows(page).all_inner_texts()]
    assert names[0] == "tipping-institutions"
    assert names[-1] == "copied-tables", "what is missing comes last"
    page.get_by_role("button", name="Calls").click()
    assert head.get_attribute("aria-sort") == "ascending"
    names = [text.split("\n")[0] for text in rows(page).all_inner_texts()]
    assert names[0] == "auctions"
    assert names[-1] == "copied-tables"


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=["wide", "narrow"])
def test_campaigns_of_one_name_are_told_apart(
    served: Served,
    open_page: OpenPage,
    picture: Callable[[Any, str], Any],
    look: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    name = "principals-commons-monitor"
    title = "A commons by who keeps the watch, by its pay, by fines, and by what everybody is told of it"
    two = [campaign_row(f"{name}-{end}", name=name, title=title) for end in ("ce637cc9", "0b12f8aa")]
    page = open_page(served(Answers([*two, *SOME]).routes()), **look)
    rows(page).first.wait_for()
    assert [text.split("\n")[0] for text in rows(page).all_inner_texts()[:3]] == [
        f"{name} ce637cc9",
        f"{name} 0b12f8aa",
        "cournot-three-regimes",
    ]
    for part in rows(page).first.locator(".campaign-name, .campaign-title").all():
        assert part.evaluate("one => one.scrollHeight <= one.clientHeight"), "nothing is cut"
    picture(page, f"list-one-name-{request.node.callspec.id}")


def test_the_time_zone_of_a_moment_is_told(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(Answers(SOME).routes()), timezone_id="Asia/Tokyo")
    told = rows(page).nth(1).locator("time")
    told.wait_for()
    assert told.get_attribute("title").endswith(", Asia/Tokyo")
    assert told.get_attribute("title").startswith(f"{int(told.inner_text()[8:10])} ")


def test_an_event_changes_a_row_without_a_reload(served: Served, open_page: OpenPage) -> None:
    answers = Answers(SOME)
    page = open_page(served(answers.routes()))
    rows(page).first.wait_for()
    page.evaluate("window.before = 1")
    answers.tell(campaign_row("cournot-three-regimes", state="finished", runs=counts(120, 117, 3)))
    page.get_by_text("117 / 120").wait_for()
    assert "finished" in rows(page).first.inner_text()
    answers.tell(campaign_row("brand-new", state="running", runs=counts(4, 0)))
    page.get_by_text("6 campaigns: ").wait_for()
    assert rows(page).first.inner_text().startswith("brand-new")
    assert page.evaluate("window.before") == 1
    assert page.locator("p[aria-live=polite]").inner_text().startswith("6 campaigns: ")


def test_a_list_that_is_not_live_says_so(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(Answers(SOME, broken={"events": (409, "32 pages listen already", "")}).routes()))
    page.get_by_text("Not live: the program does not answer.").wait_for()
    assert rows(page).count() == 5
    page.context.close()  # what the page has yet to print is printed now
    page.said.clear()  # The browser prints a line for the answer 409 itself.


def test_the_keyboard_reaches_and_opens_a_campaign(served: Served, open_page: OpenPage) -> None:
    answers = Answers(SOME, {"auctions": campaign_page("auctions")})
    page = open_page(served(answers.routes()))
    rows(page).first.wait_for()
    focused = "document.activeElement.dataset.index ?? document.activeElement.tagName"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "0":
            break
    assert page.evaluate(focused) == "0"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "4"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "2"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "the focus is seen"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="auctions").wait_for()
    assert page.url.endswith("#/c/auctions")


def test_an_empty_folder_says_what_to_type(
    served: Served, open_page: OpenPage, accessible: Callable[[Any], None], picture: Callable[[Any, str], Any]
) -> None:
    page = open_page(served(Answers().routes()))
    page.get_by_text("There is no campaign in this folder yet.").wait_for()
    assert page.get_by_text("agora run campaigns/cournot-mock.yaml").is_visible()
    page.get_by_role("button", name="Copy the command").click()
    page.get_by_text("Copied").or_(page.get_by_text("Selected")).first.wait_for()
    accessible(page)
    picture(page, "list-empty")


def test_a_server_that_fails_is_told_with_advice_and_asked_again(
    served: Served, open_page: OpenPage, accessible: Callable[[Any], None], picture: Callable[[Any, str], Any]
) -> None:
    answers = Answers(SOME, broken={"campaigns": (500, "cannot read /logs", "Look at its rights.")})
    page = open_page(served(answers.routes()))
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "cannot read /logs" in alert.inner_text()
    assert "Look at its rights." in alert.inner_text()
    accessible(page)
    picture(page, "list-failed")
    answers.broken.clear()
    page.get_by_role("button", name="Try again").click()
    rows(page).first.wait_for()
    assert page.get_by_role("alert").count() == 0
    page.context.close()
    page.said.clear()  # The browser prints a line for the answer 500 itself.


def test_hostile_texts_are_only_text(served: Served, open_page: OpenPage) -> None:
    hostile = [
        campaign_row(f"c{number}", name=text, title=text, market=text, state=text) for number, text in enumerate(CORPUS)
    ]
    page = open_page(served([]) + "#/nowhere")
    seen = watch(page)
    page.goto(served(Answers(hostile).routes()))
    rows(page).first.wait_for()
    for key in ["PageDown"] * 5 + ["End"]:
        rows(page).first.focus()
        page.keyboard.press(key)
        only_text(page, seen)
    page.get_by_label("State").select_option(CORPUS[0])
    page.get_by_text(f"1 of {len(CORPUS)} campaigns").wait_for()
    assert CORPUS[0] in rows(page).first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    only_text(page, seen)


def test_ten_thousand_campaigns_are_a_few_rows_of_the_page(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(Answers([campaign_row(f"c{number}") for number in range(10_000)]).routes()))
    rows(page).first.wait_for()
    assert rows(page).count() < 60
    rows(page).first.focus()
    page.keyboard.press("End")
    page.locator("[data-index='9999']").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == "10001"
    assert rows(page).count() < 60


def test_the_campaigns_of_a_real_folder_are_listed(served: Served, open_page: OpenPage, real: Made) -> None:
    from agoranomos.viewer.routes import Shown, campaign_routes

    page = open_page(served(campaign_routes(Shown(real.logs, real.workspace))))
    page.get_by_text("2 campaigns: 2 finished.").wait_for()
    assert "Firms that follow rules" in page.get_by_role("grid").inner_text()
    assert "8 / 8" in page.get_by_role("grid").inner_text()
