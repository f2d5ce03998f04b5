"""Two runs side by side, and one run under two institutions: what was set up otherwise, and what differs first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from viewer.browser.answers import LOOK_NAMES, LOOKS, Answers, only_text
from viewer.conftest import Made
from viewer.corpus import CORPUS, ON_ONE_LINE, watch

Served = Callable[..., str]
OpenPage = Callable[..., Any]

A, B = "camp/governed.duo/0", "camp/free.duo/0"
DIGEST = "ab" * 32


def line(seq: int, kind: str, number: int, body: dict[str, Any]) -> str:
    return json.dumps({"body": body, "kind": kind, "round": number, "seq": seq}, sort_keys=True, separators=(",", ":"))


def log(*, seed: int = 0, governed: bool = True, rounds: int = 12, departs: int = 5, names: str = "{}") -> str:
    """A run's lines: from round `departs` on firm_2 sells less where nobody governs; `names` goes round every name."""
    agents = [names.format("firm_1"), names.format("firm_2")]
    price = {"axes": ["good"], "title": names.format("price"), "public": True}
    facts = {
        "market": names.format("duopoly"),
        "agents": agents,
        "goods": [names.format("A")],
        "measures": {"price_e6": price, "profit_e6": {"axes": ["firm"], "title": "profit"}},
        "benchmarks": {names.format("nash"): {"price_e6": [63_333_333]}},
    }
    graph = {"name": names.format("ladder"), "semantic_sha256": DIGEST, "file_sha256": DIGEST, "text": "kind: x"}
    opened = {
        "seed": seed,
        "rounds": rounds,
        "market": '{"a":100}',
        "facts": facts,
        "institution": graph if governed else None,
        "roster": [{"agent": one, "policy": "{}"} for one in agents],
    }
    lines = [line(0, "opened", 0, opened)]
    for number in range(1, rounds + 1):
        less = 0 if governed or number < departs else 10_000_000
        body: dict[str, Any] = {
            "actions": [[40_000_000], [40_000_000 - less]],
            "measures": {"price_e6": [60_000_000 + less], "profit_e6": [1_000_000, 1_000_000 + less]},
        }
        if governed:
            state = names.format("warned" if number >= departs else "active")
            body["standings"] = [{"state": names.format("active")}, {"state": state}]
            if number == departs:
                case = {"case": "c", "agent": agents[1], "rule": names.format("P2"), "signals": []}
                body["cases"] = [case]
        lines.append(line(len(lines), "round", number, body))
        if governed and number == departs:
            edge = names.format("P2") + ":" + names.format("active") + "->" + names.format("warned")
            lines.append(
                line(len(lines), "transition", number, {"agent": agents[1], "edge": edge, "event": "violation"})
            )
            fine = {"agent": agents[1], "sanction": "fine", "rule": names.format("P2"), "amount_e6": 250_000_000}
            lines.append(line(len(lines), "sanction", number, fine))
    return "\n".join(lines)


def drawing(names: str = "{}") -> dict[str, Any]:
    def box(x: int, name: str, first: bool) -> dict[str, Any]:
        return {
            "x": x,
            "y": 60,
            "width": 120,
            "height": 60,
            "name": names.format(name),
            "label": names.format("LABEL"),
        } | {"first": first}

    edge = names.format("P2") + ":" + names.format("active") + "->" + names.format("warned")
    return {
        "name": names.format("ladder"),
        "title": names.format("ladder"),
        "subtitle": "",
        "width": 500,
        "height": 200,
        "boxes": [box(20, "active", True), box(300, "warned", False)],
        "arcs": [
            {"edge": edge, "kind": "escalation", "start": 80, "end": 360, "row": 60, "height": 30, "side": -1},
        ],
        "labels": [{"edge": edge, "x": 220, "y": 20, "lines": [["event", names.format("violation")]]}],
    }


def two(*, a: str | None = None, b: str | None = None, names: str = "{}") -> Answers:
    known = ["duopoly-audit", "ladder", "ladder-twice", "milder", names.format("other")]
    found: dict[str, Any] = {"institutions": {"institutions": known}}
    arms = [{"market": names.format("duopoly"), "institution": institution} for institution in ("milder", "")]
    for name, text in ((A, a or log(names=names)), (B, b or log(seed=3, governed=False, rounds=10, names=names))):
        found[f"runs/{name}/entries"] = text
        found[f"runs/{name}/drawings"] = {DIGEST: drawing(names)}
    return Answers(pages={"camp": {"arms": arms}}, others=found)


def under(names: str = "{}") -> dict[str, Any]:
    """As the server judges the governed run by a milder institution: accused two rounds later, and not fined."""
    rounds = []
    for number in range(1, 13):
        case = {"case": "d", "agent": names.format("firm_2"), "rule": names.format("Q1"), "signals": []}
        state = names.format("warned" if number >= 7 else "active")
        rounds.append(
            {"round": number, "disturbed": number == 9, "cases": [case] if number == 7 else [], "sanctions": []}
            | {"transitions": [], "announced": [], "standings": [{"state": names.format("active")}, {"state": state}]}
        )
    note = "NOT CAUSAL: agents acted under the institution on record, and might have acted otherwise."
    return {"institution": names.format("milder"), "note": note, "rounds": rounds, "drawing": drawing(names)}


