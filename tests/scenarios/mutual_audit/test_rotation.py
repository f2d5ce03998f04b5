"""Rotation parts a pair before favours settle, moves nobody who needs no favour, and costs a third of all episodes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.markets import build_market, load_market
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import mutual_audit_v0
from agoranomos.scenarios.mutual_audit import theory
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)
ROTATION = load_institution(read_text(WORKSPACE.root / "institutions" / "auditor-rotation.yaml"))
ONE, NONE = SCALE, None
SERVED, RELIEVED = 2, 1
"""Episodes of a term, and of a relief."""


def play(name: str, episodes: int = 6, *, rotated: bool = True, silent: str = "", seed: int = 0, **keys: Any) -> Any:
    """Each round's measures, the edges taken in it, and what its first agent earned, where all play this.

    The agent `silent` gives no answer.
    """
    spec = load_market("mutual-audit", WORKSPACE).spec.model_copy(update={"rounds": 2 * episodes, **keys})
    market = build_market(spec.drawn(seed))
    governed = Governed(market, ROTATION if rotated else None)
    governed.reset(seed=seed)
    rounds = []
    while governed.agents:
        moves = {
            agent: None if agent == silent else market.play(name, agent, market.observation(agent))
            for agent in governed.agents
            if governed.may_act(agent)
        }
        pending = governed.clear_and_judge(moves)
        governed.commit(pending)
        _, rewards, _, _, infos = governed.apply(pending)
        edges = [] if pending.judgement is None else [one.edge for one in pending.judgement.transitions]
        fines = sum(info.get("fine", 0.0) for info in infos.values())
        rounds.append((market.measures(), edges, dict(rewards), fines))
    return rounds


def verdicts(rounds: Any, measure: str) -> list[Any]:
    """A measure of the first auditor in every round of verdicts."""
    return [one[0][measure][0] for one in rounds[1::2]]


def test_reciprocators_begin_anew_after_each_relief():
    alone, rotated = play("reciprocator", rotated=False), play("reciprocator")
    assert verdicts(alone, "collusion_e6") == [0, *[ONE] * 5]
    assert verdicts(rotated, "rubber_stamp_e6") == [0, ONE, NONE] * 2
    assert verdicts(rotated, "collusion_e6") == [0, ONE, 0] * 2
    assert [one[0]["cut_e6"][0] for one in rotated[::2]] == [0, ONE, NONE] * 2


def test_best_replies_to_what_was_last_said_of_them_are_parted_alike():
    assert verdicts(play("best-reply", rotated=False), "collusion_e6") == [0, *[ONE] * 5]
    assert verdicts(play("best-reply"), "collusion_e6") == [0, ONE, 0] * 2


@pytest.mark.parametrize("name", ["violate", "rubber-stamper", "inspector", "comply"])
def test_who_waits_for_nothing_does_what_it_did_in_every_episode_in_which_it_serves(name):
    alone, rotated = play(name, rotated=False), play(name)
    for measure in ("rubber_stamp_e6", "correct_e6", "late_e6"):
        kept = [value for place, value in enumerate(verdicts(alone, measure)) if place % 3 != 2]
        assert [value for place, value in enumerate(verdicts(rotated, measure)) if place % 3 != 2] == kept
    assert verdicts(rotated, "rubber_stamp_e6")[2::3] == [NONE] * 2


def test_all_are_relieved_alike_and_nobody_pays_a_fine():
    for name in ("comply", "violate", "reciprocator"):
        rounds = play(name)
        left = [place + 1 for place, one in enumerate(rounds) if "O1_term:serving->relieved" in one[1]]
        back = [place + 1 for place, one in enumerate(rounds) if "O2_return:relieved->serving" in one[1]]
        assert (left, back) == ([4, 10], [6, 12])
        assert all(len(one[1]) in (0, 2) and one[3] == 0 for one in rounds)


def test_relief_takes_a_third_of_what_honest_auditors_are_worth_and_earn():
    alone, rotated = play("comply", rotated=False), play("comply")
    for of in (lambda one: one[0]["principal_e6"], lambda one: round(SCALE * one[2]["auditor_1"])):
        assert 3 * sum(map(of, rotated)) == 2 * sum(map(of, alone)) != 0


def test_who_gave_no_verdict_is_relieved_of_nothing_and_works_on_alone():
    rounds = play("comply", silent="auditor_2")
    assert [one[1] for one in rounds[:6]] == [
        [],
        [],
        [],
        ["O1_term:serving->relieved"],
        [],
        ["O2_return:relieved->serving"],
    ]


def needed(kept: Fraction, deviation: Fraction, punished: Fraction, relieved: int) -> float:
    """The least discount factor at which mutual acceptance pays in the last episode before a relief, by bisection.

    The same pair goes on after it, and remembers; relieved episodes earn nothing.
    """

    def worth(d: float) -> float:
        term = sum(d**k for k in range(SERVED)) * d ** (1 + relieved)
        return float(kept - punished) * term / (1 - d ** (SERVED + relieved))

    low, high = 0.0, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) < float(deviation - kept) else (low, middle)
    return high


def test_with_time_enough_relief_asks_for_more_patience():
    # Of the stage game: 20 kept, 28 by a check of a corner-cutter, 18 against an honest peer.
    terms = mutual_audit_v0.parallel_env(hours="ample").terms
    never = Fraction(0)
    kept = theory.expected(terms, theory.COLLUDE, theory.COLLUDE, never)
    deviation = theory.expected(terms, theory.best_reply(terms, theory.COLLUDE, never), theory.COLLUDE, never)
    punished = theory.expected(terms, theory.best_reply(terms, theory.HONEST, never), theory.HONEST, never)
    parted = theory.critical_discount(terms, never)
    assert parted == Fraction(4, 5)
    assert abs(needed(kept, deviation, punished, relieved=0) - float(parted)) < 1e-9
    # 5 d^3 + d^2 = 4, which is where 2 (d^2 + d^3) = 8 (1 - d^3).
    found = needed(kept, deviation, punished, relieved=RELIEVED)
    assert abs(5 * found**3 + found**2 - 4) < 1e-9
    assert round(found, 3) == 0.866


def test_with_the_hours_of_the_file_no_future_is_needed_so_none_can_be_taken():
    terms = mutual_audit_v0.parallel_env().terms
    assert theory.critical_discount(terms, Fraction(0)) == 0
    assert verdicts(play("nash"), "collusion_e6") == [ONE, ONE, 0] * 2
