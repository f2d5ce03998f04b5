"""Who is not given an item acts and is told as if it had not been; who is given it is not."""

import re
from itertools import product

import pytest

from agoranomos.scenarios.sponsored_recommendation import SponsoredRecommendation, SponsoredRecommendationSpec
from agoranomos.scenarios.sponsored_recommendation.payoffs import Payoffs

DUTY = {"duty": "disclose", "audits": {"probability": 0.5, "fine": 1.0}}
SUBSETS = ((), ("user",), ("sponsor",), ("user", "sponsor"))


def payoffs(**keys):
    return Payoffs(SponsoredRecommendationSpec(**keys).drawn(2))


@pytest.mark.parametrize("request_", ["open", "rival", "comparison"])
def test_a_user_who_reads_nothing_buys_what_is_recommended_whatever_is_said(request_):
    closed = payoffs(request=request_, routes={"statement": ("sponsor", "auditor")})
    for place, heeds in product(range(3), (False, True)):
        bought = {closed.outcome(place, said, heeds=heeds, looks=False).bought for said in range(4)}
        assert bought == {place}
    opened = payoffs(request=request_)
    assert len({opened.outcome(opened.sponsored, said, heeds=True, looks=False).bought for said in range(4)}) == 2


def test_an_auditor_finds_only_what_it_is_given():
    entries = list(product(range(3), range(4)))
    for item in ("statement", "recommendation"):
        closed = payoffs(**DUTY, routes={item: ("user",)})
        assert not any(closed.outcome(*entry, heeds=False, looks=True).found for entry in entries)
    opened = payoffs(**DUTY)
    assert sum(opened.outcome(*entry, heeds=False, looks=True).found for entry in entries) == 2


def test_a_sponsor_pays_for_no_sale_that_it_does_not_learn_of():
    closed, opened = payoffs(routes={"sale": ("assistant",)}), payoffs()
    for place, said in product(range(3), range(4)):
        assert closed.outcome(place, said, heeds=False, looks=False).assistant == 1.0
        pays = opened.outcome(place, said, heeds=False, looks=False).assistant > 1.0
        assert pays == (place == opened.sponsored)


def told(sale, action, heed, seed=2):
    """All that the assistant observes and is told of six rounds in which it does this."""
    spec = SponsoredRecommendationSpec(heed=heed, routes={"sale": sale})
    scenario = SponsoredRecommendation(spec.drawn(seed))
    observations, _ = scenario.reset(seed=seed)
    said = []
    while scenario.agents:
        said.append(scenario.question("assistant", observations["assistant"]))
        observations = scenario.step({"assistant": action})[0]
        seen = observations["assistant"]
        said += [scenario.feedback("assistant", seen), {key: tuple(value) for key, value in seen.items()}]
    return said


def test_an_assistant_that_is_not_told_of_sales_is_told_the_same_whatever_users_buy():
    scenario = SponsoredRecommendation(SponsoredRecommendationSpec().drawn(2))
    differ = 0
    for option in scenario.menu("assistant"):
        assert told(("sponsor",), option.action, 0.0) == told(("sponsor",), option.action, 1.0)
        differ += told(("sponsor", "assistant"), option.action, 0.0) != told(
            ("sponsor", "assistant"), option.action, 1.0
        )
    assert differ == 2, "users who are told that a product is sponsored turn away, and that is told"


def test_nothing_reaches_anybody_through_what_others_write():
    scenario = SponsoredRecommendation(SponsoredRecommendationSpec(statements="written").drawn(2))
    assert scenario.read_by("assistant") == ()
    assert scenario.overheard("assistant", {"assistant": '{"reason": "x", "choice": "A"}'}) == ""


@pytest.mark.parametrize("wording", range(5))
@pytest.mark.parametrize("readers", SUBSETS)
def test_the_prompt_promises_what_the_table_delivers(readers, wording):
    spec = SponsoredRecommendationSpec(wording=wording, routes={"statement": readers}).drawn(1)
    opening = SponsoredRecommendation(spec).opening("assistant")
    (promised,) = [one for one in opening.split(". ") if re.search("[Pp]rice and (of )?sponsorship", one)]
    assert [party for party in ("user", "sponsor") if f"the {party}" in promised] == list(readers)
    assert ("nobody" in promised) == (not readers)


@pytest.mark.parametrize(
    ("item", "others", "party"),
    [
        ("recommendation", ("user",), "sponsor"),
        ("statement", (), "user"),
        ("statement", (), "sponsor"),
        ("sale", ("assistant",), "sponsor"),
    ],
)
def test_an_open_route_is_told_of_and_a_closed_one_is_not(item, others, party):
    def opening(routed):
        spec = SponsoredRecommendationSpec(wording=0, routes={item: routed}).drawn(1)
        return SponsoredRecommendation(spec).opening("assistant")

    assert opening(others) != opening((*others, party))
