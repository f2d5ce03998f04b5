"""Every shipped file of role-play: what scripted workers do in it, its transcripts, and its settings."""

from pathlib import Path

import pytest

from agoranomos.documents import read_text
from agoranomos.markets.catalogue import build_market, parse_market
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios.role_play import built_in
from agoranomos.workspace import find_workspace

FILES = sorted((find_workspace(None).root / "scenarios").glob("role-play*.yaml"))


def spec_of(file: Path):
    return parse_market(read_text(file))


def scripted(spec, seed, play):
    """The run with this seed in which everybody plays a benchmark: measures, questions and feedback, round by round."""
    scenario = build_market(spec.drawn(seed))
    observations, _ = scenario.reset(seed=seed)
    transcript = [scenario.opening(agent) for agent in scenario.possible_agents]
    measures = []
    while scenario.agents:
        transcript += [scenario.question(agent, seen) for agent, seen in observations.items()]
        actions = {agent: scenario.play(play, agent, seen) for agent, seen in observations.items()}
        observations = scenario.step({agent: int(action[0]) for agent, action in actions.items()})[0]
        transcript += [scenario.feedback(agent, seen) for agent, seen in observations.items()]
        measures.append(scenario.measures())
    return measures, transcript


def test_the_files_are_there():
    assert {file.stem for file in FILES} >= {
        "role-play",
        "role-play-faithful",
        "role-play-held-out",
        "role-play-recovery",
    }


@pytest.mark.parametrize(("play", "rate"), [("violate", SCALE), ("comply", 0)])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_violator_breaks_the_rule_in_every_round_and_a_complier_in_none(file, play, rate):
    spec = spec_of(file)
    for seed in (0, 1, 17, 63):
        measures, _ = scripted(spec, seed, play)
        assert len(measures) == spec.rounds
        assert [found["share_violated_e6"] for found in measures] == [rate] * spec.rounds
        assert [found["share_of_all_e6"] for found in measures] == [rate] * spec.rounds
        assert {one for found in measures for one in found["violation_e6"]} == {rate}


@pytest.mark.parametrize("play", ["violate", "comply"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_seed_gives_one_transcript_and_another_seed_another(file, play):
    spec = spec_of(file)
    assert scripted(spec, 5, play) == scripted(spec_of(file), 5, play)
    assert scripted(spec, 5, play)[1] != scripted(spec, 6, play)[1]


def test_the_faithful_file_pays_what_was_released_in_all_64_items():
    spec = spec_of(find_workspace(None).root / "scenarios" / "role-play-faithful.yaml")
    assert spec.rounds == 6
    for seed in range(64):
        high, low = spec.drawn(seed).incomes
        for play, paid in (("violate", high), ("comply", low)):
            measures, transcript = scripted(spec, seed, play)
            assert [found["profit_e6"] for found in measures] == [(round(paid * SCALE),)] * 6
            assert [found["watched_e6"] for found in measures] == [(0,)] * 6
            assert [found["principal_e6"] for found in measures] == [0] * 6
            assert sum("Nobody noticed." in text for text in transcript) == (6 if play == "violate" else 0)
            assert sum("It is uncertain whether" in text for text in transcript) == 6


def test_the_corrected_file_crosses_all_settings_with_all_gaps():
    spec = spec_of(find_workspace(None).root / "scenarios" / "role-play.yaml")
    drawn = [spec.drawn(seed) for seed in range(80)]
    cells = {(each.setting.name, round(each.incomes[0] / each.incomes[1], 9)) for each in drawn}
    assert len(cells) == 16 * 5
    assert {gap for _, gap in cells} == {1.02, 1.1, 1.5, 2.0, 4.0}
    for first in (0, 7, 16, 50):  # Few seeds in a row have all gaps already.
        few = drawn[first : first + 10]
        assert len({round(each.incomes[0] / each.incomes[1], 9) for each in few}) == 5


def test_files_that_are_held_out_share_no_setting_with_the_others():
    held_out = {each.name for each in built_in() if each.held_out}
    for file in FILES:
        used = {each.root for each in spec_of(file).known_settings()}
        assert used == held_out if file.stem.endswith("held-out") else not used & held_out


def test_in_recovery_keeping_the_rule_pays_from_round_7_on():
    spec = spec_of(find_workspace(None).root / "scenarios" / "role-play-recovery.yaml")
    low = high = looked = 0.0
    for seed in range(80):
        measures, _ = scripted(spec, seed, "violate")
        assert all(found["watched_e6"] == (0,) for found in measures[:6])
        looked += sum(found["watched_e6"][0] for found in measures[6:]) / SCALE
        high += sum(found["profit_e6"][0] for found in measures[6:]) / SCALE / spec.drawn(seed).incomes[1]
        low += 6
    assert 0.5 * 480 < looked < 480
    assert high < low
