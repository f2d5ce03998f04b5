"""The red team finds what is known to be there, says no more than the real judge does, and keeps what it found."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from agoranomos.deterrence.derived import changed
from agoranomos.deterrence.red_team import STAGES, attack, sentence, simulate
from agoranomos.deterrence.red_team.arena import Arena, words
from agoranomos.deterrence.red_team.exhaustive import necklaces
from agoranomos.deterrence.red_team.families import baits
from agoranomos.deterrence.red_team.figure import draw_witness, rounds_drawn
from agoranomos.deterrence.red_team.palette import parked
from agoranomos.deterrence.red_team.search import Allowance, Search
from agoranomos.deterrence.red_team.settled import repeating, settle
from agoranomos.documents import Source
from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, bind, load_institution
from agoranomos.institutions.trace_play import play_trace
from agoranomos.institutions.trace_run import check_trace
from agoranomos.institutions.traces import Trace, TraceRound
from agoranomos.markets import bertrand_v0, build_market
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from agoranomos.workspace import library_root

SEEN_AT_ONCE = [f"signals.{name}.window=1" for name in ("high_concentration", "specialisation", "recovered")]


def shipped(name: str, settings: list[str] | None = None) -> Institution:
    path = library_root() / "institutions" / f"{name}.yaml"
    return changed(load_institution(Source(str(path), path.read_text())), settings or [])


def duopoly():
    return build_market(cournot_spec(marginal_cost=[[40, 50], [50, 40]]))


def ticking():
    """A clock that goes on by a second each time it is read."""
    counter = itertools.count()
    return lambda: float(next(counter))


@pytest.mark.parametrize("name", ["cournot-antitrust", "cournot-antitrust-hardened"])
def test_simulated_play_is_what_the_real_judge_replays(name: str) -> None:
    market, institution = duopoly(), shipped(name)
    bound = bind(institution, market.facts)
    arena = Arena(market.spec, bound)
    rng = np.random.default_rng(3)
    menu = np.stack([arena.nash_e6, arena.counted(arena.known.division.quantity), arena.counted([[20, 5], [60, 30]])])
    actions = menu[rng.choice(3, (2, 80), p=[0.15, 0.75, 0.1])]
    played = simulate(bound, market.spec, actions)
    assert bound.institution.states.index("suspended") in played.state
    for run in range(2):
        rounds = [
            TraceRound(quantities=dict(zip(bound.facts.agents, (action / SCALE).tolist(), strict=True)))
            for action in actions[run]
        ]
        for t, one in enumerate(play_trace(institution, Trace(name="random", rounds=tuple(rounds)), market)):
            fines = [one.judgement.fine_of(agent) for agent in bound.facts.agents]
            assert played.fine_e6[t, run].tolist() == fines
            assert (played.net_e6 + played.fine_e6)[t, run].tolist() == list(one.measures["profit_e6"])
            states = [bound.institution.states[k] for k in played.state[t, run]]
            assert states == [standing.state for standing in one.judgement.standings]
            accused = {case.agent for case in one.judgement.cases}
            assert played.case[t, run].tolist() == [agent in accused for agent in bound.facts.agents]


def test_every_cycle_is_listed_once() -> None:
    # Moreau's necklace-counting function for two and three symbols (OEIS A001037, A027376).
    assert [len(necklaces(2, length)) for length in range(1, 11)] == [2, 1, 2, 3, 6, 9, 18, 30, 56, 99]
    assert [len(necklaces(3, length)) for length in range(1, 7)] == [3, 3, 8, 18, 48, 116]
    assert necklaces(2, 3).tolist() == [[1, 0, 0], [1, 1, 0]]


def test_what_repeats_is_found_with_what_comes_before() -> None:
    assert repeating(np.array([7, 8, *[1, 2, 1] * 30])) == (2, 3)
    assert repeating(np.zeros(40, np.int64)) == (0, 1)
    assert repeating(np.array([*range(39), 0])) is None
    assert repeating(np.arange(40)) is None


def test_the_free_warning_is_milked_where_collusion_is_seen_at_once() -> None:
    found = attack(
        shipped("cournot-antitrust", SEEN_AT_ONCE), duopoly(),
        plans=["nash", "division"], seconds=None, evaluations=200, stages=["families"],
    )  # fmt: skip
    assert found.best.gain_per_round == pytest.approx(355.5556 / 6, abs=0.005)
    assert found.best.family == "cycles warnings"
    assert [one.states[0] for one in found.best.rounds[found.best.prelude :]].count("warning") == 5
    assert found.best.fines_per_round == 0
    assert found.harmful_gain_per_round == pytest.approx(59.26, abs=0.005)
    assert not found.holds
    assert "59.26 a round more than Nash play (4.1%)" in sentence(found)


@pytest.mark.parametrize(("evaluations", "gain"), [(14, 355.5556 / 5), (130, 355.5556 * 2 / 9)])
def test_short_cycles_hide_under_windows_of_five(evaluations: int, gain: float) -> None:
    found = attack(
        shipped("cournot-antitrust"), duopoly(),
        plans=["nash", "division"], seconds=None, evaluations=evaluations, stages=["exhaustive"],
    )  # fmt: skip
    assert found.best.gain_per_round == pytest.approx(gain, abs=0.005)


def test_a_learner_finds_a_way_to_be_warned_for_free() -> None:
    found = attack(
        shipped("cournot-antitrust", SEEN_AT_ONCE), duopoly(),
        plans=["nash", "division"], seconds=None, evaluations=4_000, stages=["learner"],
    )  # fmt: skip
    assert found.best.gain_per_round == pytest.approx(355.5556 / 6, abs=0.005)
    assert found.best.family == "learner"


def test_all_quantities_do_better_and_witnesses_replay() -> None:
    institution, market = shipped("cournot-antitrust"), duopoly()
    options = {"seconds": None, "evaluations": 2_500, "seed": 4, "stages": ["families", "evolution"]}
    found = attack(institution, market, **options)
    assert found.best.gain_per_round > 150
    assert found.best_lawful.gain_per_round > 50
    assert found.harmful_gain_per_round == found.best.gain_per_round - found.best_lawful.gain_per_round
    again = attack(institution, market, **options)
    assert again == found
    for witness in (found.best, found.best_lawful, found.alone, *found.by_family):
        assert check_trace(institution, witness.trace, market) == ()
    nash = market.facts.benchmarks["nash"]["price_e6"]
    assert all(np.all(np.array(one.prices) * SCALE <= np.array(nash) + 1) for one in found.best_lawful.rounds)


@pytest.mark.long
def test_the_hardened_ladder_leaves_little_that_harms() -> None:
    found = attack(shipped("cournot-antitrust-hardened"), duopoly(), seconds=None, evaluations=20_000)
    assert found.best.gain_per_round == pytest.approx(298.67, abs=0.05)
    assert found.best_lawful.gain_per_round == pytest.approx(266.67, abs=0.05)
    assert found.harmful_gain_per_round < 0.03 * found.nash_profit
    assert found.holds


def test_the_hardened_ladder_is_tried_from_what_it_lets_be() -> None:
    found = attack(
        shipped("cournot-antitrust-hardened"), duopoly(), seconds=None, evaluations=1_500, stages=["families"]
    )
    assert found.best_lawful.gain_per_round == pytest.approx(266.67, abs=0.05)
    assert found.best_lawful.gain_per_round < found.best.gain_per_round < 298.67
    assert found.holds


def test_no_institution_lets_the_joint_monopoly_be_found() -> None:
    text = (
        "kind: institution\nversion: 1\nname: idle\nstates: {free: {label: FREE}}\ninitial: free\n"
        "signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 9, goods: mean}}\n"
        "events: {found: {when: high, accuses: R}}\n"
        "transitions: [{rule: R, from: free, to: free, on: found, fine: {rate: 1}}]\n"
    )
    market = duopoly()
    found = attack(load_institution(Source("idle.yaml", text)), market, seconds=None, evaluations=1_500)
    assert found.best.gain_per_round == pytest.approx(355.5556, abs=0.01)
    assert set(found.evaluations) == set(STAGES)


BAITED = """\
kind: institution
version: 1
name: baited
states: {free: {label: FREE}, out: {label: OUT}}
initial: free
signals:
  large: {statistic: mean, measure: hhi, window: 1, at_least: 0.7, accuses: {measure: share, at_least: 0.8}}
