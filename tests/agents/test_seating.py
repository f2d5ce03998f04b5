import pytest

from agoranomos.agents import Roster, engine_name, engines_needed, load_roster, seat_agents
from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.models.opening import open_engine
from agoranomos.policies import Noisy, PolicyType
from agoranomos.policies.learning import Learned
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace()


def roster(*agents):
    return Roster.model_validate({"kind": "roster", "version": 1, "agents": list(agents)})


def test_agents_sit_in_the_markets_order_each_with_its_policy_and_first_memory():
    market = cournot_v0.parallel_env()
    first, second = seat_agents(load_roster("mixed", WORKSPACE), market, 0, workspace=WORKSPACE)
    assert (first.name, second.name) == ("firm_1", "firm_2")
    assert isinstance(first.memory, Learned)
    assert second.memory is None
    assert second.policy.outlook.firm == 1


def test_noise_wraps_the_policy_it_stands_beside():
    market = cournot_v0.parallel_env()
    noisy, plain = seat_agents(
        roster({"policy": "nash", "noise": 0.1}, {"policy": "nash"}), market, 0, workspace=WORKSPACE
    )
    assert isinstance(noisy.policy, Noisy)
    assert noisy.policy.standard_deviation == 0.1
    assert not isinstance(plain.policy, Noisy)


def test_a_roster_of_one_fills_a_market_of_three_and_two_do_not_fit():
    market = cournot_v0.parallel_env(marginal_cost=((40.0,), (45.0,), (50.0,)))
    assert len(seat_agents(load_roster("nash", WORKSPACE), market, 0, workspace=WORKSPACE)) == 3
    with pytest.raises(UsageError, match="the roster mixed seats 2 agents, the market has 3"):
        seat_agents(load_roster("mixed", WORKSPACE), market, 0, workspace=WORKSPACE)


def test_what_scripted_agents_are_told_is_not_in_their_description():
    market = cournot_v0.parallel_env()
    for name in ("nash-noisy", "learner"):
        deaf = seat_agents(load_roster(name, WORKSPACE), market, 0, workspace=WORKSPACE)
        told = seat_agents(load_roster(name, WORKSPACE), market, 0, told="Compete.", workspace=WORKSPACE)
        assert [agent.policy.describe() for agent in deaf] == [agent.policy.describe() for agent in told]


def test_engines_are_found_by_the_name_that_the_roster_gives():
    market = cournot_v0.parallel_env()
    asking = roster(*[{"policy": "prompted", "parameters": {"model": "mock/valid"}}] * 2)
    assert engines_needed(asking, WORKSPACE) == ("mock/valid",)
    assert engines_needed(load_roster("nash", WORKSPACE), WORKSPACE) == ()
    with pytest.raises(UsageError, match="the engine 'mock/valid' is not open"):
        seat_agents(asking, market, 0, workspace=WORKSPACE)
    engines = {"mock/valid": open_engine("mock/valid")}
    assert len(seat_agents(asking, market, 0, engines=engines, workspace=WORKSPACE)) == 2


def test_a_policy_that_needs_an_engine_must_name_it():
    class Silent(DocumentPart):
        pass

    kind = PolicyType("silent", Silent, lambda *_, **__: None, needs_engine=True)
    with pytest.raises(UsageError, match="name no `model`"):
        engine_name(kind, Silent())


def test_a_wrong_parameter_in_a_roster_made_by_hand_is_refused():
    with pytest.raises(UsageError, match="unknown parameter 'sharp'"):
        seat_agents(
            roster({"policy": "divider", "parameters": {"sharp": 1}}), cournot_v0.parallel_env(), 0, workspace=WORKSPACE
        )
