"""The same conduct under two institutions: where they part, the play that shows it passes under one and fails under the
other."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from agoranomos.institutions import Institution
from agoranomos.institutions.difference import difference
from agoranomos.institutions.difference_outcomes import Compared, first_difference, outcomes
from agoranomos.institutions.difference_standings import reached
from agoranomos.institutions.trace_run import check_trace
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.checker.random_graphs import random_graph
from institutions.playing import FAITHFUL, HARDENED, institution, shipped, text_of

RICH = (Path(__file__).parent / "every_feature.yaml").read_text()


def named(compared: tuple[Compared, ...], about: str) -> Compared:
    return next(one for one in compared if one.play.about == about)


def assert_parts(one: Institution, other: Institution, compared: Compared) -> None:
    assert compared.traces is not None
    market = parallel_env()
    first, second = compared.traces
    assert first.length == second.length == compared.differs
    assert check_trace(one, first, market) == ()
    assert check_trace(other, second, market) == ()
    if set(one.manifest.signals) == set(other.manifest.signals):
        assert check_trace(other, first, market) != ()


@pytest.mark.parametrize(
    ("old", "new", "round_number", "about"),
    [
        ("[0.35,", "[0.30,", 2, "an offence in every round"),
        ("lasts: 5, cooldown: 1}", "lasts: 7, cooldown: 1}", 6, ""),
        ("on: violation, lasts: 5", "on: violation, suspend: true, lasts: 5", 1, "an offence in every round"),
        ("least.case_streak >= 3", "case_streak >= 3", 8, "an offence in every round, by one agent alone"),
    ],
)
def test_they_part_where_the_change_bites(old: str, new: str, round_number: int, about: str) -> None:
    one, other = shipped(FAITHFUL), institution(text_of(FAITHFUL).replace(old, new))
    compared = outcomes(one, other)
    first = first_difference(compared)
    assert first is not None
    assert first.differs == round_number
    assert about in first.play.about
    assert_parts(one, other, first)


def test_what_an_institution_does_to_itself_does_not_differ() -> None:
    for name in (FAITHFUL, HARDENED):
        assert first_difference(outcomes(shipped(name), shipped(name), parallel_env())) is None


def test_the_shipped_ladders_part_over_harm_in_the_market() -> None:
    compared = outcomes(shipped(FAITHFUL), shipped(HARDENED), parallel_env())
    competitive = named(compared, "competitive in every round")
    assert (competitive.before.cases > 0, competitive.after.cases) == (True, 0)
    milked = named(compared, "an offence, then clean rounds (5), over and over")
    assert (milked.before.fines, milked.before.sanctions) == (0, 0)
    assert milked.after.sanctions > 0
    assert named(compared, "nash in every round").differs == 0
    for one in compared:
        if one.differs:
            assert_parts(shipped(FAITHFUL), shipped(HARDENED), one)


def test_a_threshold_shows_in_a_market_and_not_without_one() -> None:
    other = institution(text_of(FAITHFUL).replace("at_least: 0.48", "at_least: 0.26"))
    assert first_difference(outcomes(shipped(FAITHFUL), other)) is None
    assert first_difference(outcomes(shipped(FAITHFUL), other, parallel_env())) is not None


def test_audits_take_place_in_every_offence() -> None:
    lenient = institution(RICH.replace("rate: [0.385,", "rate: [0.285,"))
    first = first_difference(outcomes(institution(RICH), lenient))
    assert first is not None
    assert first.traces is not None
    assert first.traces[0].rounds[0].audits == {"all": ("look", "sweep")}
    assert_parts(institution(RICH), lenient, first)


def test_an_institution_that_accuses_nobody_has_quiet_plays_only() -> None:
    calm = institution(
        "kind: institution\nversion: 1\nname: calm\nstates: {a: {label: A}, b: {label: B}}\ninitial: a\n"
        "events: {always: {when: round > 3}}\ntransitions: [{rule: R, from: a, to: b, on: always}]\n"
    )
    compared = outcomes(calm, shipped(FAITHFUL))
    assert all(one.before.cases == 0 for one in compared)
    assert named(compared, "no signal in any round").differs == 1  # its states have other names


def test_random_graphs_part_where_their_plays_say() -> None:
    graphs = [institution(random_graph(seed).yaml) for seed in range(7)]
    parted = 0
    for one, other in itertools.pairwise(graphs):
        assert bool(difference(one, other)) == (one.semantic_sha256 != other.semantic_sha256)
        first = first_difference(outcomes(one, other))
        if first is not None:
            parted += 1
            assert_parts(one, other, first)
    assert parted > 3


def test_standings_states_and_transitions_that_are_reached() -> None:
    full = reached(shipped(HARDENED), most_standings=10_000)
    assert full.complete
    assert full.states == ("active", "warning", "fined", "suspended")
    assert "fined->suspended" in full.transitions
    cut = institution(text_of(HARDENED).replace("least.offences >= 4", "least.offences >= 12"))
    less = reached(cut, most_standings=10_000)
    assert less.states == ("active", "warning", "fined")
    assert set(full.transitions) - set(less.transitions) == {"fined->suspended", "suspended->fined"}
    assert less.standings < full.standings
    assert not reached(shipped(HARDENED), most_standings=50).complete
