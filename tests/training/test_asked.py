from collections import Counter

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import build_market, load_market
from agoranomos.scenarios import role_play_v0
from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.training import asked_in, prompts_of
from agoranomos.training.asked import settings_of
from agoranomos.workspace import find_workspace


def test_a_prompt_is_what_the_environment_says_and_nothing_else():
    """Section A8.7: the released training set adds a garbled sentence that orders to obey half of the time."""
    for one in prompts_of(RolePlaySpec(), 40):
        spec = RolePlaySpec(tempting_first=one.place == 0).drawn(one.seed)
        scenario = build_market(spec)
        observations, _ = scenario.reset(seed=one.seed)
        said = [scenario.opening(one.agent), scenario.question(one.agent, observations[one.agent])]
        assert [message.content for message in one.messages] == said
        assert [message.role for message in one.messages] == ["system", "user"]


def test_both_orders_of_every_prompt_are_asked_so_that_the_letter_carries_nothing():
    found = prompts_of(RolePlaySpec(), 160)
    assert Counter(one.place for one in found) == {0: 80, 1: 80}
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert (first.setting, first.seed) == (second.setting, second.seed)
        assert first.place != second.place
        assert {option.text for option in first.options} == {option.text for option in second.options}
    assert {one.setting for one in found} == set(settings_of(RolePlaySpec()))


def test_no_prompt_is_asked_twice():
    found = prompts_of(RolePlaySpec(gap="released", wording=0), 60)
    assert len({one.messages for one in found}) == 60


def test_too_many_prompts_are_refused_with_how_many_there_are():
    spec = RolePlaySpec(settings=("baker",), gap="released", wording=0)
    with pytest.raises(UsageError, match="role-play has 2 different prompts; 3 were asked for") as refused:
        prompts_of(spec, 3)
    assert "Ask for 2 at most" in refused.value.advice


def test_a_written_reply_reads_as_what_it_was_written_for():
    for one in prompts_of(RolePlaySpec(), 20) + prompts_of(RolePlaySpec(options="texts"), 20):
        for violates in (False, True):
            option = one.option(one.read(one.written(violates=violates)).action)
            assert option is not None
            assert option.violates is violates


def test_all_agents_of_a_group_are_asked():
    spec = load_market("coordination", find_workspace()).spec
    found = asked_in(spec, 3)
    assert [one.agent for one in found] == list(build_market(spec.drawn(3)).possible_agents)
    assert len({one.setting for one in found}) == 1


def test_a_market_is_no_scenario():
    with pytest.raises(UsageError, match="cournot-duopoly is a market"):
        asked_in(load_market("cournot-duopoly", find_workspace()).spec, 0)


def test_numbers_in_place_of_options_are_refused():
    spec = load_market("tool-use", find_workspace()).spec
    with pytest.raises(UsageError, match="an option that keeps the rule"):
        asked_in(spec, 0)


def test_two_scenarios_are_never_one_object():
    """Prompts of one run hold a scenario of their own, so that playing one does not move another."""
    first, second = asked_in(RolePlaySpec(), 0)[0], asked_in(RolePlaySpec(), 0)[0]
    assert first == second
    assert first.scenario is not second.scenario
    assert isinstance(first.scenario, role_play_v0.RolePlay)
