"""The routing table of scenarios with principals: what it delivers, and what it refuses."""

import pytest

from agoranomos.scenarios.parties import delivered, require_routes

ITEMS = ("choice", "reason", "payoff")
PARTIES = ("assistant", "customer", "company")


def test_everybody_is_given_what_the_table_says_and_nothing_else():
    routes = {"choice": ("customer", "company"), "reason": ("company",)}
    found = delivered(routes, {"choice": 2, "reason": 1, "payoff": 7}, PARTIES)
    assert found == {"assistant": {}, "customer": {"choice": 2}, "company": {"choice": 2, "reason": 1}}


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ({"reasons": ("company",)}, "no round has an item 'reasons'. Did you mean 'reason'"),
        ({"reason": ("compnay",)}, "reason cannot be given to 'compnay', who is no party. Did you mean 'company'"),
        ({"reason": ("company", "company")}, "reason is given twice to somebody"),
    ],
)
def test_what_cannot_be_routed_is_refused(routes, said):
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        require_routes(routes, ITEMS, PARTIES)