def address(**values: str) -> str:
    return "#/compare?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_two_runs_stand_side_by_side(
    served: Served,
    open_page: OpenPage,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
    look: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(served(two().routes()) + address(a=A, b=B), **look)
    page.get_by_role("heading", name="Differences of set-up").wait_for()
    page.get_by_role("img", name="Graph of ladder").wait_for()
    table = page.locator(".set-up table").inner_text()
    assert "seed\t0\t3" in table
    assert f"ladder {DIGEST[:12]}\tnone" in table
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the page"
    accessible(page)
    picture(page, f"compare-{request.node.callspec.id}")


def test_what_differs_first_is_named_and_looked_at(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + address(a=A, b=B))
    card = page.get_by_role("region", name="What differs first")
    card.wait_for()
    facts = [text.split("\n") for text in card.locator(".fact").all_inner_texts()]
    assert facts == [
        ["Actions", "round 5firm_2"],
        ["Measures", "round 5price, profit"],
        ["Cases", "round 5"],
        ["Standings", "never on both sides"],
    ]
    assert "Round 5 of 12" in page.locator(".round-slider label").inner_text()
    assert page.get_by_role("list", name="What happened to agents of A").inner_text().split("\n") == [
        "firm_2: case under P2",
        "firm_2: from active to warned",
        "firm_2: a fine of 250.00",
    ]


def test_one_slider_moves_both_sides(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + address(a=A, b=B))
    warned = page.locator("[data-state=warned] [data-agent]")
    warned.wait_for()
    assert warned.get_attribute("data-agent") == "firm_2"
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "round 4 of 12"
    assert warned.count() == 0
    assert "round=4" in page.url
    page.keyboard.press("End")
    assert page.get_by_text("This side has no round 12.").is_visible()
    page.get_by_role("button", name="round before").click()
    page.get_by_role("button", name="First difference").click()
    assert slider.input_value() == "5"
    page.reload()
    slider.wait_for()
    assert slider.input_value() == "5"


def test_acts_are_counted_and_listed_and_lead_to_their_round(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + address(a=A, b=B, round="1"))
    counts = page.get_by_role("region", name="Counts")
    counts.wait_for()
    rows = [text.split("\t") for text in counts.inner_text().split("\n")[1:]]
    assert ["Cases", "1", "0", "−1"] in rows
    assert ["Fines", "250.00", "0.00", "−250.00"] in rows
    row = page.locator("[role=row][data-index]")
    assert row.count() == 1
    told = row.locator(".told").first
    assert told.inner_text() == "firm_2: case under P2; firm_2: from active to warned; firm_2: a fine of 250.00"
    assert told.evaluate("one => one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth")
    row.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("slider").input_value() == "5"


def test_outcomes_are_overlaid_with_benchmarks_and_as_a_table(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + address(a=A, b=B))
    page.get_by_role("button", name="Price as a table").click()
    figure = page.locator("figure", has=page.get_by_role("button", name="Price as a table"))
    assert "nash" in figure.inner_text()
    assert "60" in figure.inner_text()
    assert "70" in figure.inner_text()
    page.get_by_label("Lines").select_option("apart")
    profit = page.locator("figure", has=page.get_by_role("button", name="Profit as a table"))
    assert "A firm_2" in profit.inner_text()
    assert "B firm_2" in profit.inner_text()


