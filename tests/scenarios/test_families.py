"""What every family and every shipped file of scenarios promises: measures, benchmarks, records, words, seeds."""

import json

import numpy as np
import pytest
from ruamel.yaml import YAML

from agoranomos.cli.graph_schema import json_schema
from agoranomos.documents import read_text
from agoranomos.markets.catalogue import build_market, described_market, parse_market
from agoranomos.markets.facts import SCALE
from agoranomos.markets.registry import find_market_type, market_types
from agoranomos.scenarios import COMMON_KINDS, Scenario, ScenarioSpec
from agoranomos.workspace import find_workspace

FAMILIES = [name for name in market_types() if find_market_type(name).kind == "scenario"]
FILES = sorted((find_workspace(None).root / "scenarios").glob("*.yaml"))
SEEDS = (0, 5)


def build(file, seed):
    return build_market(parse_market(read_text(file)).drawn(seed))


def played(scenario, seed, play):
    """Everybody plays a benchmark to the end: the measures of each round, and all that was said."""
    observations, _ = scenario.reset(seed=seed)
    said = [scenario.opening(agent) for agent in scenario.possible_agents]
    measures = []
    while scenario.agents:
        said += [scenario.question(agent, seen) for agent, seen in observations.items()]
        actions = {agent: scenario.play(play, agent, seen) for agent, seen in observations.items()}
        spaces = {agent: scenario.action_space(agent) for agent in actions}
        whole = {agent: row if spaces[agent].shape else int(row[0]) for agent, row in actions.items()}
        observations = scenario.step(whole)[0]
        said += [scenario.feedback(agent, seen) for agent, seen in observations.items()]
        measures.append(scenario.measures())
    return measures, said


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_a_scenario_with_the_common_measures_and_benchmarks(family):
    kind = find_market_type(family)
    scenario = kind.build(kind.spec(name="tried"))
    assert isinstance(scenario, Scenario)
    assert isinstance(scenario.spec, ScenarioSpec)
    for name, measure in COMMON_KINDS.items():
        assert scenario.facts.measures[name] == measure
    assert {"comply", "violate", "nash"} <= set(scenario.facts.benchmarks)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_violator_breaks_the_rule_in_every_round_and_a_complier_in_none(file):
    for seed in SEEDS:
        for play, expected in (("violate", SCALE), ("comply", 0)):
            scenario = build(file, seed)
            seeded = getattr(scenario, "seeded", frozenset())
            measures, _ = played(scenario, seed, play)
            tested = 0
            for found in measures:
                rates = {
                    broke
                    for agent, broke in zip(scenario.possible_agents, found["violation_e6"], strict=True)
                    if agent not in seeded and broke is not None
                }
                assert rates in ({expected}, set())
                tested += bool(rates)
                if not seeded and rates:
                    assert found["share_violated_e6"] == found["share_of_all_e6"] == expected
            assert tested, "the rule is put to the test in some round"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_welfare_is_the_sum_of_all_payoffs(file):
    measures, _ = played(build(file, 1), 1, "violate")
    for found in measures:
        assert found["welfare_e6"] == sum(found["profit_e6"]) + found["principal_e6"] + found["third_party_e6"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_seed_gives_one_transcript_and_the_record_gives_it_again(file):
    scenario = build(file, 4)
    first = played(scenario, 4, "comply")
    assert played(build(file, 4), 4, "comply") == first
    recorded = json.loads(json.dumps(scenario.describe()))
    assert played(build_market(described_market(recorded)), 4, "comply") == first


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_drawn_leaves_nothing_to_be_drawn(file):
    spec = parse_market(read_text(file))
    for seed in SEEDS:
        drawn = spec.drawn(seed)
        assert drawn.drawn(seed) == drawn
        assert spec.drawn(seed) == drawn


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_option_can_be_written_and_read(file):
    scenario = build(file, 2)
    for agent in scenario.possible_agents:
        options = scenario.options(agent)
        assert len({option.label for option in options}) == len(options)
        for option in options:
            assert scenario.read(agent, scenario.written(agent, option.action)).action == option.action
            row, changed = scenario.action_shape(agent).counted(agent, np.array(option.action))
            assert row == tuple(round(number * SCALE) for number in option.action)
            assert not changed


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_fabricated_rounds_are_as_many_as_the_file_says_and_answer_what_is_asked(file):
    scenario = build(file, 2)
    made = scenario.spec.fabricated
    for agent in scenario.possible_agents[:2]:
        exchanges = scenario.fabricated(agent)
        assert len(exchanges) == (0 if made is None else made.rounds)
        broken = 0
        for exchange in exchanges:
            action = scenario.read(agent, exchange.reply).action
            assert action is not None
            broken += any(option.violates for option in scenario.options(agent) if option.action == action)
        if scenario.options(agent):
            assert broken == (0 if made is None else made.violations)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_editors_ask_for_no_key_that_a_shipped_file_leaves_out_and_know_all_that_it_has(file):
    written = YAML(typ="safe").load(file)
    schema = json_schema("scenario")
    (known,) = (each for each in schema["$defs"].values() if _type_of(each) == written["type"])
    assert set(known.get("required", ())) <= set(written)
    assert set(written) <= set(known["properties"])
    for key, value in written.items():
        kinds = [one.get("type") for one in known["properties"][key].get("anyOf", [known["properties"][key]])]
        if isinstance(value, int) and not isinstance(value, bool) and None not in kinds:
            assert {"integer", "number"} & set(kinds), f"{key}: {value} is marked as wrong"


def _type_of(definition):
    return definition.get("properties", {}).get("type", {}).get("const")
