"""The hardened ladder acts on harm: what it leaves unpunished, and what it deters, in the papers' duopoly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, Institution, load_institution
from agoranomos.markets.cournot_v0 import parallel_env
from agoranomos.workspace import library_root

NASH_PROFIT = 13000 / 9  # 1444.44, section 1.1 of the published benchmarks
SPECIALISED_AT_NASH_PRICE = (190 / 3 - 40) * (200 - 2 * 190 / 3)  # the best plan whose prices never exceed Nash


def institution(name: str) -> Institution:
    return load_institution(read_text(Path(library_root()) / "institutions" / f"{name}.yaml"))


def division_at(elevation: float) -> dict[str, np.ndarray]:
    """A full division whose prices are parked at `elevation`: P = P_Nash + elevation (70 - P_Nash)."""
    price = 190 / 3 + elevation * (70 - 190 / 3)
    output = 2 * (100 - price)
    return {"firm_1": np.array([output, 0.0]), "firm_2": np.array([0.0, output])}


def shares_at_nash(scale: float) -> dict[str, np.ndarray]:
    own, other = 140 / 3 * scale, 80 / 3 * scale
    return {"firm_1": np.array([own, other]), "firm_2": np.array([other, own])}


def average_profit(name: str, actions: dict[str, np.ndarray], rounds: int = 300) -> tuple[float, int, int]:
    """Net profit per firm and round, and the cases and sanctions, when firms play `actions` all the time."""
    governed = Governed(parallel_env(rounds=rounds), institution(name))
    governed.reset(seed=0)
    total, cases, sanctions = 0.0, 0, 0
    while governed.agents:
        pending = governed.clear_and_judge(actions)
        governed.commit(pending)
        total += sum(governed.apply(pending)[1].values())
        assert pending.judgement is not None
        cases += len(pending.judgement.cases)
        sanctions += len(pending.judgement.sanctions)
    return total / (2 * rounds), cases, sanctions


def test_a_division_parked_under_the_threshold_gains_little_through_harm() -> None:
    profit, cases, sanctions = average_profit("cournot-antitrust-hardened", division_at(0.199))
    assert (cases, sanctions) == (0, 0)
    assert (profit - SPECIALISED_AT_NASH_PRICE) / NASH_PROFIT == pytest.approx(0.0221, abs=1e-4)


@pytest.mark.parametrize("elevation", [0.201, 0.25, 0.35, 0.499, 0.75, 1.0])
def test_a_division_above_the_threshold_earns_less_than_nash(elevation: float) -> None:
    profit, _, sanctions = average_profit("cournot-antitrust-hardened", division_at(elevation))
    assert sanctions > 0
    assert profit < NASH_PROFIT


def test_the_threshold_of_one_half_would_leave_a_parked_division_23_per_cent_over_nash() -> None:
    price = 190 / 3 + 0.499 * (70 - 190 / 3)
    profit = (price - 40) * 2 * (100 - price)
    assert profit / NASH_PROFIT - 1 == pytest.approx(0.2308, abs=1e-4)
    assert (profit - SPECIALISED_AT_NASH_PRICE) / NASH_PROFIT == pytest.approx(0.0461, abs=1e-4)


def test_a_cartel_at_nash_shares_is_sanctioned_only_by_the_hardened_graph() -> None:
    cartel = shares_at_nash(9 / 11)  # 38.18 and 21.82: the monopoly's output, everyone's Nash share
    assert average_profit("cournot-antitrust", cartel)[1:] == (0, 0)
    profit, _, sanctions = average_profit("cournot-antitrust-hardened", cartel)
    assert sanctions > 0
    assert profit < NASH_PROFIT


def test_efficient_specialisation_is_sanctioned_only_by_the_faithful_graph() -> None:
    first_best = {"firm_1": np.array([100.0, 0.0]), "firm_2": np.array([0.0, 100.0])}
    assert average_profit("cournot-antitrust-hardened", first_best)[1:] == (0, 0)
    assert average_profit("cournot-antitrust", first_best)[2] > 0


def test_firms_that_take_turns_at_restraint_cannot_hold_prices_up() -> None:
    """Ten rounds at full division, ten at Nash, for ever: the long-run elevation is 0.5, and it does not pay."""
    governed = Governed(parallel_env(rounds=400), institution("cournot-antitrust-hardened"))
    governed.reset(seed=0)
    total = 0.0
    while governed.agents:
        collude = (governed.round // 10) % 2 == 0
        rewards = governed.step(division_at(1.0) if collude else shares_at_nash(1.0))[1]
        total += sum(rewards.values())
    assert total / 800 < NASH_PROFIT
