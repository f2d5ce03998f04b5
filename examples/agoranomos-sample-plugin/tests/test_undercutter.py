"""The policy goes down the cycle and back to its top."""

from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness

from agoranomos_sample_plugin import lemonade_v0


def test_prices_fall_cent_by_cent_and_start_again():
    market = lemonade_v0.parallel_env(dearest=16, cost=10, rounds=6)
    kind = find_policy("undercutter")
    seats = [Seat(agent, i, market, 7) for i, agent in enumerate(market.possible_agents)]
    policies = [kind.bind(kind.parse({}), seat) for seat in seats]
    observations, _ = market.reset(seed=7)
    asked = []
    while market.agents:
        decisions = [
            policy.act(observations[seat.agent], None, policy.start(), Randomness(7, 1, seat.agent))
            for policy, seat in zip(policies, seats, strict=True)
        ]
        asked.append([float(decision.action[0]) for decision in decisions])
        observations = market.step({s.agent: d.action for s, d in zip(seats, decisions, strict=True)})[0]
    assert asked == [[13.0, 13.0], [12.0, 12.0], [11.0, 11.0], [13.0, 13.0], [12.0, 12.0], [11.0, 11.0]]
