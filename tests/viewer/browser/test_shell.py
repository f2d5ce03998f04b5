"""The frame around every page: it is reached by keyboard, names the window, and takes the focus to another page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from viewer.browser.answers import Answers, campaign_page, campaign_row


def test_a_page_that_is_not_there_says_so(served: Callable[..., str], open_page: Callable[..., Any]) -> None:
    page = open_page(served([]) + "#/nowhere")
    assert "There is no page nowhere" in page.get_by_role("alert").inner_text()


def test_the_first_stop_of_the_keyboard_leads_past_the_head(
    served: Callable[..., str], open_page: Callable[..., Any], accessible: Callable[[Any], None]
) -> None:
    page = open_page(served([]) + "#/nowhere")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    accessible(page)


def answers() -> Answers:
    return Answers([campaign_row("auctions")], {"auctions": campaign_page("auctions")})


def test_the_focus_goes_to_the_heading_of_another_page(
    served: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    page = open_page(served(answers().routes()))
    row = page.locator("[role=row][data-index]")
    row.wait_for()
    assert page.evaluate("document.activeElement.tagName") == "BODY", "where the reader begins, it stays"
    row.focus()
    page.keyboard.press("Enter")
    page.locator("h1:focus", has_text="auctions").wait_for()
    assert page.title() == "auctions · Agoranomos"
    page.go_back()
    page.locator("h1:focus", has_text="Campaigns").wait_for()
    assert page.title() == "Campaigns · Agoranomos"


def test_the_focus_stays_where_only_a_value_of_the_address_changes(
    served: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    page = open_page(served(answers().routes()) + "#/c/auctions")
    page.get_by_role("heading", name="auctions").wait_for()
    tab = page.get_by_role("tab").nth(1)
    tab.focus()
    page.evaluate("location.hash = '#/c/auctions?tab=costs'")
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tab"


def test_windows_are_named_by_their_pages(served: Callable[..., str], open_page: Callable[..., Any]) -> None:
    page = open_page(served(answers().routes()) + "#/nowhere")
    assert page.title() == "No such page · Agoranomos"
    page.evaluate("location.hash = '#/r/gone/book.traders/3'")
    page.get_by_text("The run could not be read to its end.").wait_for()
    assert page.title() == "book.traders/3 · gone · Agoranomos"
    page.context.close()  # what the page has yet to print is printed now
    page.said.clear()  # There is no such run: the browser prints lines for the answers 404 itself.
