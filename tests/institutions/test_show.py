"""Text and drawing hold every state and edge, are the same every time, and take nothing from a file as markup."""

from __future__ import annotations

import io
import itertools
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from agoranomos.institutions import Institution
from agoranomos.institutions.drawing import _edge, _extent, laid_out
from agoranomos.institutions.edge_words import gates_of, request_of, sanctions_of, timing_of
from agoranomos.institutions.manifest import Transition
from agoranomos.institutions.severity import by_severity
from agoranomos.institutions.show import as_svg, as_text
from institutions.playing import FAITHFUL, HARDENED, SHIPPED, institution, shipped, text_of

SVG = "{http://www.w3.org/2000/svg}"

TANGLED = """\
kind: institution
version: 1
name: tangled
title: "<b>&amp; \\e[31m red"
states: {a: {label: "<A & B>"}, b: {label: B}, c: {label: C}, d: {label: D}, lone: {label: LONE}}
initial: a
signals: {high: {statistic: mean, measure: hhi, window: 1, at_least: 0.9}}
events: {offence: {when: "high && 'x' < 'y'", accuses: R}, calm: {when: "!high"}}
counters: {seen: {max: 3, initial: 1}}
transitions:
  - {rule: R, from: a, to: b, on: offence, fine: {rate: 0.5}}
  - {rule: S, from: a, to: b, on: offence, when: seen < 2 && high && !calm, cooldown: 2}
  - {rule: R, from: a, to: c, on: offence, cap: 0.25, lasts: 3, jitter: 2}
  - {rule: R, from: a, to: d, on: offence, suspend: true, lasts: 1}
  - {rule: R, from: b, to: b, on: offence, requires: {twice: seen > 1}}
  - {rule: S, from: b, to: b, on: calm, fresh_evidence: true}
  - {rule: R, from: b, to: d, on: offence}
  - {rule: R, from: c, to: b, on: offence}
  - {rule: S, from: d, to: a, on: expiry}
  - {rule: S, from: c, to: a, on: calm}
  - {rule: S, from: c, to: a, on: expiry, cooldown: 1} #
"""
TANGLED = TANGLED.replace("  - {rule: S, from: c, to: a, on: expiry, cooldown: 1} #\n", "")


def every_institution() -> list[Institution]:
    return [*(shipped(name) for name in SHIPPED), institution(TANGLED)]


def printed(given: Institution, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, markup=True, color_system=None)
    console.print(as_text(given))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("given", every_institution(), ids=lambda given: given.name)
def test_the_text_holds_every_state_edge_event_counter_and_signal(given: Institution) -> None:
    text = printed(given)
    for state in given.states:
        assert re.search(rf"── {state} \[", text)
    assert text.count(" -> ") == len(list(given.edges))
    for edge in given.edges:
        assert f"{edge.spec.source} to {edge.spec.target}" in text
    for name in (*given.manifest.events, *given.manifest.counters, *given.manifest.signals):
        assert name in text


def test_the_text_fits_a_narrow_terminal() -> None:
    assert max(len(line) for line in printed(shipped(FAITHFUL), 80).splitlines()) <= 80


def test_nothing_in_a_file_commands_the_terminal() -> None:
    text = printed(institution(TANGLED))
    assert "\x1b" not in text
    assert "\\x1b[31m red" in text
    assert "[b]" not in printed(institution(TANGLED.replace("label: B}", 'label: "[bold]B[/bold]"}'))).replace(
        "[bold]B[/bold]", ""
    )


def test_an_institution_of_one_state_can_be_shown() -> None:
    idle = institution("kind: institution\nversion: 1\nname: idle\nstates: {a: {label: A}}\ninitial: a\n")
    assert "a [A]" in printed(idle)
    assert len(list(ElementTree.fromstring(as_svg(idle)).iter(f"{SVG}rect"))) == 3  # the page, the state, the legend


@pytest.mark.parametrize("given", every_institution(), ids=lambda given: given.name)
def test_the_drawing_has_a_box_for_each_state_and_an_arc_for_each_edge(given: Institution) -> None:
    root = ElementTree.fromstring(as_svg(given))
    boxes = [rect for rect in root.iter(f"{SVG}rect") if (rect.get("class") or "").startswith("box")]
    arcs = [path for path in root.iter(f"{SVG}path") if path.get("class") in {"escalation", "restoration"}]
    assert len(boxes) == len(given.states)
    assert len(arcs) == len(list(given.edges))
    assert [rect.get("class") for rect in boxes].count("box first") == 1
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert set(given.states) <= set(words)
    assert {"accusation or sanction", "way back"} <= set(words)


