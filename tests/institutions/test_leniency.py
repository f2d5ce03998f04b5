"""Coming forward, loss of credit, and what others' standings are good for."""

from __future__ import annotations

from typing import Any

import pytest

from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import Governed, bind, replay
from agoranomos.institutions.bind import BoundFine
from agoranomos.institutions.controller import spared_e6
from agoranomos.logs import MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FIRMS, NASH, duopoly_facts, institution, play, recorded

TEXT = """\
kind: institution
version: 1
name: lenient
states: {free: {label: FREE}, caught: {label: CAUGHT}}
initial: free
signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.5, goods: mean}}
events:
  offence: {when: high, accuses: R}
counters: {credits: {max: 9, initial: 5}}
transitions:
  - {rule: R, from: free, to: caught, on: offence, fine: {rate: 1, leniency: {share: 0.8, within: 4}}}
"""


def test_the_first_to_report_pays_less() -> None:
    moments = play(institution(TEXT), lambda n, _: DIVISION if n == 3 else NASH, 3, reports=at({2: ["firm_2"]}))
    assert moments[2].fine("firm_1") == pytest.approx(1800)
    assert moments[2].fine("firm_2") == pytest.approx(360)
    spared = {s.agent: s.spared_e6 for s in moments[2].judgement.sanctions}  # type: ignore[union-attr]
    assert spared == {"firm_1": 0, "firm_2": 1_440_000_000}


@pytest.mark.parametrize(
    ("reported", "paid"),
    [
        ({}, (1800, 1800)),
        ({5: ["firm_1"]}, (360, 1800)),  # in the very round of the fine
        ({2: ["firm_1"]}, (360, 1800)),  # the oldest that still counts
        ({1: ["firm_1"]}, (1800, 1800)),  # it lapsed
        ({2: ["firm_2"], 3: ["firm_1"]}, (1800, 360)),
        ({1: ["firm_2"], 3: ["firm_1"]}, (360, 1800)),
        ({3: ["firm_1", "firm_2"]}, (1080, 1080)),  # both at once: they divide the share
        ({3: ["firm_2"], 4: ["firm_2", "firm_1"]}, (1800, 360)),  # saying it again makes it no younger
    ],
)
def test_which_report_counts(reported: dict[int, list[str]], paid: tuple[float, float]) -> None:
    moments = play(institution(TEXT), lambda n, _: DIVISION if n == 5 else NASH, 5, reports=at(reported))
    assert tuple(moments[4].fine(firm) for firm in FIRMS) == pytest.approx(paid)


def at(reported: dict[int, list[str]]) -> Any:
    return lambda number: reported.get(number, ())


def test_a_fine_counts_reports_within_its_own_time() -> None:
    short = BoundFine((1_000_000,), None, False, False, 0, 500_000, 2)
    assert [spared_e6(short, 1000, (9, 0), number, 0) for number in (9, 10, 11)] == [500, 500, 0]
    assert spared_e6(short, 1000, (9, 10), 11, 0) == 0
    assert spared_e6(short, 1000, (9, 10), 11, 1) == 500


def test_reports_are_recorded_and_replayed() -> None:
    lines = recorded(institution(TEXT), DIVISION, 4, reports=at({1: ["firm_2"]}))
    assert b'"reports":["firm_2"]' in lines[1] or any(b'"reports":["firm_2"]' in line for line in lines)
    tallies = replay(lines).tallies
    assert tallies["firm_1"].fines_e6 == 1_800_000_000
    assert tallies["firm_2"].fines_e6 == 360_000_000


def test_a_report_by_nobody_known_is_refused_before_the_market_moves() -> None:
    governed = Governed(parallel_env(rounds=3), institution(TEXT))
    governed.reset(seed=1)
    moves = {firm: [1.0, 1.0] for firm in FIRMS}
    with pytest.raises(UsageError, match="firm_9"):
        governed.clear_and_judge(moves, reports=["firm_9"])
    governed.step(moves)


def test_an_agent_of_a_governed_environment_may_report() -> None:
    governed = Governed(parallel_env(rounds=3), institution(TEXT), MemoryLog(), reporting=True)
    governed.reset(seed=1)
    space = governed.action_space("firm_1")
    assert set(space.spaces) == {"action", "report"}  # type: ignore[attr-defined]
    assert governed.action_space("firm_1") is space
    *_, infos = governed.step({firm: {"action": DIVISION[firm], "report": int(firm == "firm_1")} for firm in FIRMS})
    assert [infos[firm]["fine"] for firm in FIRMS] == pytest.approx([360, 1800])
    with pytest.raises(UsageError, match="no mapping with 'action' and 'report'"):
        governed.step(dict(DIVISION))


