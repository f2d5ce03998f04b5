"""The map of fines against detection, and institutions with other values."""

import numpy as np
import pytest

from agoranomos.deterrence.derived import changed, tree_of
from agoranomos.deterrence.heat_map import critical_detection_of, draw, heat_map, uncertain
from agoranomos.errors import DocumentError, UsageError

from .solving import NASH, duopoly, institution, shipped

FINED = """\
kind: institution
version: 1
name: fined-at-once
initial: free
states: {free: {label: FREE}}
signals: {dear: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.5, goods: mean}}
events: {offence: {when: dear, accuses: R}}
transitions: [{rule: R, from: free, to: free, on: offence, fine: {rate: 0, floor: 500}}]
"""
RENT = 1800 - NASH


def test_where_each_round_is_fined_the_threshold_is_the_rent_over_the_fine():
    found = heat_map(institution(FINED), duopoly(), fines=(0.0, 1.0, 2.0), probabilities=(0.3, 0.7, 0.75, 1.0))
    # A round of division keeps rent less expected fine, and Nash keeps nothing.
    expected = [[max(0.0, RENT - p * 500 * f) for f in found.fines] for p in found.probabilities]
    assert found.gain == pytest.approx(np.array(expected), abs=0.02)
    assert critical_detection_of(institution(FINED), duopoly(), 0.0) == pytest.approx(RENT / 500, abs=2e-3)


def test_no_detection_deters_where_the_fine_is_below_the_rent():
    assert critical_detection_of(changed(institution(FINED), ["transitions.0.fine.floor=300"]), duopoly(), 0.0) is None


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_map_is_drawn_the_same_each_time(tmp_path, suffix):
    found = heat_map(institution(FINED), duopoly(), fines=(0.0, 1.0), probabilities=(0.5, 1.0))
    paths = [tmp_path / f"{k}{suffix}" for k in range(2)]
    for path in paths:
        draw(found, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].stat().st_size > 5_000


def test_detection_is_one_more_condition_of_every_accusation():
    tree = tree_of(uncertain(shipped("cournot-antitrust-hardened")))
    assert tree["events"]["violation"]["when"] == "(elevated_prices && still_elevated) && detected"
    assert tree["events"]["clean"]["when"] == "!violation && competitive"
    assert list(tree["audits"]) == ["detected"]
    with pytest.raises(UsageError, match="audits of its own"):
        heat_map(uncertain(institution(FINED)), duopoly())


def test_a_value_can_be_changed_or_added():
    read = changed(institution(FINED), ["signals.dear.window=3", "transitions.0.cooldown=2"])
    assert read.manifest.signals["dear"].window == 3
    assert read.manifest.transitions[0].cooldown == 2
    assert read.semantic_sha256 != institution(FINED).semantic_sha256
    assert changed(read, []) is read


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("signals.dear.window", "path=value"),
        ("signals.deer.window=1", "unknown key 'signals.deer'"),
        ("transitions.7.cooldown=1", "unknown key"),
        ("kind=market", "cannot be changed"),
        ("signals.dear.window=[", "not valid YAML"),
        ("signals.dear.window.of=1", "unknown key"),
    ],
)
def test_a_wrong_setting_is_explained(setting, message):
    with pytest.raises(UsageError, match=message):
        changed(institution(FINED), [setting])


def test_a_value_that_does_not_fit_is_a_fault_of_the_document():
    with pytest.raises(DocumentError, match="window"):
        changed(institution(FINED), ["signals.dear.window=none"])
