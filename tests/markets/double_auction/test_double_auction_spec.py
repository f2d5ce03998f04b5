"""What a specification fills in and draws, and what it refuses, with the reason."""

import math

import pytest

from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import described_market, double_auction_v0, load_market, parse_market
from agoranomos.markets.double_auction import DoubleAuctionSpec
from agoranomos.workspace import Workspace

DRAW = {"units": 2, "values": (10, 20), "costs": (5, 15)}


def test_the_default_is_the_librarys_market(tmp_path):
    assert load_market("double-auction-continuous", Workspace(tmp_path, "w")).spec == DoubleAuctionSpec()


@pytest.mark.parametrize("name", ["double-auction-continuous", "double-auction-clearing-house", "double-auction-drawn"])
def test_the_librarys_markets_can_be_described_and_read_back(name, tmp_path):
    spec = load_market(name, Workspace(tmp_path, "w")).spec
    assert spec.name == name
    assert described_market(spec.described()) == spec
    assert described_market(spec.drawn(7).described()) == spec.drawn(7)


def test_traders_are_named_after_their_rows():
    spec = DoubleAuctionSpec(values=((9,), (8,)), costs=((1,),))
    assert spec.traders == ("buyer_1", "buyer_2", "seller_1")
    assert DoubleAuctionSpec(rule="clearing-house").steps == 1


def test_schedules_are_drawn_from_the_seed():
    spec = DoubleAuctionSpec(draw=DRAW, buyers=("a", "b"), sellers=("c",))
    assert spec.drawn(4) == spec.drawn(4)
    assert spec.drawn(4).values != spec.drawn(5).values
    assert spec.drawn(0) == spec
    for seed in range(30):
        drawn = spec.drawn(seed)
        assert all(10 <= value <= 20 for row in drawn.values for value in row)
        assert all(5 <= cost <= 15 for row in drawn.costs for cost in row)
        assert [len(row) for row in (*drawn.values, *drawn.costs)] == [2, 2, 2]
    given = DoubleAuctionSpec()
    assert given.drawn(3) is given


def test_a_draw_without_gain_from_trade_is_drawn_again():
    spec = DoubleAuctionSpec(draw={"units": 1, "values": (0, 11), "costs": (10, 30)}, buyers=("a",), sellers=("b",))
    for seed in range(20):
        drawn = spec.drawn(seed)
        assert drawn.values[0][0] > drawn.costs[0][0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"values": ()}, "at least one item"),
        ({"costs": ()}, "at least one item"),
        ({"values": ((),)}, "at least one item"),
        ({"values": 5}, "a list was expected"),
        ({"values": ((5, 9),), "costs": ((1,),)}, "row of buyer_1 is not in order; values fall"),
        ({"values": ((9,),), "costs": ((4, 1),)}, "row of seller_1 is not in order; costs rise"),
        ({"values": ((9,),), "costs": ((9,),)}, "nobody would gain from trade"),
        ({"values": ((9,),), "costs": ((-1,),)}, "at least 0"),
        ({"values": ((math.nan,),)}, "finite"),
        ({"values": ((math.inf,),)}, "finite"),
        ({"values": ((9.0000001,),), "costs": ((1,),)}, "at most six decimals"),
        ({"buyers": ("a", "b")}, "5 rows for 2 buyers"),
        ({"buyers": ("a", "b", "c", "d", "e"), "sellers": ("e", "f", "g", "h", "i")}, "named twice"),
        ({"highest_price": 139}, "orders go up to 139"),
        ({"highest_price": 0}, "more than 0"),
        ({"highest_price": 1e12}, "exactly in millionths"),
        ({"highest_price": math.inf}, "finite"),
        ({"rule": "dutch"}, "continuous"),
        ({"rule": "clearing-house", "steps": 3}, "a round is a day"),
        ({"steps": 0}, "at least 1"),
        ({"goods": ("a", "b")}, "at most one item"),
        ({"draw": {**DRAW, "values": (20, 10)}}, "the lower bound comes first"),
        ({"draw": {**DRAW, "costs": (30, 40)}}, "nobody gains from trade"),
        (
            {"draw": {"units": 1, "values": (0, 10), "costs": (9.999999, 100)}},
            "in 10,000 draws nobody gained from trade",
        ),
        ({"draw": {**DRAW, "units": 0}}, "draw.units: at least 1"),
        ({"draw": {"units": 2}}, "draw.values"),
        ({"draw": 3}, "draw: a mapping"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError, match=reason):
        double_auction_v0.parallel_env(**fields)


def test_schedules_that_hardly_overlap_are_refused_also_where_a_run_draws_them():
    spec = double_auction_v0.parallel_env(
        draw={"units": 1, "values": (0, 10), "costs": (9.999999, 100)}, values=((9,),), costs=((1,),)
    ).spec
    with pytest.raises(UsageError, match="double-auction-continuous: draw: in 10,000 draws nobody gained from trade"):
        spec.drawn(3)


def test_a_bad_file_is_refused_with_its_place():
    text = "kind: market\nversion: 1\ntype: double-auction\nname: odd\nhighest_price: -3\n"
    with pytest.raises(DocumentError, match=r"odd\.yaml:5"):
        parse_market(Source("odd.yaml", text))
