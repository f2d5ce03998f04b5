"""The run page: what happened round by round, the graph that moves, what agents were asked, every entry of the log."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from campaigns.laboratory import Lab, make_lab
from viewer.browser.answers import LOOK_NAMES, LOOKS
from viewer.browser.run_pages import hostile_lines, line, long_lines, opened, run_routes
from viewer.conftest import Made
from viewer.corpus import CORPUS, nothing_ran, watch

Served = Callable[..., str]
OpenPage = Callable[..., Any]


SWITCHED = """
kind: campaign
version: 1
name: switched
market: cournot-duopoly
rosters: [divider]
regimes:
  on-off-on:
    institution: cournot-antitrust
    schedule: [{from: 13}, {from: 15, institution: cournot-antitrust-hardened}]
seeds: 1
rounds: 16
"""


def shown(made: Made, logs: Path | None = None) -> Any:
    from agoranomos.viewer.routes import Shown, campaign_routes

    return campaign_routes(Shown(logs or made.logs, made.workspace))


def at(campaign: Path, arm: str, seed: int = 0, **values: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in values.items())
    return f"#/r/{campaign.name}/{arm}/{seed}" + (f"?{query}" if query else "")


def checked(page: Any, verdict: str) -> None:
    """Wait for what the page says of the log as a whole."""
    page.locator(".run-verdict summary").get_by_text(re.compile(verdict)).first.wait_for()


def slider(page: Any) -> Any:
    return page.get_by_role("slider", name="Round")


def state_of(page: Any, agent: str) -> str:
    """The state in whose box an agent's token stands."""
    return str(page.locator(f"[data-agent='{agent}']").evaluate("(one) => one.closest('[data-state]').dataset.state"))


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_a_run_shows_its_rounds_its_graph_and_whether_its_log_holds(
    served: Served,
    open_page: OpenPage,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
    real: Made,
    look: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=6), **look)
    checked(page, "verified")
    page.locator(".chart canvas").first.wait_for()
    page.locator("svg.graph").wait_for()
    head = page.locator(".run-head").inner_text()
    assert "cournot-antitrust" in head
    assert "seed 0" in head
    assert "12 of 12 rounds" in head
    assert "closed" in head
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the page"
    if request.node.callspec.id != "narrow":
        places = [page.locator(one).first.bounding_box() for one in ("svg.graph", ".chart")]
        assert all(place["y"] >= 0 and place["y"] + place["height"] <= 900 for place in places), (
            "seen without scrolling"
        )
        assert places[0]["x"] + places[0]["width"] <= places[1]["x"], "side by side"
    accessible(page)
    picture(page, f"run-{request.node.callspec.id}")


def test_the_slider_moves_tokens_along_the_edges(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=4))
    page.locator("svg.graph").wait_for()
    assert state_of(page, "firm_1") == "active"
    assert page.locator("path.traversed").count() == 0
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    page.locator("[data-state='warning'] [data-agent='firm_1']").wait_for()
    edges = page.locator("path.traversed").evaluate_all("(all) => all.map((one) => one.dataset.edge)")
    assert [edge.split(":")[1] for edge in edges] == ["active->warning"]
    row = page.locator(".run-standings tbody tr").first.inner_text()
    assert "firm_1" in row
    assert "active → warning" in row
    page.wait_for_url("**round=5**")
    page.get_by_label("Round", exact=True).last.fill("1")
    page.keyboard.press("Enter")
    page.locator("[data-state='active'] [data-agent='firm_1']").wait_for()
    assert slider(page).get_attribute("aria-valuetext") == "round 1 of 12"


