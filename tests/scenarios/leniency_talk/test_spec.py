"""Files that cannot be meant are refused in one sentence, before anything is run."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.scenarios import leniency_talk_v0


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"firms": 1}, "at least 2"),
        ({"firms": ["authority", "north"]}, "has no seat"),
        ({"fabricated": {"rounds": 2}}, "no rounds to invent"),
        ({"demand": {"marginal_cost": 40}}, "demand: marginal_cost 40"),
        ({"demand": {"substitution": 1.0}}, "less than 1"),
        ({"enforcement": "leniency"}, "was expected"),
        ({"detection": 2}, "at most 1"),
        ({"fine": -1}, "at least 0"),
        ({"demand": {"substitution": 0}}, "all ask 18 with an agreement and without one"),
        ({"demand": {"prices": 2}}, "all ask 2 with an agreement and without one"),
        ({"enforcement": "fine", "routes": {"report": []}, "false_report": 20}, "does not give the authority"),
        ({"enforcement": "immunity", "routes": {"report": []}}, "does not give the authority"),
        ({"enforcement": "reward", "routes": {"report": ["firm_1"]}}, "does not give the authority"),
        ({"routes": {"prices": ["firm_1"]}}, "no round has an item 'prices'"),
        ({"routes": {"price": ["firm_7"]}}, "who is no party"),
        ({"routes": {"price": ["firm_1", "firm_1"]}}, "given twice"),
        ({"sees": {"others_actions": "names"}}, "given by `routes`"),
        ({"wording": 5}, "there are 5"),
        ({"industry": "steel"}, "was expected"),
    ],
)
def test_one_clear_error(keys, said):
    with pytest.raises(UsageError, match=said) as error:
        leniency_talk_v0.parallel_env(**keys)
    assert "\n" not in error.value.message


def test_a_run_draws_industry_wording_and_order_and_keeps_them():
    spec = leniency_talk_v0.parallel_env().spec
    drawn = [spec.drawn(seed) for seed in range(60)]
    assert {one.industry for one in drawn} == {"cement", "ferries", "flour", "roofing"}
    assert {one.wording for one in drawn} == set(range(5))
    assert all(one.drawn(seed + 1) == one for seed, one in enumerate(drawn))


def test_each_option_has_stood_under_each_letter():
    scenario = leniency_talk_v0.LeniencyTalk(leniency_talk_v0.parallel_env().spec.drawn(3))
    rows = [[option.action for option in each.options("firm_1")] for each in scenario.orders()]
    assert len(rows) == 5
    assert all(len({row[place] for row in rows}) == 5 for place in range(5))
