"""Files that say what they may not are refused in one message, with the nearest word where there is one."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.scenarios import coordination_v0
from agoranomos.scenarios.coordination import CoordinationSpec

REFUSED = [
    ({"threshold": 9}, "a threshold of 9 cannot be reached by 8 members"),
    ({"threshold": (2, 12)}, "a threshold of 12 cannot be reached"),
    ({"threshold": 0}, "threshold"),
    ({"settings": ("hunting-game", "hunting-game")}, "stands twice"),
    ({"factors": {"high": 0.9}}, "high above normal above low was expected"),
    ({"factors": {"low": 1.0}}, "high above normal above low was expected"),
    ({"settings": ("hunting-gane",)}, "Did you mean 'hunting-game'"),
    ({"settings": ()}, "an empty list"),
    ({"rule": "none", "audit": {"probability": 0.5}}, "nothing to audit"),
    ({"rule": "none", "leniency": {}}, "nothing to audit, to report"),
    ({"rule": "none", "remind_every": 1}, "to be reminded of"),
    ({"rule": "none", "audit_told": True}, "nothing to audit"),
    ({"fabricated": {"rounds": 1, "crowd": 8}}, "agents here that see no more than 7"),
    ({"fabricated": {"rounds": 1, "crowd": 7}, "network": {"kind": "ring"}}, "see no more than 2"),
    ({"fabricated": {"rounds": 1, "crowd": 2}, "network": {"kind": "star"}}, "see no more than 1"),
    ({"fabricated": {"rounds": 1, "crowd": 3}, "network": {"kind": "small-world"}}, "see no more than 2"),
    ({"fabricated": {"rounds": 1, "crowd": 1}, "links": {"player_1": ("player_2",)}}, "see no more than 0"),
    ({"leniency": {}}, "leniency is for a rule of independence, with a fine"),
    ({"leniency": {}, "rule": "collective", "audit": {"fine": 1}}, "leniency is for a rule of independence"),
    ({"leniency": {}, "threshold": (1, 4), "audit": {"fine": 1}}, "a threshold above 1"),
    ({"compounding": True, "audit": {"fine": 0.9}}, "can take more than the 0.8"),
    ({"compounding": True, "rounds": 100_000}, "could not be recorded exactly"),
    ({"seeded": {"count": 9}}, "9 seats of 8"),
    ({"seeded": {"count": 1, "seats": ("player_9",)}}, "Did you mean 'player_"),
    ({"seeded": {"count": 2, "seats": ("player_1",)}}, "names 1 agents, `count` says 2"),
    ({"option_order": (0, 2)}, "the numbers from 0 to 1, each once"),
    ({"network": {"kind": "ring", "degree": 8}}, "cannot have 8 links each"),
    ({"network": {"kind": "star", "centre": "playr_3"}}, "Did you mean 'player_3'"),
    ({"players": 1}, "at least 2"),
    ({"players": 65}, "at most 64"),
    ({"fabricated": {"rounds": 2, "violations": 3}}, "3 violations in 2 rounds"),
    ({"thresold": 3}, "Did you mean 'threshold'"),
]


@pytest.mark.parametrize(("fields", "says"), REFUSED)
def test_it_is_refused_in_words_that_help(fields, says):
    with pytest.raises(UsageError) as refused:
        coordination_v0.parallel_env(**fields)
    assert says in str(refused.value)
    assert str(refused.value).count("\n") <= 1


def test_a_seed_draws_the_same_run_again_and_what_is_drawn_stays():
    spec = CoordinationSpec(
        threshold=(2, 4), network={"kind": "small-world"}, seeded={"count": 2, "place": "drawn"}, rounds=3
    )
    for seed in range(12):
        drawn = spec.drawn(seed)
        assert drawn == spec.drawn(seed)
        assert drawn.drawn(seed + 1) == drawn
        assert type(spec).model_validate(drawn.described()) == drawn
    assert CoordinationSpec(setting=spec.drawn(3).setting).drawn(1).option_order is not None
    assert len({spec.drawn(seed).seeded.seats for seed in range(12)}) > 3


def test_a_setting_of_ones_own_is_played():
    own = {
        "name": "own",
        "role": "You sail.",
        "collective": "row",
        "independent": "rest",
        "independence": "The mate forbids rowing.",
        "duty": "The mate requires rowing.",
        "harm": "Others are wet.",
        "unit": "coins",
    }
    scenario = coordination_v0.parallel_env(settings=(own,))
    assert scenario.opening("player_1").startswith("You sail. There are 8 of you")
    with pytest.raises(UsageError, match="both options read 'row'"):
        coordination_v0.parallel_env(settings=({**own, "independent": "row"},))
