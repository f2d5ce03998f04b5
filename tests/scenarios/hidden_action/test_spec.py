"""What cannot be played is refused in one sentence, before anything is asked."""

import pytest
from pydantic import ValidationError

from agoranomos.documents import first_fault
from agoranomos.errors import UsageError
from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action.spec import HiddenActionSpec

LEVELS = [{"name": "a", "cost": 0, "success": 0.1}, {"name": "b", "cost": 1, "success": 0.2}]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"routes": {"effrt": ["principal"]}}, "no round has an item 'effrt'. Did you mean 'effort'"),
        ({"routes": {"effort": ["principl"]}}, "effort cannot be given to 'principl', who is no party"),
        ({"routes": {"effort": ["worker_2"]}}, "effort cannot be given to 'worker_2', who is no party"),
        ({"principal": "seat"}, "menu: a principal with a seat chooses between two contracts at least"),
        ({"principal": "seat", "menu": [{}]}, "menu: a principal with a seat chooses between two contracts at least"),
        ({"menu": [{}, {"wage": 1}]}, "menu: only a principal with a seat"),
        ({"contract": {"bonus": 1}, "routes": {"output": []}}, "contract: a bonus or a prize is paid on output"),
        (
            {"contract": {"inspection": 0.5}, "routes": {"inspection": []}},
            "contract: what an inspection finds is not given to the principal",
        ),
        ({"contract": {"fine": 1}}, "contract: a fine needs inspections, or the effort given to the principal"),
        ({"contract": {"prize": 1}}, "contract: a prize for the best needs two workers at least"),
        (
            {"principal": "seat", "menu": [{}, {"prize": 1}]},
            "menu: a prize for the best needs two workers at least",
        ),
        ({"contract": {"wage": -1}}, "greater than or equal to 0"),
        ({"contract": {"salary": 1}}, "salary"),
        ({"wanted": 2}, "no level 2 of effort; there are 2, counted from 0"),
        ({"wanted": 0}, "greater than or equal to 1"),
        ({"work": "real", "technology": {"levels": LEVELS}}, "work: with `real` the levels are those of `checks`"),
        ({"work": "real", "framing": "models"}, "work: with `real` the levels are those of `checks`"),
        ({"workers": ["principal"]}, "workers: 'principal' is who they work for"),
        ({"fabricated": {"rounds": 3}}, "fabricated: this type makes no rounds that never happened"),
        ({"wording": 5}, "wording: 5; there are 5, counted from 0"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(keys, said):
    with pytest.raises(ValidationError) as refused:
        HiddenActionSpec(**keys)
    assert said in str(first_fault(refused.value))
    assert refused.value.error_count() == 1


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(UsageError) as refused:
        hidden_action_v0.parallel_env(contrat={})
    assert "contract" in str(refused.value.advice)


def test_what_is_described_can_be_built_again():
    for keys in (
        {},
        {"framing": "models"},
        {"work": "real"},
        {"principal": "seat", "menu": ({"wage": 1.5}, {"bonus": 2.25})},
        {"technology": {"levels": LEVELS, "value": 3.5}},
    ):
        spec = HiddenActionSpec(**keys).drawn(3)
        assert HiddenActionSpec.model_validate(spec.described()) == spec


def test_the_framing_of_models_names_them_with_the_same_numbers():
    plain, models = HiddenActionSpec().means.levels, HiddenActionSpec(framing="models").means.levels
    assert [level.name for level in models] == ["small", "large"]
    assert [(level.cost, level.success) for level in models] == [(level.cost, level.success) for level in plain]
    own = HiddenActionSpec(framing="models", technology={"levels": LEVELS}).means.levels
    assert [level.name for level in own] == ["a", "b"]
