import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.training import Split, prompts_of, split_of
from agoranomos.training.asked import settings_of
from agoranomos.workspace import find_workspace


def scenario(name):
    return load_market(name, find_workspace()).spec


@pytest.mark.parametrize(
    ("train", "held_out"), [("role-play", "role-play-held-out"), ("coordination", "coordination-held-out")]
)
def test_the_shipped_held_out_scenarios_share_no_setting_with_what_trains(train, held_out):
    assert not set(settings_of(scenario(train))) & set(settings_of(scenario(held_out)))


def test_no_setting_and_no_prompt_is_in_both():
    """Section A8.9: the released code trains and tests on the same settings, and partly on the same prompts."""
    split = split_of(scenario("role-play"), scenario("role-play-held-out"), prompts=160, held_out_prompts=80, seed=0)
    assert (len(split.train), len(split.held_out)) == (160, 80)
    assert not {one.setting for one in split.train} & {one.setting for one in split.held_out}
    assert not {one.messages for one in split.train} & {one.messages for one in split.held_out}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("share", "number"), [(0.25, 4), (0.01, 1), (0.99, 15)])
def test_a_share_of_the_settings_is_drawn_from_the_seed(seed, share, number):
    spec = RolePlaySpec()
    split = split_of(spec, share, prompts=8, held_out_prompts=8, seed=seed)
    again = split_of(spec, share, prompts=8, held_out_prompts=8, seed=seed)
    assert split == again
    whole = split_of(spec, share, prompts=2 * (16 - number), held_out_prompts=2 * number, seed=seed)
    kept, out = ({one.setting for one in part} for part in (whole.train, whole.held_out))
    assert (len(kept), len(out)) == (16 - number, number)
    assert kept | out == set(settings_of(spec))


def test_other_seeds_hold_out_other_settings():
    drawn = {
        frozenset(
            one.setting for one in split_of(RolePlaySpec(), 0.25, prompts=2, held_out_prompts=8, seed=seed).held_out
        )
        for seed in range(8)
    }
    assert len(drawn) > 3


def test_an_overlap_is_refused_with_the_settings():
    with pytest.raises(UsageError, match="settings in training and held out: baker, taxi"):
        split_of(
            RolePlaySpec(settings=("taxi", "baker", "chef")),
            RolePlaySpec(settings=("baker", "taxi")),
            prompts=6,
            held_out_prompts=4,
            seed=0,
        )
    asked = prompts_of(RolePlaySpec(), 2)
    with pytest.raises(UsageError, match="in training and held out"):
        Split(asked, asked)


def test_one_setting_cannot_be_parted():
    with pytest.raises(UsageError, match="a share of 1 setting cannot be held out"):
        split_of(RolePlaySpec(settings=("taxi",)), 0.5, prompts=2, held_out_prompts=2, seed=0)


def test_the_digest_is_of_the_prompts_and_not_of_the_scenarios_name():
    def digest(gap):
        return split_of(RolePlaySpec(gap=gap), 0.25, prompts=8, held_out_prompts=4, seed=0).sha256

    assert digest((2.0,)) == digest((2.0,))
    assert digest((2.0,)) != digest((3.0,))


def test_a_setting_with_its_options_exchanged_is_the_same_setting():
    turned = RolePlaySpec(settings=["taxi"], both_ways=True)
    assert settings_of(turned) == ("taxi",)
    assert {one.setting for one in prompts_of(turned, 8)} == {"taxi"}
    with pytest.raises(UsageError, match="settings in training and held out: taxi"):
        Split(prompts_of(turned, 4), prompts_of(RolePlaySpec(settings=["taxi"]), 4))