def test_runs_that_are_alike_are_said_to_be(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two(b=log()).routes()) + address(a=A, b=B))
    page.get_by_text("Both runs were set up alike").wait_for()
    assert page.get_by_text("no difference in 12 rounds").count() == 4
    assert page.get_by_role("button", name="First difference").count() == 0


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_a_run_under_another_institution_says_that_it_is_not_causal(
    served: Served,
    open_page: OpenPage,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
    look: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    answers = two()
    answers.others[f"runs/{A}/under/milder"] = under()
    page = open_page(served(answers.routes()) + address(a=A, under="milder"), **look)
    note = page.get_by_role("note")
    note.wait_for()
    assert "NOT CAUSAL: agents acted under the institution on record" in note.inner_text()
    assert "In 1 of 12 rounds somebody sat out" in note.inner_text()
    facts = [text.split("\n") for text in page.locator(".first-card .fact").all_inner_texts()]
    assert facts == [["Cases", "round 5"], ["Standings", "round 5firm_2"]]
    assert page.get_by_role("heading", name="Outcomes, as recorded").is_visible()
    assert page.locator("[role=row][data-index]").count() == 2
    accessible(page)
    picture(page, f"under-{request.node.callspec.id}")


def test_an_institution_is_picked_from_those_that_there_are(served: Served, open_page: OpenPage) -> None:
    answers = two()
    answers.others[f"runs/{A}/under/milder"] = under()
    page = open_page(served(answers.routes()) + address(a=A))
    page.get_by_label("Judge run A by another institution").select_option("milder")
    page.get_by_role("heading", name="One run, two institutions").wait_for()
    page.get_by_role("note").wait_for()
    assert "under=milder" in page.url


def test_institutions_that_fit_come_first(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + address(a=A, under=""))
    page.get_by_role("heading", name="Judge by another institution").wait_for()
    page.locator("optgroup").nth(1).wait_for(state="attached")
    page.locator("optgroup").first.get_by_text("milder").wait_for(state="attached")
    groups = page.locator("optgroup")
    assert [groups.nth(place).get_attribute("label") for place in (0, 1)] == ["for this market, by name", "others"]
    first = groups.first.locator("option").all_inner_texts()
    assert first == ["ladder", "milder", "duopoly-audit", "ladder-twice"], "its own, its campaign's, then by name"
    assert groups.nth(1).locator("option").all_inner_texts() == ["other"]
    assert page.title() == "governed.duo, seed 0 · Compare · Agoranomos"


def test_what_cannot_be_judged_is_told(served: Served, open_page: OpenPage) -> None:
    answers = two()
    advice = "Choose one for a duopoly."
    answers.broken[f"runs/{A}/under/milder"] = (400, "milder cannot govern a duopoly", advice)
    page = open_page(served(answers.routes()) + address(a=A, under="milder"))
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "milder cannot govern a duopoly" in alert.inner_text()
    assert advice in alert.inner_text()
    page.context.close()
    page.said.clear()  # The browser prints a line for the answer 400 itself.


def test_no_run_leads_back_to_the_campaigns(served: Served, open_page: OpenPage) -> None:
    page = open_page(served(two().routes()) + "#/compare")
    page.get_by_text("No run is chosen yet.").wait_for()
    assert page.get_by_role("link", name="all campaigns").get_attribute("href") == "#/"


@pytest.mark.parametrize("text", [ON_ONE_LINE[0], ON_ONE_LINE[2], ON_ONE_LINE[6], CORPUS[-1]])
def test_hostile_names_are_only_text(served: Served, open_page: OpenPage, text: str) -> None:
    names = "{}" + text.replace("{", "{{").replace("}", "}}")
    answers = two(names=names)
    answers.others[f"runs/{A}/under/milder"] = under(names)
    answers.others[f"runs/{CORPUS[2]}/x/1/entries"] = log(names=names)
    answers.others[f"campaigns/{CORPUS[2]}"] = {"arms": []}
    page = open_page(served([]) + "#/nowhere")
    seen = watch(page)
    base = served(answers.routes())
    for where in (address(a=A, b=B), address(a=A, under="milder"), address(a=CORPUS[2] + "/x/1")):
        page.goto(base + "?" + str(len(where)) + where)
        page.get_by_role("heading").first.wait_for()
        only_text(page, seen)
    page.goto(base + address(a=A, b=B))
    page.get_by_role("list", name="Standings of A").get_by_text(names.format("firm_2")).wait_for()
    only_text(page, seen)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_real_runs_are_compared_and_judged(
    served: Served,
    open_page: OpenPage,
    real: Made,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
) -> None:
    from agoranomos.viewer.routes import Shown, campaign_routes

    base = served(campaign_routes(Shown(real.logs, real.workspace)))
    name = real.scripted.name
    page = open_page(base + address(a=f"{name}/governed.divider/0", b=f"{name}/free.divider/0"))
    page.get_by_role("heading", name="Differences of set-up").wait_for()
    page.get_by_role("img", name="Graph of").first.wait_for()
    assert page.locator(".set-up tbody tr").count() == 1, "two arms of one roster and seed differ in the institution"
    accessible(page)
    picture(page, "compare-real")
    page.get_by_label("Judge run A by another institution").select_option("cournot-antitrust-hardened")
    page.get_by_role("note").wait_for()
    assert "NOT CAUSAL" in page.get_by_role("note").inner_text()
    assert page.get_by_role("img", name="Graph of").count() == 2
    accessible(page)
    picture(page, "under-real")


def test_a_run_leads_to_the_institutions_that_could_judge_it(served: Served, open_page: OpenPage, real: Made) -> None:
    from agoranomos.viewer.routes import Shown, campaign_routes

    base = served(campaign_routes(Shown(real.logs, real.workspace)))
    page = open_page(base + f"#/r/{real.scripted.name}/governed.divider/0")
    page.get_by_role("link", name="Judge by another institution").click()
    page.locator("h1:focus", has_text="Judge by another institution").wait_for()
    fitting = page.locator("optgroup").first
    fitting.get_by_text("cournot-antitrust-silent").wait_for(state="attached")
    names = fitting.locator("option").all_inner_texts()
    assert names[0] == "cournot-antitrust", "its own comes first"
    assert all(name.startswith("cournot-") for name in names)