def test_play_goes_on_by_itself_and_stops_at_the_end(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(
        served(shown(real)) + at(real.scripted, "governed.divider", round=11), reduced_motion="no-preference"
    )
    page.get_by_role("button", name="Play").click()
    page.locator("input[type=range][aria-valuetext='round 12 of 12']").wait_for()
    page.get_by_role("button", name="Play").wait_for()


def test_steps_lead_from_case_to_case_and_tell_what_fired(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=1))
    page.get_by_role("button", name="Next case").click()
    case = page.locator(".run-case").first
    case.wait_for()
    text = case.inner_text()
    assert "5-firm_1" in text
    head = case.locator("thead").inner_text()
    assert "mean of a round" in head
    assert "threshold, recorded" in head
    assert re.search(r"at least 0\.\d+", text), text
    assert "for 5 rounds" in page.locator(".run-judged").inner_text()
    while page.get_by_role("button", name="Next case").is_enabled():
        page.get_by_role("button", name="Next case").click()
        if "a fine of" in page.locator(".run-judged").inner_text():
            break
    assert "a fine of" in page.locator(".run-judged").inner_text()


def test_agents_show_what_they_were_asked_what_they_answered_and_what_changed(
    served: Served,
    open_page: OpenPage,
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Any],
    real: Made,
) -> None:
    page = open_page(served(shown(real)) + at(real.mock, "governed", round=2))
    card = page.get_by_role("article", name="firm_1")
    card.locator("summary", has_text="mock/valid").click()
    prompt = card.locator(".run-text-view", has_text="Prompt")
    prompt.get_by_text("changes since round 1").wait_for()
    assert prompt.locator(".diff-new").count() > 0
    prompt.get_by_label("changes since round 1").uncheck()
    assert "[system]" in prompt.locator("pre").inner_text()
    assert "[user]" in prompt.locator("pre").inner_text()
    assert "chosen_quantities:" in card.locator(".run-text-view").last.inner_text()
    assert "Notice in force" in card.inner_text()
    assert "NOTICE" in card.inner_text()
    accessible(page)
    page.evaluate("scrollTo(0, 0)")
    picture(page, "run-calls")


def test_a_chart_tells_its_numbers_and_takes_a_click(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=3))
    chart = page.locator(".chart").first
    chart.locator("canvas").wait_for()
    chart.get_by_role("button", name="Price as a table").click()
    numbers = chart.get_by_role("table")
    assert numbers.get_attribute("aria-rowcount") == "13"
    assert numbers.locator("tbody tr[aria-current] th").inner_text() == "3"
    assert "nash 63.33" in chart.locator(".chart-legend").inner_text()
    over = chart.locator(".u-over")
    box = over.bounding_box()
    over.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    page.locator("input[type=range][aria-valuetext='round 12 of 12']").wait_for()
    chart.get_by_label("Measure of this chart").select_option("hhi_e6")
    chart.get_by_role("button", name="Herfindahl-Hirschman index of concentration as a table").wait_for()


def test_an_entry_opens_and_moves_the_round(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=1))
    checked(page, "verified")
    grid = page.get_by_role("grid", name="Entries of the log")
    page.get_by_label("Kind of entries").select_option("transition")
    row = grid.locator("[data-index='0']")
    assert "good" in row.inner_text()
    assert "from active to warning" in row.inner_text()
    row.click()
    page.locator("input[type=range][aria-valuetext^='round 5 ']").wait_for()
    entry = page.locator("#entry")
    assert '"kind": "transition"' in entry.locator("pre").inner_text()
    entry.get_by_label("as it lies there").check()
    assert entry.locator("pre").inner_text().startswith('{"body":{"agent":')
    page.get_by_label("only round 5").check()
    page.get_by_label("Kind of entries").select_option("")
    assert {row.split("\n")[2] for row in grid.locator("[data-index]").all_inner_texts()} == {"5"}


def test_a_changed_byte_turns_its_entry_red_and_hides_no_other(
    served: Served, open_page: OpenPage, picture: Callable[[Any, str], Any], real: Made, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(real.logs, logs, symlinks=True)
    (file,) = (logs / real.scripted.name / "runs" / "governed.divider" / "0" / "entries").glob("*.jsonl")
    lines = file.read_bytes().split(b"\n")
    assert b'"kind":"round"' in lines[6]
    lines[6] = lines[6].replace(b'"actions"', b'"actionz"', 1)
    file.write_bytes(b"\n".join(lines))
    page = open_page(served(shown(real, logs)) + at(real.scripted, "governed.divider", round=4))
    checked(page, "tampered")
    grid = page.get_by_role("grid", name="Entries of the log")
    page.locator(".run-bad-entry").wait_for()
    assert page.locator(".run-bad-entry").count() == 1
    assert grid.locator("[data-index='6']").inner_text().split("\n")[:2] == ["6", "✗ bad"]
    assert "round, changed" in grid.locator("[data-index='6']").inner_text()
    assert "good" in grid.locator("[data-index='5']").inner_text()
    slider(page).focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".chart").count() == 4, "what can be read is still shown"
    picture(page, "run-tampered")


