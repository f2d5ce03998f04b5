"""The editor's page: faults are marked as they are typed, plays move on the graph, and saving waits to be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agoranomos.viewer.editing_file import edited_file
from agoranomos.viewer.editing_routes import Editor, editing_routes
from agoranomos.viewer.editing_template import template
from agoranomos.workspace import library_root
from agoranomos.workspace.folder import Workspace
from viewer.corpus import ON_ONE_LINE, nothing_ran, watch

PUBLISHED = (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()


@pytest.fixture
def edited(tmp_path: Path, served: Callable[..., str]) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Serves an editor of a file with this text; gives the address and the file."""
    editors: list[Editor] = []

    def serving(text: str) -> tuple[str, Path]:
        workspace = Workspace(tmp_path, "lab")
        path = tmp_path / "institutions" / "mine.yaml"
        path.parent.mkdir()
        path.write_text(text)
        editors.append(Editor(edited_file(str(path), workspace)))
        return served(editing_routes(editors[-1])) + "#/edit", path

    yield serving
    for editor in editors:
        editor.close()


def checked(page: Any) -> None:
    """Waits until every standing was tried."""
    page.get_by_text("standings").first.wait_for()


def write(page: Any, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(text)


def expect_only(page: Any, status: str) -> None:
    """Of errors the browser told only that the server refused something, with this status."""
    assert page.said
    assert all(f"status of {status}" in line for line in page.said), page.said
    page.said.clear()


def tab(page: Any, name: str) -> Any:
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel")


def test_a_fault_is_marked_as_it_is_typed_and_only_saving_writes(
    edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any], picture: Callable[[Any, str], Path]
) -> None:
    address, path = edited(template("mine"))
    page = open_page(address)
    checked(page)
    faulty = template("mine").replace("to: fined, on: violation, fine", "to: find, on: violation, fine", 1)
    write(page, faulty)
    panel = tab(page, "Findings")
    panel.get_by_text("unknown state 'find'").wait_for()
    assert "Did you mean 'fined'?" in panel.inner_text()
    line = faulty[: faulty.index("to: find,")].count("\n") + 1
    assert panel.get_by_role("button", name=f"Line {line}").count() == 1
    assert page.locator(".cm-lintRange-error").count() == 1
    assert page.locator(".cm-gutter-lint .cm-lint-marker-error").count() == 1
    picture(page, "edit-fault")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Go on editing").click()
    assert path.read_text() == template("mine")
    expect_only(page, "422")

    mended = template("mine").replace("floor: 200", "floor: 300", 1)
    write(page, mended)
    page.get_by_text("Nothing found, over").wait_for()
    assert page.locator(".cm-lintRange-error").count() == 0
    assert path.read_text() == template("mine")
    assert page.get_by_text("not saved").is_visible()
    page.keyboard.press("ControlOrMeta+S")
    page.get_by_text(f"Saved to {path}").wait_for()
    assert path.read_text() == mended
    assert page.get_by_text("not saved").count() == 0


def test_an_invalid_text_is_saved_as_a_draft_when_that_is_said(
    edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any]
) -> None:
    address, path = edited(template("mine"))
    page = open_page(address)
    write(page, "kind: [")
    page.keyboard.press("ControlOrMeta+S")
    page.get_by_role("button", name="Save it as a draft").click()
    page.get_by_text("Saved to").wait_for()
    assert path.read_text() == "kind: ["
    expect_only(page, "422")


def test_the_published_ladders_free_offence_plays_on_the_graph(
    edited: Callable[[str], tuple[str, Path]],
    open_page: Callable[..., Any],
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Path],
) -> None:
    address, _ = edited(PUBLISHED)
    page = open_page(address)
    checked(page)
    panel = tab(page, "Findings")
    offence = panel.locator(".finding", has_text="free-offence")
    offence.get_by_role("button", name="Play on the graph").press("Enter")
    player = page.get_by_role("region", name="Play: free offence in active")
    assert player.evaluate("one => document.activeElement === one")
    assert player.locator("[data-state=active] [data-agent]").count() == 2
    player.get_by_role("button", name="Forward").click()
    player.get_by_text("After round 1 of 6").wait_for()
    assert player.locator("[data-state=warning] [data-agent]").count() == 2
    assert player.locator("path.traversed").get_attribute("data-edge") == "P2_independent_decision:active->warning"
    row = player.get_by_role("row").filter(has_text="firm_1").first.inner_text()
    assert "high_concentration; accused under P2_independent_decision; goes active -> warning" in row
    assert "warning (UNDER REVIEW), 5 rounds left" in row
    accessible(page)
    picture(page, "edit-play")
    player.get_by_role("slider").focus()
    page.keyboard.press("End")
    player.get_by_text("After round 6 of 6").wait_for()
    assert player.locator("[data-state=active] [data-agent]").count() == 2
    player.get_by_role("button", name="Back").click()
    player.get_by_text("After round 5 of 6").wait_for()
    player.get_by_role("button", name="Play", exact=True).click()
    player.get_by_text("After round 6 of 6").wait_for()
    player.get_by_role("button", name="End the play").click()
    assert player.count() == 0


