"""The institution against silent monitors: who has the watch under it, what silence costs, and what is told of it."""

from pathlib import Path

import numpy as np

from agoranomos.cli.entry import run_command
from agoranomos.documents import read_text
from agoranomos.markets.catalogue import build_market, parse_market
from agoranomos.scenarios.commons_monitor.payoffs import SILENT
from agoranomos.scenarios.commons_monitor.theory import equilibrium_watch, watch_pays
from scenarios.commons_monitor.lakes import SCALE, lake

ROOT = Path(__file__).parents[3]
CAPTURED = parse_market(read_text(ROOT / "scenarios" / "commons-monitor-captured.yaml"))


def test_the_words_that_are_only_told_are_those_of_the_institution(capsys):
    asked = ["monitor-dismissal", "--form", "constitution", "--with-penalties", "--market", "commons-monitor-captured"]
    assert run_command(["graph", "prose", *asked]) == 0
    assert capsys.readouterr().out == (ROOT / "policies" / "monitor-dismissal-told.md").read_text()


def test_silence_pays_in_the_captured_lake_and_less_than_the_fine_that_half_of_all_rounds_bring():
    spec = CAPTURED.drawn(1)
    assert equilibrium_watch(spec) == SILENT
    at_most = -watch_pays(spec, others=4) * 10.0
    assert at_most == 14.0
    assert at_most < 0.5 * 30.0


def test_the_equilibrium_without_it_is_silence_of_all():
    silent = build_market(CAPTURED.drawn(1)).facts.benchmarks["nash"]
    assert silent["monitor_silent_given_overuse_e6"] == silent["share_violated_e6"] == SCALE


def test_a_suspended_monitor_has_left_the_watch():
    scenario = lake(monitor="appointed", bribe=0.25)
    scenario.reset(seed=1)
    holders = []
    for suspended in ((), ("fisher_1",), ("fisher_1", "fisher_2"), ()):
        acts = {agent: np.array([1.0, 1.0, 1.0]) for agent in scenario.agents}
        scenario.step(acts | {agent: scenario.idle(agent) for agent in suspended})
        holders.append(scenario.measures()["monitor_e6"].index(SCALE))
    assert holders == [0, 0, 1, 2]