@pytest.mark.parametrize("given", every_institution(), ids=lambda given: given.name)
def test_the_same_institution_is_drawn_in_the_same_bytes(given: Institution) -> None:
    assert as_svg(given) == as_svg(institution(given.source.text))
    assert "\x1b" not in as_svg(given)


def corners(given: Institution, up: bool) -> tuple[list[Any], list[tuple[float, float]]]:
    order = by_severity(given)
    centers = [900.0 * place for place in range(len(order))]  # room for any state of these
    edges = [_edge(given, edge.spec, order, edge.index) for edge in given.edges]
    laid = laid_out([edge for edge in edges if (edge.target >= edge.source) == up], centers)
    return laid, [(edge.middle - edge.width / 2, edge.middle + edge.width / 2) for edge in laid]


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("given", every_institution(), ids=lambda given: given.name)
def test_labels_and_arcs_do_not_lie_on_each_other(given: Institution, up: bool) -> None:
    laid, labels = corners(given, up)
    for (one, (left, right)), (other, _) in itertools.permutations(zip(laid, labels, strict=True), 2):
        together = min(_extent(one)[1], _extent(other)[1]) - max(_extent(one)[0], _extent(other)[0]) > 0
        assert not together or one.top <= other.height or other.top <= one.height  # heights of their own
        if other.height > one.top:
            assert not any(left < x < right for x in (other.start, other.end)), "an arc runs through a label"
    ports = sorted(x for edge in laid for x in (edge.start, edge.end))
    assert all(later - earlier >= 15 for earlier, later in itertools.pairwise(ports))


def test_states_stand_in_the_order_of_severity() -> None:
    assert by_severity(shipped(FAITHFUL)) == ["active", "warning", "credited", "fined", "suspended"]
    assert by_severity(shipped(HARDENED)) == ["active", "warning", "fined", "suspended"]
    assert by_severity(institution(TANGLED)) == ["a", "c", "b", "d", "lone"]


def test_accusations_in_a_circle_are_counted_by_the_shortest_way() -> None:
    circle = TANGLED.replace("  - {rule: S, from: d, to: a, on: expiry}", "  - {rule: S, from: d, to: a, on: offence}")
    assert by_severity(institution(circle))[0] == "a"
    assert as_svg(institution(circle)).count('class="restoration"') == 3  # two edges and the legend


def test_escalations_stand_above_and_ways_back_below_in_what_is_shipped() -> None:
    for name in SHIPPED:
        order = by_severity(shipped(name))
        for edge in shipped(name).edges:
            drawn = _edge(shipped(name), edge.spec, order, edge.index)
            assert (drawn.kind == "escalation") == (drawn.target >= drawn.source)


def edge(**given: Any) -> Transition:
    return Transition.model_validate({"rule": "R", "from": "a", "to": "b", "on": "e", **given})


def test_an_edge_in_words() -> None:
    plain = edge()
    assert (request_of(plain), gates_of(plain), sanctions_of(plain), timing_of(plain)) == ("on e", "", "", "")
    full = edge(
        when="x > 1", requires={"twice": "y > 2"}, cooldown=1, lasts=3, jitter=2, suspend=True, fresh_evidence=True,
        fine={"rate": [0.5, 1.25], "by": "tier", "over": "evidence", "above": "nash", "floor": 200},
    )  # fmt: skip
    assert request_of(full) == "on e if x > 1"
    assert gates_of(full) == "twice: y > 2; cooldown 1 round"
    assert sanctions_of(full) == "fine 50/125% of profit above Nash in the window, at least 200, suspension"
    assert timing_of(full) == "for 3 to 5 rounds, evidence starts anew"
    assert sanctions_of(edge(cap=0.25, lasts=1, fine={"rate": 0.1})) == "fine 10% of profit, cap at 25% of capacity"
    assert timing_of(edge(lasts=1)) == "for 1 round"
    assert gates_of(edge(cooldown=2)) == "cooldown 2 rounds"


def test_the_shipped_text_is_what_is_drawn() -> None:
    """Rates in the drawing come from the file."""
    assert "fine 35/75/100% of profit," in as_svg(shipped(FAITHFUL))
    assert "fine 36/75/100% of profit," in as_svg(institution(text_of(FAITHFUL).replace("0.35", "0.36")))
