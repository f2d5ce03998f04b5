"""Thresholds from null play: the walk ends where it should, the bound holds, and only the threshold changes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agoranomos.deterrence.calibrated_manifest import calibrated_text
from agoranomos.deterrence.calibrated_play import innocent_plays
from agoranomos.deterrence.calibrated_runs import treat
from agoranomos.deterrence.calibrated_threshold import deciding_signals, movable_thresholds, with_thresholds
from agoranomos.deterrence.calibration import STEP, calibrate
from agoranomos.documents import Source, read_text
from agoranomos.errors import Finding, UsageError
from agoranomos.institutions import Institution, bind, load_institution
from agoranomos.markets import load_market
from agoranomos.statistics import upper_bound_of_rate
from agoranomos.workspace import find_workspace, library_root

HARDENED = "cournot-antitrust-hardened"


@cache
def shipped(name: str = HARDENED) -> Institution:
    return load_institution(read_text(library_root() / "institutions" / f"{name}.yaml"))


@cache
def duopoly() -> Any:
    return load_market("cournot-duopoly", find_workspace(library_root()))


def changed(*changes: tuple[str, str]) -> Institution:
    text = shipped().source.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_institution(Source("changed.yaml", text))


@cache
def small() -> Any:
    return calibrate(shipped(), duopoly(), nulls=("nash", "best-response"), rate=0.05, runs=200, rounds=15, seed=7)


def accused_at(distance: float, seeds: range, play: str) -> int:
    thresholds = movable_thresholds(shipped(), duopoly().facts)
    values = {(one.signal, one.key): one.at(distance) for one in thresholds}
    bound = bind(with_thresholds(shipped(), values), duopoly().facts)
    return treat(bound, duopoly().spec, innocent_plays(duopoly().spec, 0.05)[play], seeds, 15).accused


def test_the_sharpest_step_whose_bound_holds_is_chosen() -> None:
    """Recomputed without the walk: it holds at the step chosen, for every null play, and fails at the next for one."""
    found = small()
    seeds = range(7, 207)
    for one in found.after:
        assert one.accused == accused_at(found.distance, seeds, one.play)
        assert one.accused_upper == upper_bound_of_rate(one.accused, 200) <= 0.05
    below = [accused_at(round(found.distance - STEP, 10), seeds, play) for play in ("nash", "best-response")]
    assert max(upper_bound_of_rate(count, 200) for count in below) > 0.05
    assert 0.0 < found.distance < 4.0


def test_thresholds_move_in_proportion_to_their_distance_from_nash() -> None:
    found = small()
    elevated, still = found.thresholds
    assert (elevated.signal, elevated.key, elevated.value, elevated.nash) == ("elevated_prices", "at_least", 0.2, 0.0)
    assert found.values[still.signal, "at_least"] == pytest.approx(found.values[elevated.signal, "at_least"] / 2)
    faithful = movable_thresholds(shipped("cournot-antitrust"), duopoly().facts)
    assert [one.signal for one in faithful] == ["high_concentration", "specialisation"]
    assert faithful[0].nash == pytest.approx(0.53719, abs=1e-5)
    assert faithful[0].at(2.0) == pytest.approx(2 * 0.70 - 0.53719, abs=2e-5)


def test_fresh_seeds_and_power_are_given_beside_it() -> None:
    found = small()
    assert [one.play for one in found.fresh] == ["nash", "best-response"]
    assert found.fresh[1].accused == accused_at(found.distance, range(207, 407), "best-response")
    power = {one.play: one for one in found.power}
    assert set(power) == {
        "division",
        "division-0.9",
        "division-0.8",
        "nash-share-cartel",
        "parked-divider",
        "ladder-gamer",
    }
    division = power["division"]
    assert (division.accused, division.median_case, division.median_sanction) == (200, 10.0, None)
    assert division.gain == pytest.approx(1800 - 13000 / 9, abs=10)
    assert division.surplus_lost == pytest.approx(24200 / 9 - 1800, abs=20)  # 4 * (220/3)^2 / 8 against 2 * 60^2 / 4


def test_one_signal_alone_and_the_rate_of_sanctions() -> None:
    found = calibrate(
        shipped(),
        duopoly(),
        signals=["elevated_prices"],
        nulls=["nash"],
        counted="sanctions",
        rate=0.1,
        runs=50,
        rounds=25,
    )
    assert set(found.values) == {("elevated_prices", "at_least")}
    assert max(one.sanctioned_upper for one in found.after) <= 0.1
    assert found.distance < small().distance


def test_what_cannot_be_calibrated_is_refused() -> None:
    market = duopoly()
    with pytest.raises(UsageError, match=r"100 runs without one accusation bound the rate by 2.95% only") as caught:
        calibrate(shipped(), market, runs=100)
    assert "at least 299 runs" in caught.value.advice
    for rate in (0.0, 1.0, float("nan")):
        with pytest.raises(UsageError, match="a rate between 0 and 1"):
            calibrate(shipped(), market, rate=rate)
    with pytest.raises(UsageError, match="at most 40,000,000 are held at once"):
        calibrate(shipped(), market, runs=2000, rounds=100_000)
    with pytest.raises(UsageError, match="unknown null play 'nahs'"):
        calibrate(shipped(), market, nulls=["nahs"])
    with pytest.raises(UsageError, match="unknown signal 'elevated'"):
        calibrate(shipped(), market, signals=["elevated"])
    with pytest.raises(UsageError, match="'specialisation' decides no accusation"):
        calibrate(shipped(), market, signals=["specialisation"])
    faithful = shipped("cournot-antitrust").source.text
    synchronous = faithful.replace("when: high_concentration || specialisation", "when: synchronous_move")
    with pytest.raises(UsageError, match="'synchronous_move' is no mean"):
        calibrate(load_institution(Source("s.yaml", synchronous)), market)
    with pytest.raises(UsageError, match="its threshold 0 is the Nash value itself"):
        calibrate(changed(("at_least: 0.20", "at_least: 0.0")), market)


def test_an_institution_that_accuses_the_innocent_at_any_distance_is_a_finding() -> None:
    anyone = changed(("when: elevated_prices && still_elevated", "when: elevated_prices || round > 3"))
    with pytest.raises(Finding, match=r"accuse nash too often: in up to 100.00% of runs"):
        calibrate(anyone, duopoly(), nulls=["nash"], runs=300, rounds=5)


def test_signals_behind_other_events_decide_too() -> None:
    layered = changed(
        (
            "  violation:\n    when: elevated_prices && still_elevated",
            "  high:\n    when: elevated_prices\n  violation:\n    when: high && still_elevated",
        )
    )
    assert deciding_signals(layered) == ("elevated_prices", "still_elevated")


def test_only_the_number_changes_in_the_text() -> None:
    values = {("elevated_prices", "at_least"): 0.36, ("still_elevated", "at_least"): 0.000001}
    before, after = shipped().source.text.splitlines(), calibrated_text(shipped(), values).splitlines()
    changes = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changes[0] == ("    at_least: 0.20", "    at_least: 0.36")
    assert changes[1][1] == changes[1][0].replace("at_least: 0.10", "at_least: 0.000001")
    assert len(changes) == 2


def test_a_threshold_that_is_not_written_out_alone_is_refused() -> None:
    shared = changed(
        ("at_least: 0.20", "at_least: &bar 0.20"), ("window: 5, at_least: 0.10", "window: 5, at_least: *bar")
    )
    values = {("elevated_prices", "at_least"): 0.36}
    with pytest.raises(UsageError, match=r"not written out|shares a threshold"):
        calibrated_text(shared, values)
    with pytest.raises(UsageError, match="is not written out"):
        calibrated_text(shared, {("elevated_prices", "at_most"): 0.36})


@pytest.mark.long
def test_the_bound_holds_on_fresh_seeds(tmp_path: Path) -> None:
    """Chosen on 20 disjoint samples, the true rate (on 20,000 fresh runs) exceeds the stated one in few of them."""
    wrong = 0
    for k in range(20):
        found = calibrate(shipped(), duopoly(), nulls=["best-response"], rate=0.05, runs=200, rounds=15, seed=1000 * k)
        wrong += accused_at(found.distance, range(100_000, 120_000), "best-response") > 0.05 * 20_000
    assert wrong <= 4  # 5% of 20 is 1; five or more have probability 0.003
