"""What differs in meaning is told, and nothing else: changes are found exactly where the digests of meaning differ."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from agoranomos.documents.reader import places_in
from agoranomos.errors import DocumentError
from agoranomos.institutions import Institution
from agoranomos.institutions.difference import SECTIONS, Change, difference, placed
from institutions.playing import FAITHFUL, HARDENED, institution, shipped, text_of

RICH = (Path(__file__).parent / "every_feature.yaml").read_text()
TEXTS = {FAITHFUL: text_of(FAITHFUL), HARDENED: text_of(HARDENED), "rich": RICH}


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@cache
def read(text: str) -> Institution:
    return institution(text)


def sentences(before: str, after: str) -> list[str]:
    one, other = read(before), read(after)
    changes = difference(one, other)
    assert bool(changes) == (one.semantic_sha256 != other.semantic_sha256)
    assert len(difference(other, one)) == len(changes)
    return [str(change) for change in changes]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at_least: 0.70", "at_least: 0.75", ["signal high_concentration, at_least: was 0.7, is 0.75"]),
        ("initial: active", "initial: fined", ["the initial state: was `active`, is `fined`"]),
        ("floor: 200}       # found", "floor: 250}", [
            "transition warning -> fined (P2_independent_decision), fine.floor: was 200, is 250"]),
        ("label: CLEAR", "label: CLEAN", ["state active, label: was `CLEAR`, is `CLEAN`"]),
        ("suspend: true", "cap: 0.5", [
            "transition fined -> suspended (P2_independent_decision), suspend: was yes, is no",
            "transition fined -> suspended (P2_independent_decision), cap: was nothing, is 0.5"]),
        ("  fine_tier: {max: 3}\n", "  fine_tier: {max: 3}\n  spare: {max: 2}\n", [
            "counter spare is new: max 2"]),
        ("  variance_collapse: {statistic: dispersion-collapse, measure: quantity, window: 5, below: 0.10, "
         "nash_at_least: 0.20}\n", "", None),
        ("    aim: return to good standing\n", "    aim: start anew\n", [
            "rule P3_restoration, aim: was `return to good standing`, is `start anew`"]),
        ("{coordination_streak: least.case_streak >= 3}", "{streak: least.case_streak >= 3}", [
            "transition fined -> suspended (P2_independent_decision), requires: was coordination_streak "
            "`least.case_streak >= 3`, is streak `least.case_streak >= 3`"]),
        ("initial: active\n", "initial: active\nobservation: {lag: 2}\n", [
            "the observation is new: lag 2"]),
        ("when: high_concentration || specialisation", "when: specialisation || high_concentration", [
            "event violation, when: was `high_concentration || specialisation`, "
            "is `specialisation || high_concentration`"
        ]),
    ],
)  # fmt: skip
def test_each_change_is_a_sentence(old: str, new: str, told: list[str] | None) -> None:
    text = TEXTS[FAITHFUL]
    assert old in text
    changed = text.replace(old, new, 1)
    if told is None:
        changed = changed.replace(", variance_collapse]", "]")
        told = [
            "signal variance_collapse is gone: statistic `dispersion-collapse`, measure `quantity`, window 5, "
            "below 0.1, nash_at_least 0.2",
            "event violation, evidence: was `high_concentration`, `specialisation`, `synchronous_move`, "
            "`variance_collapse`, is `high_concentration`, `specialisation`, `synchronous_move`",
        ]
    assert sentences(text, changed) == told


def test_what_the_text_alone_changes_is_no_difference() -> None:
    for text in TEXTS.values():
        tree = loaded(text)
        tree["title"], tree["about"] = "Another", "And more"
        tree["states"]["x" if False else next(iter(tree["states"]))]["about"] = "why"
        assert sentences(text, json.dumps(tree)) == []
    assert sentences(text_of(HARDENED), "# a comment\n" + text_of(HARDENED).replace("0.20", "0.2")) == []


def test_a_key_at_its_default_is_no_difference() -> None:
    text = text_of(FAITHFUL)
    assert sentences(text, text.replace("fine_tier: {max: 3}", "fine_tier: {max: 3, initial: 0}")) == []


def test_the_name_matters_where_agents_read_it() -> None:
    text = text_of(FAITHFUL)
    renamed = text.replace("name: cournot-antitrust\n", "name: other\n")
    assert sentences(text, renamed) == ["the name that agents read: was `cournot-antitrust`, is `other`"]
    untold = [one.replace("Institution {institution}", "Institution") for one in (text, renamed)]
    assert sentences(*untold) == []


def test_the_order_in_which_transitions_are_tried_is_told() -> None:
    tree = loaded(text_of(FAITHFUL))
    edges = tree["transitions"]
    edges[2], edges[3] = edges[3], edges[2]
    told = sentences(text_of(FAITHFUL), json.dumps(tree))
    suspended, fined = "fined -> suspended (P2_independent_decision)", "fined -> fined (P2_independent_decision)"
    rest = "fined -> credited (P3_restoration), fined -> active (P3_restoration)"
    was, now = f"{suspended}, {fined}, {rest}", f"{fined}, {suspended}, {rest}"
    assert told == [f"transitions from fined are tried in another order: the order was {was}; it is {now}"]
    edges[2], edges[3] = edges[3], edges[2]
    edges.insert(0, edges.pop(9))
    (told_once,) = sentences(text_of(FAITHFUL), json.dumps(tree))
    assert told_once.startswith("transitions of different states stand in another order, which decides nothing")


def test_a_transition_under_another_rule_is_the_same_transition() -> None:
    text = text_of(FAITHFUL)
    changed = text.replace("{rule: P3_restoration, from: warning", "{rule: P2_independent_decision, from: warning")
    assert sentences(text, changed) == [
        "transition warning -> active (P3_restoration), rule: was `P3_restoration`, is `P2_independent_decision`"
    ]


def mutated(tree: Any, draw: random.Random) -> Any:
    """A random change somewhere: a number, a flag, a removal, another order."""
    tree = json.loads(json.dumps(tree))
    section = draw.choice([name for name in (*SECTIONS, "transitions", "notices") if tree.get(name)])
    part = tree[section]
    kind = draw.choice(["number", "order", "remove", "add"])
    if kind == "order" and section != "notices":
        keys = list(part if isinstance(part, dict) else range(len(part)))
        draw.shuffle(keys)
        tree[section] = {key: part[key] for key in keys} if isinstance(part, dict) else [part[key] for key in keys]
    elif kind == "remove" and section == "transitions":
        part.pop(draw.randrange(len(part)))
    elif kind == "add" and section in {"counters", "parameters"}:
        part[f"more_{draw.randrange(9)}"] = {"max": 3} if section == "counters" else 3
    elif kind == "number":
        one = draw.choice(list(part.values()) if isinstance(part, dict) else part)
        if isinstance(one, dict):
            numbers = [key for key, value in one.items() if type(value) in (int, float)]
            if numbers:
                one[draw.choice(numbers)] *= 2
    return tree


@pytest.mark.parametrize("name", TEXTS)
def test_changes_are_told_exactly_where_the_meaning_differs(name: str) -> None:
    draw = random.Random(name)
    tree, told, silent = loaded(TEXTS[name]), 0, 0
    for _ in range(12):
        other = mutated(tree, draw)
        for _ in range(draw.randrange(3)):
            other = mutated(other, draw)
        try:
            read(json.dumps(other))
        except DocumentError:
            continue
        found = sentences(json.dumps(tree), json.dumps(other))
        told, silent = told + bool(found), silent + (not found)
    assert told > 3
    assert silent > 0


def test_the_shipped_institutions_differ_in_every_section_that_they_have() -> None:
    changes = difference(shipped(FAITHFUL), shipped(HARDENED))
    assert {change.section for change in changes} == {
        "name", "states", "signals", "events", "counters", "rules", "transitions", "notices"
    }  # fmt: skip


def test_every_change_has_its_place_in_each_file() -> None:
    pair = shipped(FAITHFUL), shipped(HARDENED)
    changes = difference(*pair)
    first, second = places_in(pair[0].source), places_in(pair[1].source)
    places = [placed(change, first, second) for change in changes]
    for change, (before, after) in zip(changes, places, strict=True):
        assert bool(before) == (change.how != "added")
        assert bool(after) == (change.how != "removed")
    assert at(pair[0], places[changes.index(named(changes, "state credited"))][0]).strip().startswith("credited:")


def named(changes: tuple[Change, ...], what: str) -> Change:
    return next(change for change in changes if change.what == what)


def at(one: Institution, place: str) -> str:
    return one.source.text.splitlines()[int(place.rsplit(":", 2)[1]) - 1]