events: {found: {when: large, accuses: R}}
transitions:
  - {rule: R, from: free, to: out, on: found, lasts: 2, suspend: true}
  - {rule: R, from: out, to: free, on: expiry}
"""


def test_a_rival_is_baited_into_a_case() -> None:
    market, institution = duopoly(), load_institution(Source("baited.yaml", BAITED))
    search = Search(Arena(market.spec, bind(institution, market.facts)), Allowance(ticking(), None, 900))
    baits(search, parked(search))
    assert search.bait is not None
    assert max(search.bait.gains) > 300
    assert min(search.bait.gains) < -300
    assert search.bait.family == "baits a rival"


LOTS = """\
kind: institution
version: 1
name: lots
states: {free: {label: FREE}, out: {label: OUT}}
initial: free
audits: {look: {probability: 0.3, of: market}, peek: {probability: 0.2, of: agent}}
signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.5, goods: mean}}
events: {found: {when: (look || peek) && high, accuses: R}}
transitions:
  - {rule: R, from: free, to: out, on: found, lasts: 2, jitter: 3, fine: {rate: 0.1}}
  - {rule: R, from: out, to: free, on: expiry}
"""


def test_where_lots_are_drawn_gains_are_means_and_one_draw_is_replayed() -> None:
    market, institution = duopoly(), load_institution(Source("lots.yaml", LOTS))
    found = attack(institution, market, plans=["nash", "division"], seconds=None, evaluations=40, stages=["exhaustive"])
    assert not found.best.exact
    assert 200 < found.best.gain_per_round < 355
    assert found.best.fines_per_round > 0
    assert check_trace(institution, found.best.trace, market) == ()
    assert {state for one in found.best.rounds for state in one.states} == {"free", "out"}


def test_time_and_interrupts_end_a_search_and_keep_what_was_found() -> None:
    market, institution = duopoly(), shipped("cournot-antitrust")
    brief = attack(institution, market, plans=["nash", "division"], seconds=16.0, clock=ticking())
    assert not brief.interrupted
    assert set(brief.evaluations) == set(STAGES)

    def stop(stage: str, evaluations: int, best: float, harmful: float) -> None:
        if best > 70:
            raise KeyboardInterrupt

    found = attack(institution, market, plans=["nash", "division"], seconds=None, evaluations=5_000, progress=stop)
    assert found.interrupted
    assert found.best.gain_per_round > 70


def test_compliance_is_what_is_found_where_nothing_else_is_allowed() -> None:
    found = attack(shipped("cournot-antitrust"), duopoly(), plans=["nash"], seconds=None, evaluations=20)
    assert found.best.gain_per_round == pytest.approx(0, abs=1e-4)
    assert found.holds
    assert found.bait is None
    assert "none of" in sentence(found)


def test_other_markets_and_unknown_outcomes_are_refused() -> None:
    with pytest.raises(UsageError, match=r"bertrand-calvano is no Cournot market.*\n.*agora run"):
        attack(shipped("cournot-antitrust"), bertrand_v0.parallel_env())
    with pytest.raises(UsageError, match="nsh"):
        attack(shipped("cournot-antitrust"), duopoly(), plans=["nsh"], seconds=None, evaluations=5)


def test_what_is_drawn_begins_with_the_prelude(tmp_path: Path) -> None:
    market, institution = duopoly(), shipped("cournot-antitrust")
    found = attack(institution, market, plans=["nash", "division"], seconds=None, evaluations=60, stages=["exhaustive"])
    rounds = rounds_drawn(found.best)
    assert len(rounds) == 60
    assert rounds[: found.best.prelude] == found.best.rounds[: found.best.prelude]
    bound = bind(institution, market.facts)
    draw_witness(tmp_path / "best.png", found.best, bound, "best")
    assert (tmp_path / "best.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="none of these"):
        draw_witness(tmp_path / "best.bmp", found.best, bound, "best")


def test_a_firm_alone_plays_what_a_suspension_leaves_it() -> None:
    market, institution = duopoly(), load_institution(Source("baited.yaml", BAITED))
    arena = Arena(market.spec, bind(institution, market.facts))
    menu = arena.menu(np.stack([arena.nash_e6, arena.counted(arena.known.division.quantity)]))
    found = settle(arena, menu, words([[1]], 1), ["x"], [""], rounds=80)[0]
    assert found.cycle == 3
    assert found.gain == pytest.approx(1800 / 3 - 1444.444, abs=0.01)
