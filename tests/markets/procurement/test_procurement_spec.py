"""What a specification fills in, and what it refuses, with the reason."""

import math

import pytest

from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import described_market, load_market, parse_market, procurement_v0
from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.workspace import Workspace


def test_the_default_is_the_librarys_market(tmp_path):
    assert load_market("procurement-first-price", Workspace(tmp_path, "w")).spec == ProcurementSpec()


@pytest.mark.parametrize("name", ["procurement-first-price", "procurement-second-price", "procurement-unequal"])
def test_the_librarys_markets_can_be_described_and_read_back(name, tmp_path):
    spec = load_market(name, Workspace(tmp_path, "w")).spec
    assert spec.name == name
    assert described_market(spec.described()) == spec


def test_one_interval_holds_for_all_and_their_number_follows_from_the_rest():
    assert ProcurementSpec(cost=(1, 2), reserve=2).cost == ((1, 2),) * 4
    assert ProcurementSpec(firms=("a", "b"), cost=(1, 2), reserve=2).cost == ((1, 2),) * 2
    assert ProcurementSpec(rule="second-price", cost=((1, 2), (1, 3), (2, 4)), reserve=4).firms == (
        "supplier_1",
        "supplier_2",
        "supplier_3",
    )
    assert ProcurementSpec(reserve=90).value == 90


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"firms": ("alone",)}, "at least 2"),
        ({"firms": ()}, "at least 2 items"),
        ({"firms": ("a", "a")}, "named twice"),
        ({"goods": ()}, "at least one item"),
        ({"cost": ()}, "at least 2 items"),
        ({"cost": 5}, "a list was expected"),
        ({"cost": (100, 50)}, "interval of some length"),
        ({"cost": (50, 50)}, "interval of some length"),
        ({"cost": (-1, 50)}, "at least 0"),
        ({"cost": (50, math.inf)}, "finite"),
        ({"cost": (50, math.nan)}, "finite"),
        ({"cost": ((50, 100), (40, 100))}, "closed form for equal intervals"),
        ({"cost": ((50, 100),) * 2, "firms": ("a", "b", "c")}, "2 intervals for 3 suppliers"),
        ({"reserve": 0}, "more than 0"),
        ({"reserve": -3}, "more than 0"),
        ({"reserve": math.nan}, "finite"),
        ({"reserve": 50}, "nobody bids"),
        ({"reserve": 100.0000001}, "at most six decimals"),
        ({"reserve": 130, "value": 120}, "more than the contract's value"),
        ({"value": 1e12}, "exactly in millionths"),
        ({"cost": (0, 4e9), "reserve": 100}, "exactly in millionths"),
        ({"rule": "third-price"}, "first-price"),
        ({"rounds": 0}, "at least 1"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError, match=reason):
        procurement_v0.parallel_env(**fields)


def test_a_bad_file_is_refused_with_its_place():
    text = "kind: market\nversion: 1\ntype: procurement\nname: odd\ncost: [90, 80]\n"
    with pytest.raises(DocumentError, match=r"odd\.yaml:5"):
        parse_market(Source("odd.yaml", text))
