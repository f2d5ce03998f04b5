"""The faithful graph does what the published one does, its known faults included; the hardened one mends those."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from agoranomos.institutions import Governed
from institutions.playing import (
    DIVISION,
    FAITHFUL,
    HARDENED,
    NASH,
    NASH_PROFIT,
    Moment,
    Play,
    institution,
    play,
    text_of,
)

COLLUSIVE_RENT = 1800 - NASH_PROFIT  # 355.56 per firm and round


def average(moments: list[Moment]) -> float:
    return sum(sum(moment.rewards.values()) for moment in moments) / (2 * len(moments))


def cases(moments: list[Moment]) -> int:
    return sum(len(moment.judgement.cases) for moment in moments if moment.judgement)


def sanctions(moments: list[Moment]) -> int:
    return sum(len(moment.judgement.sanctions) for moment in moments if moment.judgement)


@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
def test_nash_play_gives_no_case_in_fifty_rounds(name: str) -> None:
    moments = play(name, NASH, 50)
    assert cases(moments) == 0
    assert all(moment.state() == "active" and moment.edges() == [] for moment in moments)
    assert average(moments) == pytest.approx(NASH_PROFIT, abs=1e-4)


def test_division_climbs_the_ladder_with_the_published_fines() -> None:
    moments = play(FAITHFUL, DIVISION, 11)
    assert [moment.state() for moment in moments] == ["active"] * 4 + ["warning"] + ["fined"] * 6
    assert [moment.fine() for moment in moments if moment.fine()] == [630.0, 1350.0, 1800.0, 1800.0]
    assert moments[5].rewards["firm_1"] == 1800 - 630  # less than Nash pays, as the paper's deterrence needs
    assert moments[5].infos["firm_1"]["profit"] == 1800


def test_division_is_fined_by_round_seven_at_the_latest() -> None:
    assert any(moment.state() == "fined" for moment in play(FAITHFUL, DIVISION, 7))


def test_a_fine_has_a_floor_and_is_due_on_a_loss_too() -> None:
    """36 and 0 at a price of 45: firm 2 loses 5 on each unit of A, yet owes 200."""
    dumping: Play = {"firm_1": (74.0, 0.0), "firm_2": (36.0, 0.0)}
    moments = play(FAITHFUL, dumping, 6)
    assert moments[5].infos["firm_2"]["profit"] == pytest.approx(36 * (45 - 50))
    assert moments[5].fine("firm_2") == 200.0
    assert moments[5].rewards["firm_2"] == pytest.approx(-180 - 200)
    assert moments[5].infos["firm_1"]["profit"] == pytest.approx(74 * 5)
    assert moments[5].fine("firm_1") == 200.0  # 35% of 370 is less


def test_the_third_tier_without_the_streak_is_blocked_and_fined_again() -> None:
    moments = play(FAITHFUL, DIVISION, 11)
    assert moments[9].edges() == ["fined->suspended!coordination_streak", "fined->fined!cooldown"]
    assert moments[10].edges() == ["fined->suspended!coordination_streak", "fined->fined"]
    blocked = [t for t in moments[10].judgement.transitions if t.blocked]  # type: ignore[union-attr]
    assert blocked[0].case == "11-firm_1"
    assert blocked[0].lasts == 0


def test_with_the_streak_a_suspension_follows_and_lasts_exactly_five_rounds() -> None:
    governed_output = []

    def plan(number: int, governed: Governed) -> Play:
        governed_output.append({firm: governed.may_act(firm) for firm in ("firm_1", "firm_2")})
        return DIVISION

    moments = play(FAITHFUL, plan, 19)
    assert moments[11].edges() == ["fined->suspended"]
    assert [moment.infos["firm_1"]["profit"] for moment in moments[11:18]] == [1800, 0, 0, 0, 0, 0, 1800]
    assert [asked["firm_1"] for asked in governed_output[11:18]] == [True, *[False] * 5, True]
    assert moments[16].edges() == ["suspended->active"]
    suspension = [s for s in moments[11].judgement.sanctions if s.agent == "firm_1"]  # type: ignore[union-attr]
    assert [(s.sanction, s.rounds, s.share_e6, s.amount_e6) for s in suspension] == [("suspension", 5, 0, 0)]


ALONE: Play = {"firm_1": (80.0, 20.0), "firm_2": (80 / 3, 140 / 3)}
"""Firm 1 specialises, no good is concentrated, and firm 2 plays Nash."""


def test_one_firm_alone_is_never_suspended_for_coordination() -> None:
    """The streak is of both: a firm that specialises beside a rival at Nash is fined, and its suspension blocked."""
    moments = play(FAITHFUL, ALONE, 40)
    assert {moment.state("firm_2") for moment in moments} == {"active"}
    assert "fined->suspended!coordination_streak" in moments[-1].edges() + moments[-2].edges()
    assert not any("fined->suspended" in moment.edges() for moment in moments)


def test_a_firm_whose_rival_leaves_a_good_is_accused_only_by_the_faithful_graph() -> None:
    """A known fault of the published signals: who is left alone with a good is `concentrated`."""
    left_alone: Play = {"firm_1": (80.0, 0.0), "firm_2": (80 / 3, 140 / 3)}
    assert play(FAITHFUL, left_alone, 10)[-1].state("firm_2") == "fined"
    assert cases(play(HARDENED, left_alone, 30)) == 0


def test_no_signal_speaks_before_its_window_is_full() -> None:
    for name, window in ((FAITHFUL, 5), (HARDENED, 10)):
        moments = play(name, DIVISION, window)
        assert [cases([moment]) for moment in moments] == [0] * (window - 1) + [2]


def test_rounds_with_a_suspended_firm_are_no_evidence() -> None:
    """The window stands still while somebody is suspended, and events and counters do, too."""
    moments = play(FAITHFUL, DIVISION, 17)
    before, during = moments[11].standings["firm_1"], moments[15].standings["firm_1"]
    assert during.window == before.window
    assert during.counters == before.counters
    assert cases(moments[12:]) == 0


def test_a_rival_is_not_accused_of_a_concentration_that_the_institution_made() -> None:
    """With a streak of its own, firm 1 is suspended; firm 2, alone on both goods then, stays in good standing."""
    text = text_of(FAITHFUL).replace("least.case_streak >= 3", "case_streak >= 3")
    moments = play(institution(text), ALONE, 24)
    absent = [moment.infos["firm_1"]["profit"] == 0 for moment in moments]
    assert sum(absent) == 5
    assert {moment.state("firm_2") for moment in moments} == {"active"}
    accused = {case.agent for moment in moments if moment.judgement for case in moment.judgement.cases}
    assert accused == {"firm_1"}


def test_a_cooldown_counts_rounds_between_two_traversals_of_one_edge_by_one_firm() -> None:
    for cooldown in (0, 1, 2, 3):
        text = text_of(FAITHFUL).replace("cooldown: 1", f"cooldown: {cooldown}")
        text = text.replace("fine_tier + 1}", "fine_tier}")  # stay under the third tier
        moments = play(institution(text), DIVISION, 16)
        crossed = [number for number, moment in enumerate(moments) if "fined->fined" in moment.edges()]
        assert crossed[0] == 6
        assert {later - earlier for earlier, later in itertools.pairwise(crossed)} == {cooldown + 1}


def test_a_credit_is_earned_at_one_clean_exit_and_spent_at_the_next() -> None:
    """Two clean rounds earn one, too late for the exit that they open; the next exit spends it."""

    def plan(number: int, governed: Governed) -> Play:
        return DIVISION if number <= 6 or 12 <= number <= 14 else NASH

    moments = play(FAITHFUL, plan, 30)
    names = [name for name, _, _ in institution(text_of(FAITHFUL)).counter_updates]

    def counter(name: str, number: int) -> int:
        return moments[number - 1].standings["firm_1"].counters[names.index(name)]

    assert moments[10].edges() == ["fined->active"]
    assert (counter("clean_streak", 11), counter("credits", 11), counter("fine_tier", 11)) == (2, 1, 0)
    assert moments[18].edges() == ["fined->credited"]
    assert (counter("credits", 18), counter("earned", 19), counter("credits", 19)) == (1, 1, 1)
    assert moments[21].edges() == ["credited->active"]  # the overlay lasts three rounds
    assert counter("fine_tier", 22) == 0


def test_an_unspent_credit_lapses_after_ten_rounds() -> None:
    text = text_of(FAITHFUL).replace(
        "when: clean_streak >= 2 && credits - earned >= 1, lasts: 3", "when: round < 0, lasts: 3"
    )
    text = text.replace(
        'when: clean_streak >= 2, set: {fine_tier: "0"}}   # full', 'when: round > 12, set: {fine_tier: "0"}}   # full'
    )
    moments = play(institution(text), lambda number, _: DIVISION if number <= 6 else NASH, 40)
    index = [name for name, _, _ in institution(text).counter_updates].index("credits")
    held = [0, *(moment.standings["firm_1"].counters[index] for moment in moments)]
    changes = {number: held[number] - held[number - 1] for number in range(1, 41) if held[number] != held[number - 1]}
    assert changes == {11: 1, 13: 1, 23: -1, 33: -1}


def every(period: int) -> object:
    """Both firms divide in one round of `period` and play Nash in the others."""
    return lambda number, _: DIVISION if (number - 1) % period == 0 else NASH


def test_the_published_ladder_lets_the_cheapest_cycle_earn_59_over_nash() -> None:
    """One round of division, five of Nash: 355.56 / 6 a round. The windowed graph does not even see it."""
    moments = play(FAITHFUL, every(6), 120)  # type: ignore[arg-type]
    assert average(moments) - NASH_PROFIT == pytest.approx(COLLUSIVE_RENT / 6, abs=1e-3)
    assert (round(COLLUSIVE_RENT / 6), cases(moments)) == (59, 0)
    oftener = play(FAITHFUL, every(5), 120)  # type: ignore[arg-type]
    assert average(oftener) - NASH_PROFIT == pytest.approx(71.11, abs=0.01)
    assert cases(oftener) == 0


def test_the_hardened_ladder_makes_that_cycle_a_loss() -> None:
    moments = play(HARDENED, every(6), 120)  # type: ignore[arg-type]
    assert sanctions(moments) > 0
    assert average(moments) < NASH_PROFIT
    assert average(play(HARDENED, every(9), 180)) < NASH_PROFIT  # type: ignore[arg-type]


def test_what_the_hardened_ladder_still_leaves_is_one_round_in_ten() -> None:
    moments = play(HARDENED, every(10), 200)  # type: ignore[arg-type]
    assert cases(moments) == 0
    assert (average(moments) - NASH_PROFIT) / NASH_PROFIT == pytest.approx(0.0246, abs=1e-4)


def test_the_warning_of_the_hardened_ladder_is_given_once_a_run() -> None:
    """Ten rounds of division are free once; whoever goes on with it has lost that after 400 rounds."""

    def while_in_good_standing(number: int, governed: Governed) -> Play:
        return DIVISION if governed.standings["firm_1"].state == "active" else NASH

    moments = play(HARDENED, while_in_good_standing, 400)
    assert sum("active->warning" in moment.edges() for moment in moments) == 1
    assert sum("active->fined" in moment.edges() for moment in moments) > 30
    assert average(moments) - NASH_PROFIT == pytest.approx(-20.44, abs=0.01)
    once = moments[:25]
    assert (average(once) - NASH_PROFIT) * 25 == pytest.approx(10 * COLLUSIVE_RENT, abs=1e-2)


def test_a_fine_over_evidence_takes_what_exceeds_nash_times_the_rate() -> None:
    moments = play(HARDENED, DIVISION, 20)
    fined = next(moment for moment in moments if moment.fine())
    assert fined.fine() == pytest.approx(1.5 * 10 * COLLUSIVE_RENT, abs=1e-3)


def test_noise_around_nash_is_let_be_by_both() -> None:
    rng = np.random.default_rng(5)

    def noisy(number: int, governed: Governed) -> Play:
        return {firm: np.array(row) * (1 + 0.05 * rng.standard_normal(2)) for firm, row in NASH.items()}

    for name in (FAITHFUL, HARDENED):
        assert sum(sanctions(play(name, noisy, 50)) for _ in range(5)) == 0