def test_another_text_on_disk_is_not_written_over_unasked(
    edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any]
) -> None:
    address, path = edited(template("mine"))
    page = open_page(address)
    page.locator(".cm-content").wait_for()
    theirs, ours = template("theirs"), template("ours")
    path.write_text(theirs)
    write(page, ours)
    page.keyboard.press("ControlOrMeta+S")
    page.get_by_text("was changed on disk since it was opened").wait_for()
    assert path.read_text() == theirs
    page.get_by_role("button", name="Save this text over it").click()
    page.get_by_text("Saved to").wait_for()
    assert path.read_text() == ours
    path.write_text(theirs)
    write(page, template("again"))
    page.keyboard.press("ControlOrMeta+S")
    page.get_by_role("button", name="Reload from disk").click()
    page.locator(".cm-content").get_by_text("theirs").wait_for()
    assert page.get_by_text("not saved").count() == 0
    expect_only(page, "409")


def test_the_certificate_is_a_map_of_numbers_and_heat_on_the_graph(
    edited: Callable[[str], tuple[str, Path]],
    open_page: Callable[..., Any],
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Path],
) -> None:
    # One round of evidence keeps the search small, and fines this low are worth paying: the plan crosses edges.
    low = template("mine").replace("rate: 0.5, floor: 200", "rate: 0.05").replace("rate: 1.0, floor: 200", "rate: 0.05")
    address, _ = edited(low.replace("window: 5", "window: 1"))
    page = open_page(address)
    panel = tab(page, "Certificate")
    assert panel.get_by_label("Market").input_value() == "cournot-duopoly"
    panel.get_by_role("button", name="Search").click()
    panel.get_by_text("Does not hold.").wait_for()
    assert panel.locator("table.heat tbody tr").count() == 8
    assert panel.locator("table.heat tbody td").count() == 64
    assert panel.locator("path[data-edge='independent_decision:fined->fined']").count() == 1
    assert "100.0%" in panel.get_by_role("row").filter(has_text="fined -> fined").inner_text()
    accessible(page)
    picture(page, "edit-certificate")
    page.emulate_media(color_scheme="dark")
    accessible(page)
    picture(page, "edit-certificate-dark")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("narrow", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_it_reads_in_light_in_dark_and_on_a_narrow_screen(
    name: str,
    options: dict[str, Any],
    edited: Callable[[str], tuple[str, Path]],
    open_page: Callable[..., Any],
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Path],
) -> None:
    address, _ = edited(PUBLISHED)
    page = open_page(address, **options)
    checked(page)
    for title in ("Graph", "Findings", "Prose"):
        tab(page, title)
        accessible(page)
        picture(page, f"edit-{title.lower()}-{name}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_everything_and_leaves_the_editor(
    edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any]
) -> None:
    address, path = edited(template("mine"))
    page = open_page(address)
    checked(page)
    page.locator(".cm-content").focus()
    page.keyboard.press("Tab")
    assert page.locator(".cm-line").first.inner_text().startswith("  #")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tab"
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Findings").get_attribute("aria-selected") == "true"
    page.keyboard.press("ControlOrMeta+S")
    page.get_by_text("Saved to").wait_for()
    assert path.read_text().startswith("  #")


def test_leaving_with_an_unsaved_text_is_asked_about(
    edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any]
) -> None:
    address, path = edited(template("mine"))
    page = open_page(address)
    write(page, template("lost"))
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.reload()
    page.locator(".cm-content").get_by_text("name: mine").wait_for()
    assert asked == ["beforeunload"]
    assert path.read_text() == template("mine")


def test_hostile_texts_are_texts(edited: Callable[[str], tuple[str, Path]], open_page: Callable[..., Any]) -> None:
    quoted = [one.replace("'", "''") for one in ON_ONE_LINE if one.isprintable()]
    text = template("mine").replace("title: A warning, then a fine", f"title: '{' '.join(quoted)}'", 1)
    text = text.replace("label: CLEAR", "label: '<img src=x onerror=alert(1)>'").replace(
        "Decide on your own.", f"'{quoted[0]}'"
    )
    address, _ = edited(text)
    page = open_page("about:blank")
    seen = watch(page)
    page.goto(address)
    checked(page)
    for title in ("Findings", "Prose", "Graph"):
        tab(page, title)
        nothing_ran(page, seen)
    write(page, f'"{quoted[2].replace(chr(34), "")}": 1\n')
    tab(page, "Findings").locator(".finding").wait_for()
    nothing_ran(page, seen)
