"""The chances of a finding: against chains whose chances are known, and against placebos that are played."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.analysis.finding_rates import expected_acts, rates_of
from agoranomos.institutions import bind
from agoranomos.institutions.drawn_findings import FindingRates
from institutions.playing import DIVISION, NASH, duopoly_facts, play, shipped


def chain(rates: FindingRates, runs: int, rounds: int, agents: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = np.zeros((runs, rounds, agents), bool)
    before = np.zeros((runs, agents), bool)
    for number in range(rounds):
        draws = rng.random((runs, 1 if rates.of == "market" else agents))
        before = found[:, number] = draws < np.where(before, rates.again, rates.anew)
    return found


@pytest.mark.parametrize("of", ["agent", "market"])
@pytest.mark.parametrize(("anew", "again"), [(0.05, 0.9), (0.3, 0.3), (0.6, 0.1)])
def test_the_chances_of_a_chain_are_found_again(of: str, anew: float, again: float) -> None:
    given = FindingRates(anew, again, of)  # type: ignore[arg-type]
    found = chain(given, 400, 100, 3)
    measured = rates_of(found, np.ones(found.shape[:2], bool))
    assert measured.of == of
    assert measured.anew == pytest.approx(anew, abs=0.02)
    assert measured.again == pytest.approx(again, abs=0.02)


def test_rounds_that_are_no_evidence_are_left_out() -> None:
    """The round after them follows on the last that was evidence, as the counter does that remembers it."""
    found = np.array([[[True], [False], [False], [True], [False]]])
    evident = np.array([[True, False, False, True, True]])
    assert rates_of(found, evident) == FindingRates(1.0, 0.5, "agent")


def test_what_is_expected_is_what_comes_of_play_whatever_the_play() -> None:
    """Two hundred drawn runs against two hundred played ones, of firms that collude and of firms that do not."""
    bound = bind(shipped("cournot-antitrust-random"), duopoly_facts())
    expected = expected_acts(bound, 30)
    for plan in (NASH, DIVISION):
        cases = fines = 0
        for seed in range(60):
            for moment in play("cournot-antitrust-random", plan, 30, seed=seed):
                assert moment.judgement is not None
                cases += len(moment.judgement.cases)
                fines += sum(sanction.sanction == "fine" for sanction in moment.judgement.sanctions)
        rounds = 60 * 30 * 2
        assert 100 * cases / rounds == pytest.approx(expected["case"], rel=0.1)
        assert 100 * fines / rounds == pytest.approx(expected["fine"], rel=0.1)