@pytest.mark.parametrize("damage", ["notes flipped", "checkpoint removed", "forged octets at the end"])
def test_what_only_the_verifier_sees_is_told_as_it_says_it(
    served: Served, open_page: OpenPage, real: Made, tmp_path: Path, damage: str
) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(real.logs, logs, symlinks=True)
    folder = logs / real.scripted.name / "runs" / "governed.divider" / "0"
    at_run = served(shown(real, logs)) + at(real.scripted, "governed.divider", round=4)
    page = open_page(at_run)
    checked(page, "verified under key")
    if damage == "notes flipped":
        notes = folder / "checkpoints" / "000.notes"
        notes.write_bytes(notes.read_bytes().replace(b"lab", b"lac", 1))
    elif damage == "checkpoint removed":
        (folder / "checkpoint").unlink()
    else:
        (file,) = (folder / "entries").iterdir()
        file.write_bytes(file.read_bytes() + b'{"forged":true}')
    page.reload()
    checked(page, "tampered: |damaged: ")
    assert "verified under" not in page.locator(".run-verdict summary").inner_text()
    assert page.locator(".run-bad-entry").count() == 0, "the entries are those that were signed"


def test_each_phase_shows_the_institution_that_held(
    served: Served, open_page: OpenPage, picture: Callable[[Any, str], Any], tmp_path: Path
) -> None:
    from agoranomos.viewer.routes import Shown, campaign_routes

    def make() -> tuple[Lab, Path]:
        lab = make_lab(tmp_path)
        planned = lab.plan(SWITCHED)
        lab.run(planned)
        return lab, lab.folder(planned).root

    with ThreadPoolExecutor(1) as apart:
        lab, campaign = apart.submit(make).result()
    (arm,) = (one.name for one in (campaign / "runs").iterdir())
    page = open_page(served(campaign_routes(Shown(lab.logs, lab.workspace))) + at(campaign, arm, round=12))
    governance = page.get_by_role("region", name="Governance")
    governance.get_by_role("heading", name="cournot-antitrust", exact=True).wait_for()
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("No institution holds in round 13.").wait_for()
    assert page.locator("svg.graph").count() == 0
    assert page.locator(".run-notice").count() == 0
    page.keyboard.press("End")
    governance.get_by_role("heading", name="cournot-antitrust-hardened").wait_for()
    assert "from round 15" in governance.inner_text()
    assert page.locator(".run-notice").count() == 2
    picture(page, "run-switched")


def test_every_control_is_reached_by_keyboard_and_has_a_name(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=6))
    checked(page, "verified")
    page.locator(".chart canvas").first.wait_for()
    page.locator("svg.graph").wait_for()
    seen: list[tuple[str, str]] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """(() => { const one = document.activeElement; const style = getComputedStyle(one);
            const name = one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent || "";
            return [one.tagName, name, style.outlineStyle !== "none"]; })()"""
        )
        if here[0] == "BODY":
            break
        assert here[1].strip(), here
        assert here[2], f"{here} has no visible focus"
        seen.append((here[0], here[1].strip()[:40]))
    names = [name for _, name in seen]
    for wanted in (
        "Play",
        "Round",
        "Previous case",
        "whole graph",
        "Price as a table",
        "Measure of this chart",
        "Kind of entries",
    ):
        assert wanted in names, (wanted, names)
    assert seen[-1][0] == "DIV", "the last stop is a row of the entries"