def test_reporting_can_be_asked_for_by_guards() -> None:
    text = TEXT.replace("on: offence, fine", "on: offence, when: reported, fine")
    moments = play(institution(text), DIVISION, 3, reports=at({2: ["firm_1"]}))
    assert [moment.state("firm_1") for moment in moments] == ["free", "caught", "caught"]
    assert [moment.state("firm_2") for moment in moments] == ["free"] * 3


FORFEIT = TEXT.replace("fine: {rate: 1, leniency: {share: 0.8, within: 4}}", "forfeit: {credits: 3}")


def test_a_forfeit_takes_credit_and_is_a_sanction() -> None:
    moment = play(institution(FORFEIT), DIVISION, 1)[0]
    assert moment.standings["firm_1"].counters == (2,)
    (sanction, _) = moment.judgement.sanctions  # type: ignore[union-attr]
    assert (sanction.sanction, sanction.counter, sanction.count) == ("forfeiture", "credits", 3)
    assert sanction.case


def test_a_forfeit_takes_no_more_than_there_is_and_comes_after_set() -> None:
    moment = play(institution(FORFEIT.replace("initial: 5", "initial: 1")), DIVISION, 1)[0]
    assert moment.standings["firm_1"].counters == (0,)
    assert moment.judgement.sanctions[0].count == 1  # type: ignore[union-attr]
    moment = play(institution(FORFEIT.replace("initial: 5", "initial: 0")), DIVISION, 1)[0]
    assert moment.judgement.sanctions == ()  # type: ignore[union-attr]
    moment = play(institution(FORFEIT.replace("forfeit:", 'set: {credits: "8"}, forfeit:')), DIVISION, 1)[0]
    assert moment.standings["firm_1"].counters == (5,)


def test_a_forfeit_of_what_is_no_counter_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(AgoraError, match="unknown counter 'credit'"):
        institution(FORFEIT.replace("forfeit: {credits", "forfeit: {credit"))


def test_forfeitures_are_replayed() -> None:
    assert replay(recorded(institution(FORFEIT), DIVISION, 3)).rounds == 3


def test_guards_may_count_the_others_in_a_state() -> None:
    text = TEXT.replace("on: offence, fine: {rate: 1, leniency: {share: 0.8, within: 4}}", "on: offence, when: GUARD")
    third = {"firm_3": (0.0, 0.0)}
    costs = ((40.0, 50.0), (50.0, 40.0), (45.0, 45.0))

    def states(guard: str) -> list[list[str]]:
        plan = {**DIVISION, **third}
        moments = play(institution(text.replace("GUARD", guard)), plan, 2, marginal_cost=costs)
        return [[m.standings[firm].state for firm in ("firm_1", "firm_2", "firm_3")] for m in moments]

    assert states("others.free == 2") == [["caught"] * 3] * 2  # as it was before the round, for all at once
    assert states("others.caught == 0") == [["caught"] * 3] * 2
    assert states("others.caught > 0") == [["free"] * 3] * 2


PERSISTENT = TEXT.replace("window: 1,", "window: 2, persists: 2, within: 3,")


def test_a_signal_may_have_to_persist() -> None:
    def caught_in(plan: set[int]) -> int | None:
        moments = play(institution(PERSISTENT), lambda n, _: DIVISION if n in plan else NASH, 9)
        return next((n for n, moment in enumerate(moments, 1) if moment.judgement.cases), None)  # type: ignore[union-attr]

    # A window of two passes when one of its rounds is a division (mean 0.5); two of three windows must.
    assert caught_in({1, 2, 3}) == 4  # 2 + 3 - 1 rounds must be there
    assert caught_in({5}) == 6
    assert caught_in(set()) is None
    bound = bind(institution(PERSISTENT), duopoly_facts())
    assert (bound.signals["high"].window, bound.window) == (4, 4)


def test_a_persistent_case_says_in_how_many_rounds() -> None:
    moments = play(institution(PERSISTENT), DIVISION, 4)
    (signal,) = moments[3].judgement.cases[0].signals  # type: ignore[union-attr]
    assert (signal.value, signal.threshold) == (3, 2)


def test_persisting_longer_than_within_is_refused() -> None:
    with pytest.raises(AgoraError, match=r"persists \(4\) is above within \(3\)"):
        institution(PERSISTENT.replace("persists: 2", "persists: 4"))
