"""The stages of a public goods game, its benchmarks by brute force, and what is refused."""

from itertools import product

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import public_goods_v0
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.public_goods import PublicGoodsSpec, clear, contributions, punish


def random_spec(chance, *, punishment=None):
    """A random game, in about one of five with an mpcr above 1."""
    count = int(chance.integers(2, 6))
    mpcr = float(chance.uniform(0.05, 1.25))
    if abs(mpcr * count - 1) < 0.01 or abs(mpcr - 1) < 0.01:
        mpcr += 0.03
    with_stage = chance.random() < 0.5 if punishment is None else punishment
    rule = {
        "most": float(chance.uniform(1, 10)),
        "cost": float(chance.uniform(0.2, 2)),
        "effect": float(chance.uniform(0.5, 4)),
    }
    return PublicGoodsSpec(
        members=count,
        endowment=tuple(chance.uniform(1, 40, count).round(6).tolist()),
        mpcr=mpcr,
        punishment=rule if with_stage else None,
        rounds=6,
    )


@pytest.mark.parametrize("seed", range(220))
def test_the_environment_is_the_kernel(seed):
    chance = np.random.default_rng(seed)
    spec = random_spec(chance)
    market = public_goods_v0.PublicGoods(spec)
    observations, _ = market.reset(seed=seed)
    punishing = False
    for _ in range(spec.rounds):
        assert observations[spec.members[0]]["stage"].tolist() == [float(punishing)]
        actions = {}
        for agent in market.agents:
            box = market.action_space(agent)
            actions[agent] = None if chance.random() < 0.15 else chance.uniform(box.low, box.high)
        observations, rewards, *_ = market.step(actions)
        rows = market.actions_e6()
        present = np.array([bool(row) for row in rows])
        width = len(spec.members) if spec.punishment else 1
        played = np.array([np.array(row) / 1e6 if row else np.zeros(width) for row in rows])
        kernel = punish if punishing else clear
        assert list(rewards.values()) == kernel(spec, played, present).profit.tolist()
        measures = market.measures()
        assert (measures["welfare_e6"] is not None) == (measures["profit_e6"] is not None)
        if punishing:
            assert set(played[:, 0]) == {0.0}
            assert measures["share_contributed_e6"] is None
            given = kernel(spec, played, present)
            assert [round(p * 1e6) for p in given.given] == list(measures["punishment_e6"])
            assert [round(p * 1e6) for p in given.received] == list(measures["punished_e6"])
            assert max(rewards.values()) <= 0.0
        else:
            assert not played[:, 1:].any()
        punishing = spec.punishment is not None and not punishing


@pytest.mark.parametrize("seed", range(220))
def test_nash_and_optimum_are_what_trying_every_profile_finds(seed):
    """Menus of five contributions each; the equilibria by mutual best replies, the optimum by the greatest sum."""
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, punishment=False)
    if len(spec.members) > 4:
        spec = spec_of(PublicGoodsSpec, {"members": 4, "endowment": spec.endowment[:4], "mpcr": 0.2031 + seed / 200})
    game = public_goods_v0.PublicGoods(spec).game()
    table = game.table
    best = [table[..., i] >= table[..., i].max(axis=i, keepdims=True) - 1e-9 for i in range(len(spec.members))]
    equilibria = np.argwhere(np.logical_and.reduce(best))
    assert len(equilibria) == 1
    for name, profile in (("nash", equilibria[0]), ("efficient", np.argwhere(table.sum(-1) == table.sum(-1).max())[0])):
        found = [menu[k, 0] for menu, k in zip(game.menus, profile, strict=True)]
        assert found == pytest.approx(list(contributions(spec)[name])), name


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_with_punishment_beats_the_equilibrium_of_a_period(seed):
    """Backward induction by force: whatever was given, no points are best; so contributing is as without the stage."""
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, punishment=True)
    members = len(spec.members)
    others = chance.uniform(0, spec.punishment.most, (members, members))
    costs = []
    for own in product((0.0, spec.punishment.most / 2, spec.punishment.most), repeat=members - 1):
        others[0, 1:] = own
        costs.append(punish(spec, others).profit[0])
    assert int(np.argmax(costs)) == 0
    assert costs.count(max(costs)) == 1