def test_hostile_texts_are_read_and_never_run(served: Served, open_page: OpenPage) -> None:
    texts = list(CORPUS)
    spoken = [
        {"agent": texts[0], "round": number, "call": call, "model": text, "messages": [{"role": text, "content": text}]}
        for number, text in enumerate(texts, 1)
        for call in (0, 1)
    ]
    page = open_page(served(run_routes(hostile_lines(texts), texts[4], spoken)) + "#/nowhere")
    seen = watch(page)
    page.evaluate("location.hash = '#/r/c/a/0?round=1'")
    page.locator(".run-call").last.wait_for()
    for summary in page.locator(".run-call summary").all():
        summary.click()
    slider(page).focus()
    for number, text in enumerate(texts, 1):
        page.locator(f"input[type=range][aria-valuetext='round {number} of {len(texts)}']").wait_for()
        assert page.locator("[role=alert]").count() == 0, text
        assert not seen, (text, seen)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"it hangs over the page: {text[:40]}"
        )
        page.keyboard.press("ArrowRight")
    page.get_by_role("grid", name="Entries of the log").locator("[data-index='3']").click()
    page.get_by_role("button", name="whole graph").click()
    nothing_ran(page, seen)
    assert page.get_by_text(texts[0]).count() > 0, "the text stands there as it is"


def test_five_thousand_rounds_scroll_and_slide_without_a_pause(served: Served, open_page: OpenPage) -> None:
    lines = long_lines(5000)
    page = open_page(served(run_routes(lines)) + "#/nowhere")
    page.evaluate("location.hash = '#/r/c/a/0'")
    page.locator(".chart canvas").first.wait_for()
    grid = page.locator(f"[role=grid][aria-rowcount='{len(lines) + 1}']")
    grid.wait_for()
    page.locator(".run-verdict:not(.quiet)").wait_for()
    worked = processor_time(page)
    most = page.evaluate(
        """async () => { const box = document.querySelector(".vscroll"); let most = 0;
        for (let step = 0; step <= 40; step++) { box.scrollTop = box.scrollHeight * step / 40;
            await new Promise(requestAnimationFrame);
            most = Math.max(most, box.querySelectorAll("[data-index]").length); }
        return most; }"""
    )
    assert most <= 60, "only the rows in sight stand in the page"
    assert grid.get_by_text("5000 rounds played").count() == 1, "the last entry is reached"
    assert worked() / 41 < 50, "milliseconds of work for a screenful of rows"
    worked()
    page.evaluate(
        """async () => { const range = document.querySelector(".run-player input[type=range]");
        for (let step = 1; step <= 40; step++) { range.value = step * 124;
            range.dispatchEvent(new Event("input", {bubbles: true}));
            await new Promise(requestAnimationFrame); } }"""
    )
    page.locator("input[type=range][aria-valuetext='round 4960 of 5000']").wait_for()
    assert worked() / 40 < 50, "milliseconds of work for a step of the slider"


