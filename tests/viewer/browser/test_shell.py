"""The frame around every page: it is reached by keyboard, and a page that is not there says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