def test_the_published_payoffs():
    """Fehr and Gaechter: 20 for nobody, 32 for everybody, 8 less for the sucker; a point costs 1 and takes 3."""
    spec = PublicGoodsSpec()
    assert clear(spec, np.zeros((4, 1))).profit.tolist() == [20.0] * 4
    assert clear(spec, np.full((4, 1), 20.0)).profit.tolist() == [32.0] * 4
    assert clear(spec, np.array([[20.0], [0.0], [0.0], [0.0]])).profit.tolist() == [8.0, 28.0, 28.0, 28.0]
    game = PublicGoodsSpec(punishment={})
    actions = np.zeros((4, 4))
    actions[0, 3] = 4.0  # member_1 against member_4
    assert punish(game, actions).profit.tolist() == [-4.0, 0.0, 0.0, -12.0]


def test_stages_take_turns_and_ignore_what_they_do_not_ask_for():
    market = public_goods_v0.parallel_env(punishment={})
    market.reset(seed=1)
    everything = {agent: np.array([10.0, 1.0, 2.0, 3.0]) for agent in market.agents}
    observations, rewards, *_ = market.step(everything)
    assert market.actions_e6() == ((10_000_000, 0, 0, 0),) * 4
    assert market.measures()["punishment_e6"] == (None,) * 4
    assert set(rewards.values()) == {26.0}
    assert observations["member_1"]["contributions"].tolist() == [10.0] * 4
    observations, rewards, *_ = market.step(everything)
    assert market.actions_e6() == ((0, 1_000_000, 2_000_000, 3_000_000),) * 4
    assert market.measures()["contribution_e6"] == (None,) * 4
    assert market.projected() == ()
    assert observations["member_1"]["received"].tolist() == [3.0]
    assert rewards["member_1"] == -6.0 - 3 * 3.0
    assert market.measures()["antisocial_e6"] == (6_000_000,) * 4


def test_who_is_excluded_keeps_its_endowment_and_has_no_part():
    market = public_goods_v0.parallel_env(punishment={})
    market.reset(seed=1)
    rewards = market.step({agent: None if agent == "member_1" else [20.0, 0, 0, 0] for agent in market.agents})[1]
    assert rewards == {"member_1": 20.0, "member_2": 24.0, "member_3": 24.0, "member_4": 24.0}
    assert market.measures()["contribution_e6"] == (None, *(20_000_000,) * 3)
    assert market.measures()["share_contributed_e6"] == 1_000_000
    rewards = market.step({agent: None if agent == "member_1" else [0, 5, 0, 0] for agent in market.agents})[1]
    assert rewards["member_1"] == 0.0
    assert rewards["member_2"] == 0.0  # its points were against who is not there


def test_everybody_may_be_excluded():
    market = public_goods_v0.parallel_env()
    market.reset(seed=1)
    market.step(dict.fromkeys(market.agents))
    assert market.measures()["share_contributed_e6"] is None


def test_an_unknown_horizon_ends_between_periods():
    for seed in range(20):
        market = public_goods_v0.parallel_env(punishment={}, rounds=1000, continuation=0.5)
        market.reset(seed=seed)
        while market.agents:
            market.step({agent: [0.0] * 4 for agent in market.agents})
        assert market.round_number % 2 == 0


def test_an_episode_begins_with_contributions():
    market = public_goods_v0.parallel_env(punishment={}, rounds=3, render_mode="ansi")
    for _ in range(2):
        observations, _ = market.reset(seed=1)
        assert observations["member_1"]["stage"].tolist() == [0.0]
        while market.agents:
            market.step({agent: [5.0, 0, 0, 1] for agent in market.agents})
            said = market.render()
        assert said.startswith("round 3: contributions\n  member_1: gives 5.00, earns 23.00")


