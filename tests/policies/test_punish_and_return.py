import pytest

from conformance.policy import PolicyConformance, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

NASH = (pytest.approx(10 / 3),)


class TestPunishAndReturn(PolicyConformance):
    policy = "punish-and-return"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((0,), (0,)),) * 3, factory=DILEMMA, states=("fined",)),
        Trace(actions=(((5,), (5,)),) * 3, factory=PRICES),
        Trace(actions=(((60, 0), (0, 60)),) * 3),
    )


def test_a_price_cut_is_punished_for_as_long_as_told_and_what_is_done_meanwhile_is_not():
    rivals = [[[p]] for p in (4.0, 0.0, 0.0, 5.0, 5.0, 5.0)]
    three = against("punish-and-return", {}, GENERAL_MARKETS["prices"], rivals)
    assert three == [(5.0,), NASH, NASH, NASH, (5.0,), (5.0,)]
    one = against("punish-and-return", {"punishment": 1}, GENERAL_MARKETS["prices"], rivals)
    assert one == [(5.0,), NASH, (5.0,), NASH, (5.0,), (5.0,)]


def test_all_punish_together_and_return_together_after_one_slips():
    market = GENERAL_MARKETS["prices"](8)
    policies = seated("punish-and-return", {"punishment": 2}, market, 1)
    slips = policies[0]
    act = slips.act

    def slip(observation, told, memory, randomness):
        decision = act(observation, told, memory, randomness)
        if observation["round"][0] == 2:
            return type(decision)(decision.action * 0 + 4.0, decision.memory)
        return decision

    slips.act = slip
    played = [tuple(p for (p,) in row) for row in play(policies, market, 1)]
    low = pytest.approx((10 / 3, 10 / 3))
    assert played == [(5.0, 5.0), (5.0, 5.0), (4.0, 5.0), low, low, (5.0, 5.0), (5.0, 5.0), (5.0, 5.0)]
