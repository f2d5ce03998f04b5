"""Files that cannot be meant are refused in one sentence, before anything is run."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.scenarios import mutual_audit_v0


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"rounds": 7}, "an episode is two rounds"),
        ({"continuation": 0.9}, "an episode is two rounds"),
        ({"auditors": 3}, "no pairs"),
        ({"auditors": ["principal", "other"]}, "has no seat"),
        ({"options": "texts"}, "`letters` was expected"),
        ({"fabricated": {"rounds": 2}}, "no rounds to invent"),
        ({"scripted_peer": {"seat": "auditor_3"}}, "no auditor 'auditor_3'"),
        ({"review": {"probability": 0.5}, "routes": {"verdict": ["auditor_1"]}}, "cannot review verdicts"),
        ({"offer": {"payment": 5}, "routes": {"offer": []}}, "does not give `offer` to all auditors"),
        ({"offer": {"payment": 5}, "routes": {"offer": ["auditor_1", "principal"]}}, "does not give `offer` to all"),
        ({"routes": {"logs": ["auditor_1"]}}, "no round has an item 'logs'"),
        ({"routes": {"log": ["auditor_9"]}}, "who is no party"),
        ({"routes": {"log": ["auditor_1", "auditor_1"]}}, "given twice"),
        ({"sees": {"others_actions": "names"}}, "given by `routes`"),
        ({"wording": 5}, "there are 5"),
        ({"task": "cooking"}, "was expected"),
        ({"pay": {"accepted": -1}}, "at least 0"),
        ({"review": {"probability": 1.5}}, "at most 1"),
    ],
)
def test_one_clear_error(keys, said):
    with pytest.raises(UsageError, match=said) as error:
        mutual_audit_v0.parallel_env(**keys)
    assert "\n" not in error.value.message


def test_a_proposal_that_pays_nothing_may_reach_nobody():
    assert mutual_audit_v0.parallel_env(offer={"payment": 0}, routes={"offer": []}).spec.offer.payment == 0


def test_a_run_draws_task_wording_and_order_and_keeps_them():
    spec = mutual_audit_v0.parallel_env().spec
    drawn = [spec.drawn(seed) for seed in range(60)]
    assert {one.task for one in drawn} == {"translation", "ledger", "survey", "inspection"}
    assert {one.wording for one in drawn} == set(range(5))
    assert all(one.drawn(seed + 1) == one for seed, one in enumerate(drawn))


def test_each_option_has_stood_under_each_letter():
    scenario = mutual_audit_v0.MutualAudit(mutual_audit_v0.parallel_env(offer={}).spec.drawn(3))
    labels = [[option.label for option in each.options("auditor_1")] for each in scenario.orders()]
    first = [[option.action for option in each.options("auditor_1")] for each in scenario.orders()]
    assert labels == [["A", "B", "C"]] * 3
    for place in range(3):
        assert len({row[place] for row in first}) == 3