def test_the_round_in_words():
    market = public_goods_v0.parallel_env(punishment={}, render_mode="ansi")
    market.reset(seed=1)
    for _ in range(2):
        market.step({agent: [5.0, 1, 0, 0] for agent in market.agents})
    assert market.render().splitlines()[:2] == ["round 2: punishment", "  member_1: receives 3.00, earns -10.00"]


def test_what_is_seen_are_contributions():
    market = public_goods_v0.parallel_env(punishment={})
    observations, _ = market.reset(seed=1)
    actions = {agent: [5.0, 0, 0, 1] for agent in market.agents}
    for _ in range(2):
        observations = market.step(actions)[0]
        assert market.seen("member_2", observations["member_2"]).tolist() == [[5.0, 0, 0, 0]] * 4


def test_play_refuses_an_unknown_member():
    market = public_goods_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    assert market.play("efficient", "member_2", observations["member_2"]).tolist() == [20.0]
    with pytest.raises(UsageError, match="nobody"):
        market.play("nash", "nobody", observations["member_1"])


def test_stages_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[..., 4, 1\] was expected"):
        clear(PublicGoodsSpec(), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="no punishment stage"):
        punish(PublicGoodsSpec(), np.zeros((4, 1)))


def test_many_worlds_at_once_are_each_world_alone():
    chance = np.random.default_rng(5)
    spec = PublicGoodsSpec(punishment={})
    actions = chance.uniform(0, 10, (3, 2, 4, 4))
    for kernel in (clear, punish):
        together = kernel(spec, actions)
        for i, j in product(range(3), range(2)):
            for whole, part in zip(together, kernel(spec, actions[i, j]), strict=True):
                assert np.array_equal(whole[i, j], part)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"members": 1}, "members"),
        ({"members": 65}, "members"),
        ({"members": ["a", "a"]}, "named twice"),
        ({"endowment": 0}, "endowment"),
        ({"endowment": float("nan")}, "endowment"),
        ({"endowment": [1.0, 2.0]}, "2 endowments for 4 members"),
        ({"endowment": 1e9, "members": 64}, "recorded exactly"),
        ({"punishment": {"most": 1e6, "effect": 1e6}}, "recorded exactly"),
        ({"mpcr": -0.4}, "mpcr"),
        ({"mpcr": float("inf")}, "mpcr"),
        ({"mpcr": 1.0}, "costs nothing"),
        ({"mpcr": 0.25}, "no optimum"),
        ({"punishment": {"cost": 0}}, "cost"),
        ({"punishment": {"effect": -3}}, "effect"),
        ({"punishment": {"points": 10}}, "points"),
        ({"mcpr": 0.4}, "no field"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields, why):
    with pytest.raises(UsageError, match=why):
        spec_of(PublicGoodsSpec, fields)


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValueError, match="valid dictionary"):
        PublicGoodsSpec.model_validate(3)


def test_who_is_excluded_is_not_taken_for_a_free_rider():
    market = public_goods_v0.parallel_env(punishment={}, rounds=4)
    market.reset(seed=1)
    give = {member: np.array([20.0, 0, 0, 0]) for member in market.agents}
    observations = market.step({**give, "member_3": np.zeros(4), "member_4": None})[0]
    assert observations["member_1"]["contributions"].tolist() == [20.0, 20.0, 0.0, -1.0]
    assert market.seen("member_1", observations["member_1"])[:, 0].tolist() == [20.0, 20.0, 0.0, 0.0]
    observations = market.step(give)[0]
    assert observations["member_1"]["contributions"].tolist() == [20.0, 20.0, 0.0, -1.0], (
        "also after the punishment stage"
    )
    assert market.observation_space("member_1").contains(observations["member_1"])
    assert market.reset(seed=1)[0]["member_1"]["contributions"].tolist() == [0.0] * 4
