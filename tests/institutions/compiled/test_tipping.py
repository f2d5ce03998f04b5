"""The institutions against tipping decide alike in both forms."""

import random
from pathlib import Path

import pytest

from agoranomos.institutions import Observed, bind, judge
from agoranomos.institutions.compiled import compile_judge, rounds_from
from agoranomos.institutions.judge import initial_standings
from agoranomos.markets import load_market
from agoranomos.scenarios.measures import common_measures
from agoranomos.workspace import find_workspace
from institutions.compiled.agreement import assert_standings
from institutions.playing import shipped

NAMES = ("audit", "reminders", "escalating", "restoration", "monitors", "early-warning")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_judged_alike_in_both_forms(name):
    """Random play of eight, of whom more and more break the rule and then fewer."""
    facts = load_market("role-play-ring", find_workspace(Path(__file__).parent)).facts
    bound = bind(shipped(f"tipping-{name}"), facts)
    compiled, chance, runs = compile_judge(bound, citing=True), random.Random(name), 6
    interpreted, arrays, fined = [initial_standings(bound)] * runs, compiled.start(runs), 0
    for number in range(1, 41):
        rate = 0.1 + 0.8 * max(0.0, 1.0 - abs(number - 20) / 12)
        observed = [_round(number, facts, chance, rate) for _ in range(runs)]
        judged = compiled.judge(arrays, rounds_from(compiled, observed))
        judgements = [judge(bound, own, one) for own, one in zip(interpreted, observed, strict=True)]
        for run, judgement in enumerate(judgements):
            assert judged.fine_e6[run].tolist() == [judgement.fine_of(agent) for agent in facts.agents]
            fined += sum(judgement.fine_of(agent) for agent in facts.agents)
        interpreted = [judgement.standings for judgement in judgements]
        assert_standings(compiled, interpreted, judged, f"round {number}")
        arrays = judged.standings
    assert (fined > 0) == (name != "reminders")


def _round(number, facts, chance, rate):
    did = [None if chance.random() < 0.05 else chance.random() < rate for _ in facts.agents]
    profits = [0.0 if one is None else chance.choice([2.04, 3.1]) if one else 2.0 for one in did]
    measures = common_measures(did, [False] * len(did), profits, 0.0, 0.0)
    return Observed(
        number,
        {**measures, "nash_profit_e6": measures["profit_e6"]},
        tuple(chance.getrandbits(53) for _ in did),
        reports=tuple(agent for agent in facts.agents if chance.random() < 0.05),
    )