def processor_time(page: Any) -> Callable[[], float]:
    """Milliseconds that the page's thread worked since it was asked last, whatever else the machine did."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    known = [0.0]

    def since() -> float:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        before, known[0] = known[0], 1000 * metrics["TaskDuration"]
        return known[0] - before

    since()
    return since


def test_an_opened_entry_is_closed_by_the_escape_key_and_the_row_is_at_hand(
    served: Served, open_page: OpenPage, real: Made
) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider"))
    row = page.get_by_role("grid", name="Entries of the log").locator("[data-index='1']")
    row.focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("region", name="Entry 1")
    entry.wait_for()
    entry.get_by_role("button", name="close").focus()
    page.keyboard.press("Escape")
    entry.wait_for(state="detached")
    assert page.evaluate("document.activeElement.dataset.index") == "1"


def test_what_is_not_at_hand_is_said(served: Served, open_page: OpenPage) -> None:
    call = {"model": "m", "prompt_tokens": 10, "reply_tokens": 2}
    withheld = {**call, "prompt_commitment": "d" * 64, "reply_commitment": "e" * 64}
    beside = {**call, "prompt_sha256": "f" * 64, "reply_sha256": "0" * 64}
    failed = {**call, "prompt_sha256": "f" * 64, "failure": "timeout", "purpose": "plan"}
    body = {
        "actions": [[1_000_000]],
        "measures": {"price_e6": [1_000_000], "profit_e6": [0]},
        "decisions": [{"agent": "firm_1", "calls": [withheld, beside, failed], "repaired": True, "forgotten": 3}],
        "projected": ["firm_1"],
    }
    lines = [line("opened", 0, 0, opened(["firm_1"], ["A"], 1)), line("round", 1, 1, body)]
    page = open_page(served([*run_routes(lines, "No prompt can be written again."), missing_blob()]) + "#/nowhere")
    page.evaluate("location.hash = '#/r/c/a/0'")
    card = page.get_by_role("article", name="firm_1")
    card.locator(".run-call").last.wait_for()
    for summary in card.locator(".run-call summary").all():
        summary.click()
    card.get_by_text("Prompt and reply are withheld").wait_for()
    card.get_by_text("No prompt can be written again.").first.wait_for()
    card.get_by_text("The reply lies beside the log (0000000000000000…) and is not at hand.").wait_for()
    card.get_by_text("There is no reply.").wait_for()
    text = card.inner_text()
    assert "failed: timeout" in text
    assert "plan 3" in text
    assert "10 tokens asked, 2 answered" in text
    assert "made feasible" in text
    assert "reply repaired" in text
    assert "3 rounds forgotten" in text


def test_a_log_that_goes_on_is_read_again(served: Served, open_page: OpenPage) -> None:
    lines = long_lines(20)
    there = lines[:30]
    page = open_page(served(run_routes(there)) + "#/nowhere")
    page.evaluate("location.hash = '#/r/c/a/0'")
    head = page.locator(".run-head")
    head.get_by_text("still open").wait_for()
    assert "10 of 20 rounds" in head.inner_text()
    there += lines[30:]
    head.get_by_role("button", name="Read again").click()
    head.get_by_text("closed").wait_for()
    assert "20 of 20 rounds" in head.inner_text()


def test_many_agents_are_paged_and_their_measures_drawn_as_mean_and_ends(
    served: Served, open_page: OpenPage, accessible: Callable[[Any], None], picture: Callable[[Any, str], Any]
) -> None:
    agents = [f"firm_{number}" for number in range(1, 61)]
    body = {
        "actions": [[1_000_000]] * 60,
        "measures": {"price_e6": [1_000_000], "profit_e6": [number * 1_000_000 for number in range(60)]},
        "standings": [{"state": "active"}] * 59 + [{"state": "fined"}],
    }
    entries = [opened(agents, ["A"], 2), body, body]
    lines = [line("round" if seq else "opened", seq, seq, body) for seq, body in enumerate(entries)]
    page = open_page(served(run_routes(lines)) + "#/nowhere")
    page.evaluate("location.hash = '#/r/c/a/0'")
    page.locator("svg.graph [data-state=active]").get_by_text("+57").wait_for()
    assert "firm_60" in page.locator(".run-standings tbody tr").first.inner_text(), "who stands elsewhere comes first"
    assert "48 more agents" in page.locator(".run-governance").inner_text()
    assert "mean of 60" in page.locator(".chart-legend").nth(1).inner_text()
    page.get_by_role("button", name="after").click()
    page.get_by_role("article", name="firm_9").wait_for()
    assert page.get_by_role("article").count() == 8
    accessible(page)
    picture(page, "run-many")


def test_charts_are_drawn_again_in_the_other_colours(served: Served, open_page: OpenPage, real: Made) -> None:
    page = open_page(served(shown(real)) + at(real.scripted, "governed.divider", round=3))
    canvas = page.locator(".chart canvas").first
    canvas.wait_for()
    light = canvas.evaluate("(one) => one.toDataURL()")
    page.emulate_media(color_scheme="dark")
    assert canvas.evaluate("(one) => new Promise((go) => requestAnimationFrame(() => go(one.toDataURL())))") != light


def missing_blob() -> Any:
    """An empty answer: for status 404 the browser prints an error of its own."""
    from starlette.responses import Response
    from starlette.routing import Route

    return Route("/runs/{id}/{arm}/{seed}/blobs/{sha}", lambda _: Response(b""))
