"""Replay: every honest run comes out byte for byte, and each planted change is named with its entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest
import rfc8785

from agoranomos.institutions import Institution, ReplayMismatch, replay
from agoranomos.institutions.entries import decode_entry
from agoranomos.institutions.recorded_schedule import check_same_institution
from institutions.playing import (
    DIVISION,
    FAITHFUL,
    HARDENED,
    NASH,
    SHIPPED,
    institution,
    play,
    random_plan,
    recorded,
    shipped,
    text_of,
)

JITTERED = text_of(FAITHFUL).replace("lasts: 5, cooldown: 1}", "lasts: 5, jitter: 2, cooldown: 1}")


@cache
def division_run() -> tuple[bytes, ...]:
    return tuple(recorded(FAITHFUL, DIVISION, 14, seed=6))


def run() -> list[bytes]:
    return list(division_run())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", [*SHIPPED, None])
def test_random_plays_come_out_byte_for_byte(name: str | None, seed: int) -> None:
    lines = recorded(name, random_plan(seed), 40, seed=seed)
    replayed = replay(lines)
    assert (replayed.rounds, replayed.entries, replayed.closed) == (40, len(lines), True)
    assert replayed.institution == (name or "")


def test_what_it_did_to_whom_is_counted() -> None:
    replayed = replay(run())
    kinds = [decode_entry(line) for line in run()]
    for agent in ("firm_1", "firm_2"):
        tally = replayed.tallies[agent]
        sanctions = [e.body for e in kinds if e.kind == "sanction" and e.body.agent == agent]
        assert tally.fines == sum(body.sanction == "fine" for body in sanctions) == 4
        assert tally.fines_e6 == (630 + 1350 + 1800 + 1800) * 10**6
        assert tally.suspensions == 1
        assert tally.blocked == sum(
            bool(e.body.blocked) for e in kinds if e.kind == "transition" and e.body.agent == agent
        )
        assert tally.cases == 8
        assert tally.transitions == 6
    assert replayed.states == {"firm_1": "suspended", "firm_2": "suspended"}
    assert replayed.semantic_sha256 == shipped(FAITHFUL).semantic_sha256


def test_a_run_that_died_replays_up_to_where_it_died() -> None:
    lines = run()[:-1]
    replayed = replay(lines)
    assert not replayed.closed
    assert replayed.rounds == 14


def test_jittered_runs_replay_with_their_draws() -> None:
    lines = recorded(institution(JITTERED), random_plan(1), 30, seed=8)
    assert any(decode_entry(line).kind == "round" and decode_entry(line).body.draws for line in lines)
    assert replay(lines).rounds == 30


# -- planted changes -------------------------------------------------------------------------------------------------


def edited(lines: list[bytes], index: int, edit: Callable[[dict[str, Any]], None]) -> list[bytes]:
    value = json.loads(lines[index])
    edit(value)
    return [*lines[:index], rfc8785.dumps(value), *lines[index + 1 :]]


def renumbered(lines: list[bytes]) -> list[bytes]:
    """The same bodies with sequence numbers that hide what was dropped, inserted or swapped."""
    values = [json.loads(line) for line in lines]
    return [rfc8785.dumps({**value, "seq": seq}) for seq, value in enumerate(values)]


def index_of(lines: list[bytes], kind: str, which: int = 0) -> int:
    return [index for index, line in enumerate(lines) if decode_entry(line).kind == kind][which]


def expect_mismatch(lines: list[bytes], entry: int, words: str = "") -> ReplayMismatch:
    with pytest.raises(ReplayMismatch) as found:
        replay(lines)
    assert found.value.entry == entry, str(found.value)
    assert words in found.value.message
    return found.value


def _set(*path: str | int) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    def to(value: Any) -> Callable[[dict[str, Any]], None]:
        def edit(entry: dict[str, Any]) -> None:
            node = entry
            for part in path[:-1]:
                node = node[part]  # type: ignore[index]
            assert node[path[-1]] != value  # type: ignore[index]
            node[path[-1]] = value  # type: ignore[index]

        return edit

    return to


ROUND_9 = 8


@pytest.mark.parametrize(
    ("kind", "which", "path", "value", "words"),
    [
        ("round", ROUND_9, ("body", "standings", 0, "state"), "active", "`standings`"),
        ("round", ROUND_9, ("body", "standings", 1, "counters", 3), 0, "`standings`"),
        ("round", ROUND_9, ("body", "cases", 0, "rule"), "P3_restoration", "`cases`"),
        ("round", ROUND_9, ("body", "cases", 1, "signals", 0, "value"), 1, "`cases`"),
        ("round", ROUND_9, ("body", "cases"), [], "not in canonical form"),
        ("round", ROUND_9, ("body", "cases", 0, "signals"), [], "`cases`"),
        ("round", ROUND_9, ("body", "measures", "hhi_e6", 0), 10**6 - 1, ""),
        ("round", ROUND_9, ("round",), 10, "round 10 is recorded where round 9 was expected"),
        ("transition", 3, ("body", "edge"), "P2_independent_decision:fined->active", "`edge`"),
        ("transition", 3, ("body", "event"), "clean", "`event`"),
        ("transition", 0, ("body", "lasts"), 3, "`lasts`"),
        ("transition", 3, ("body", "agent"), "firm_1", "`agent`"),
        ("transition", 3, ("round",), 5, "it says round 5 in round 6"),
        ("sanction", 2, ("body", "amount_e6"), 1_349_999_999, "`amount_e6`"),
        ("sanction", 2, ("body", "rule"), "P3_restoration", "`rule`"),
        ("notice", 0, ("body", "text"), "CLEAR", "`text`"),
        ("notice", 4, ("body", "effective_round"), 1, "`effective_round`"),
        ("closed", 0, ("body", "rounds"), 13, "closed in round 14 after 13 rounds, but 14 are recorded"),
        ("closed", 0, ("round",), 13, "closed in round 13 after 14 rounds, but 14 are recorded"),
        ("opened", 0, ("round",), 1, "round 1 is recorded where round 0 was expected"),
        ("opened", 0, ("seq",), 1, "its sequence number is 1"),
        ("opened", 0, ("body", "institution", "file_sha256"), "0" * 64, "file digest"),
        ("opened", 0, ("body", "institution", "semantic_sha256"), "0" * 64, "semantic digest"),
        ("opened", 0, ("body", "institution", "name"), "another", "the recorded institution's name"),
        ("opened", 0, ("body", "institution", "text"), "kind: institution\n", "is not valid"),
    ],
)  # fmt: skip
def test_a_changed_field_is_named_with_its_entry(
    kind: str, which: int, path: tuple[str | int, ...], value: Any, words: str
) -> None:
    lines = run()
    index = index_of(lines, kind, which)
    expect_mismatch(edited(lines, index, _set(*path)(value)), index, words)


def test_a_changed_measure_is_found_where_it_first_changes_a_judgement() -> None:
    """Profit is what fines are taken from: the round still agrees, the sanction does not."""
    lines = run()
    index = index_of(lines, "round", 5)
    changed = edited(lines, index, _set("body", "measures", "profit_e6", 0)(900_000_000))
    fine = next(i for i in range(index, len(lines)) if decode_entry(lines[i]).kind == "sanction")
    expect_mismatch(changed, fine, "amount_e6")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("body", "measures", "hhi_e6"), None),
        (("body", "measures", "hhi_e6"), [1]),
        (("body", "measures", "profit_e6"), [1, None, 2]),
        (("body", "measures", "share_e6"), [[1, 2], [3]]),
        (("body", "measures"), {"hhi_e6": [1, 2]}),
        (("body", "measures", "hhi_e6"), 7),
    ],
)
def test_misshapen_measures_are_a_finding_and_no_crash(path: tuple[str, ...], value: Any) -> None:
    lines = run()
    index = index_of(lines, "round", 2)
    expect_mismatch(edited(lines, index, _set(*path)(value)), index, "measure")


def test_an_edited_manifest_is_found_by_its_digests_and_then_by_what_it_decides() -> None:
    lines = run()
    text = json.loads(lines[0])["body"]["institution"]["text"]
    milder = text.replace("[0.35, 0.75, 1.00]", "[0.10, 0.75, 1.00]")
    assert milder != text
    expect_mismatch(edited(lines, 0, _set("body", "institution", "text")(milder)), 0, "file digest")

    def everywhere(entry: dict[str, Any]) -> None:
        changed = institution(milder)
        entry["body"]["institution"] |= {
            "text": milder, "file_sha256": changed.file_sha256, "semantic_sha256": changed.semantic_sha256
        }  # fmt: skip

    expect_mismatch(edited(lines, 0, everywhere), 1, "`text`")  # the first notice states the digest


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("index", range(1, 30, 2))
def test_a_dropped_entry_is_noticed(index: int, hidden: bool) -> None:
    lines = run()
    dropped = lines[:index] + lines[index + 1 :]
    expect_mismatch(renumbered(dropped) if hidden else dropped, index)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("index", range(0, 30, 2))
def test_a_duplicated_entry_is_noticed(index: int, hidden: bool) -> None:
    lines = run()
    twice = [*lines[: index + 1], *lines[index:]]
    expect_mismatch(renumbered(twice) if hidden else twice, index + 1)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("index", range(0, 30, 2))
def test_swapped_entries_are_noticed(index: int, hidden: bool) -> None:
    lines = run()
    swapped = [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]]
    expect_mismatch(renumbered(swapped) if hidden else swapped, index)


def test_an_inserted_entry_that_nobody_decided_is_noticed() -> None:
    lines = run()
    pardon = json.loads(lines[index_of(lines, "sanction")])
    for index in range(1, len(lines), 3):
        if json.loads(lines[index])["body"] != pardon["body"]:
            expect_mismatch(renumbered([*lines[:index], rfc8785.dumps(pardon), *lines[index:]]), index)


def test_an_end_that_was_cut_off_is_noticed_when_decisions_are_missing() -> None:
    lines = run()
    fine = index_of(lines, "sanction")
    found = expect_mismatch(lines[:fine], fine, "the log ends, but the institution decided")
    assert "incomplete" in found.advice


def test_nothing_follows_the_end() -> None:
    lines = run()
    expect_mismatch(renumbered([*lines, lines[-2]]), len(lines), "after the run was closed")


def test_no_entries_and_no_opening() -> None:
    expect_mismatch([], 0, "holds no entry")
    expect_mismatch(renumbered(run()[1:]), 0, "begins with an `opened` entry")
    expect_mismatch([b"{}"], 0, "not a valid entry")


def test_draws_that_are_not_the_seeds_are_noticed() -> None:
    lines = recorded(institution(JITTERED), DIVISION, 8, seed=8)
    index = index_of(lines, "round", 1)
    expect_mismatch(edited(lines, index, _set("body", "draws", 0)(5)), index, "draws are not those of the run's seed")

    def forget(entry: dict[str, Any]) -> None:
        del entry["body"]["draws"]

    expect_mismatch(edited(lines, index, forget), index, "draws")
    for name in (FAITHFUL, None):
        plain = recorded(name, DIVISION, 8)
        index = index_of(plain, "round", 1)

        def plant(entry: dict[str, Any]) -> None:
            entry["body"]["draws"] = [1, 2]

        expect_mismatch(edited(plain, index, plant), index, "draws")


# -- counterfactuals -------------------------------------------------------------------------------------------------


def judged_live(given: Institution, rounds: int) -> dict[str, list[str]]:
    moments = play(given, DIVISION, rounds)
    return {firm: [edge for moment in moments for edge in moment.edges(firm)] for firm in ("firm_1", "firm_2")}


def test_an_ungoverned_run_is_judged_as_it_would_have_been_live() -> None:
    """Until the first suspension a counterfactual is what a governed run of the same actions decides."""
    lines = recorded(None, DIVISION, 12)
    for name in SHIPPED:
        replayed = replay(lines, shipped(name))
        live = play(name, DIVISION, 12)
        assert replayed.institution == name
        assert replayed.states == {firm: live[-1].state(firm) for firm in ("firm_1", "firm_2")}
        fines = sum(round(moment.fine() * 1e6) for moment in live)
        assert replayed.tallies["firm_1"].fines_e6 == fines
    assert replay(lines).tallies["firm_1"].cases == 0


def test_a_governed_run_under_the_other_institution() -> None:
    lines = run()
    other = replay(lines, shipped(HARDENED))
    assert other.institution == HARDENED
    assert other.rounds == 14
    assert other.tallies["firm_1"].fines == 0  # the window of ten rounds, then one warning
    assert other.states["firm_1"] == "warning"
    same = replay(lines, shipped(FAITHFUL))
    assert same.tallies == replay(lines).tallies


def test_a_counterfactual_makes_the_draws_that_the_run_did_not_need() -> None:
    lines = recorded(None, DIVISION, 6, seed=8)
    live = play(institution(JITTERED), DIVISION, 6, seed=8)
    replayed = replay(lines, institution(JITTERED))
    assert replayed.states["firm_1"] == live[-1].state()
    jittered = recorded(institution(JITTERED), DIVISION, 12, seed=8)
    assert replay(jittered, shipped(FAITHFUL)).rounds == 12


def test_a_counterfactual_still_wants_a_run() -> None:
    lines = run()
    with pytest.raises(ReplayMismatch, match="opened"):
        replay(renumbered([*lines[:3], lines[0], *lines[3:]]), shipped(HARDENED))
    index = index_of(lines, "round", 4)
    with pytest.raises(ReplayMismatch, match="was expected"):
        replay(renumbered(lines[:index] + lines[index + 1 :]), shipped(HARDENED))


def test_the_institution_at_hand_is_compared_with_the_recorded_one() -> None:
    opened = decode_entry(run()[0]).body
    check_same_institution(opened, shipped(FAITHFUL))
    titled = institution(text_of(FAITHFUL).replace("title: The published", "title: My"))
    check_same_institution(opened, titled)
    with pytest.raises(ReplayMismatch, match="semantic digest"):
        check_same_institution(opened, shipped(HARDENED))
    with pytest.raises(ReplayMismatch, match="records no institution"):
        check_same_institution(msgspec.structs.replace(opened, institution=None), shipped(FAITHFUL))


def test_nash_play_leaves_no_trace_but_its_rounds() -> None:
    lines = recorded(FAITHFUL, NASH, 10)
    assert [decode_entry(line).kind for line in lines] == ["opened", "notice", "notice", *["round"] * 10, "closed"]


def test_a_firm_left_alone_by_the_recorded_institution_is_not_accused_by_the_other() -> None:
    """Firm 2 is suspended whenever it may be; firm 1 plays Nash and is a sole producer by order."""
    text = (
        "kind: institution\nversion: 1\nname: removes-firm-two\ninitial: active\n"
        "states: {active: {label: CLEAR}, out: {label: OUT}}\n"
        "signals: {small: {statistic: mean, measure: profit, window: 1, at_most: 1000}}\n"
        "events: {weak: {when: small, accuses: R}}\n"
        "transitions:\n"
        "  - {rule: R, from: active, to: out, on: weak, lasts: 30, suspend: true}\n"
        "  - {rule: R, from: out, to: active, on: expiry, fresh_evidence: true}\n"
    )
    plan = {"firm_1": (140 / 3, 80 / 3), "firm_2": (10.0, 0.0)}
    lines = recorded(institution(text), plan, 40)
    found = replay(lines, shipped(FAITHFUL))
    assert found.disturbed == 38
    assert found.tallies["firm_1"].fines == 0
    assert replay(lines).disturbed == 0
