import pytest
from pydantic import ValidationError

from agoranomos.documents import Source, parse_document
from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets.cournot.spec import CournotSpec, DemandShock, cournot_spec

HEAD = "kind: market\nversion: 1\ntype: cournot\nname: mine\n"


def read(text):
    return parse_document(Source("mine.yaml", HEAD + text), CournotSpec)


def test_the_defaults_are_the_papers_duopoly():
    spec = CournotSpec()
    assert spec.firms == ("firm_1", "firm_2")
    assert spec.goods == ("A", "B")
    assert spec.alpha == (100, 100)
    assert spec.beta == (2, 2)
    assert spec.capacity == (100, 100)
    assert spec.marginal_cost == ((40, 50), (50, 40))
    assert spec.rounds == 50
    assert spec.demand_shock is None


def test_one_number_holds_for_all_and_names_follow_the_costs():
    spec = cournot_spec(marginal_cost=[[1, 2, 3]], alpha=[10, 20, 30], capacity=5, demand_shock={"sigma": 0.1})
    assert spec.firms == ("firm_1",)
    assert spec.goods == ("A", "B", "C")
    assert spec.beta == (2, 2, 2)
    assert spec.capacity == (5,)
    assert spec.demand_shock == DemandShock(sigma=(0.1, 0.1, 0.1))


def test_the_27th_good_has_a_name_too():
    assert cournot_spec(marginal_cost=[[1] * 27]).goods[25:] == ("Z", "good_27")


def test_a_file_reads_as_what_python_builds():
    assert read("firms: [a, b]\ngoods: [X]\nalpha: 90\nmarginal_cost: [[40], [50]]\n") == cournot_spec(
        name="mine", firms=["a", "b"], goods=["X"], alpha=90, marginal_cost=[[40], [50]]
    )


def test_a_specification_is_frozen_and_can_be_a_key():
    spec = CournotSpec()
    assert {spec: 1}[cournot_spec()] == 1
    with pytest.raises(ValidationError):
        spec.rounds = 3


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("alfa: 100\n", "5:1", "unknown key 'alfa'"),
        ("alpha: [100]\n", "5:1", "1 numbers for 2 goods (A, B)"),
        ("alpha: [100, .nan]\n", "5:14", "finite"),
        ("alpha: [100, -1]\n", "5:14", "more than 0 was expected"),
        ("alpha: cheap\n", "5:1", "a list was expected"),
        ("beta: 0\n", "5:1", "more than 0 was expected"),
        ("capacity: -5\n", "5:1", "more than 0 was expected"),
        ("capacity: .inf\n", "5:1", "finite"),
        ("capacity: 0.0000001\n", "5:1", "millionths"),
        ("capacity: [1, 2, 3]\n", "5:1", "3 numbers for 2 firms (firm_1, firm_2)"),
        ("marginal_cost: [[40, 50], [50]]\n", "5:1", "row 2 has 1 numbers for 2 goods (A, B)"),
        ("marginal_cost: [[40, 50], [50, -40]]\n", "5:32", "at least 0 was expected"),
        ("marginal_cost: 40\n", "5:1", "a list was expected"),
        ("marginal_cost: []\n", "5:1", "0 rows for 1 firm (firm_1)"),
        ("firms: [a, b, c]\n", "1:1", "2 rows for 3 firms (a, b, c)"),
        ("firms: [a, a]\n", "5:1", "'a' is named twice"),
        ("firms: [a, 'b c']\n", "5:12", "a name of letters"),
        ("firms: 3\n", "1:1", "2 rows for 3 firms"),
        ("firms: 0\n", "5:1", "a list was expected"),
        ("goods: [X]\n", "1:1", "row 1 has 2 numbers for 1 good (X)"),
        ("rounds: 0\n", "5:1", "at least 1 was expected"),
        ("rounds: many\n", "5:1", "a whole number was expected"),
        ("demand_shock: {sigma: [0.1, 0.1, 0.1]}\n", "5:1", "sigma has 3 numbers for 2 goods (A, B)"),
        ("demand_shock: {sigma: -0.1}\n", "5:16", "at least 0 was expected"),
        ("demand_shock: 0.1\n", "5:1", "a mapping"),
        ("capacity: 1000000000000\n", "1:1", "choose larger units"),
    ],
)
def test_an_error_names_the_place_and_what_was_expected(text, place, message):
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert message in str(caught.value)
    assert caught.value.place == f"mine.yaml:{place}"


def test_another_kind_of_market_is_refused_with_the_ones_there_are():
    with pytest.raises(DocumentError, match="cournot"):
        parse_document(Source("m.yaml", "kind: market\nversion: 1\ntype: bertrand\n"), CournotSpec)


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValidationError):
        CournotSpec.model_validate("cournot")
    with pytest.raises(ValidationError):
        DemandShock.model_validate(0.1)


def test_from_python_an_error_is_one_sentence():
    with pytest.raises(UsageError) as caught:
        cournot_spec(capacity=-1)
    assert str(caught.value) == "capacity.0: more than 0 was expected"
    with pytest.raises(UsageError, match=r"^values up to .* choose larger units"):
        cournot_spec(capacity=1e12)


def test_nothing_that_can_happen_is_too_large_to_be_recorded():
    """At the largest numbers that the specification takes, the measures of any outcome are exact integers."""
    import numpy as np

    from agoranomos.markets import build_market

    spec = cournot_spec(marginal_cost=[[0.0]], alpha=1e3, beta=4e3, capacity=4e6)
    market = build_market(spec)
    for quantity in (0.0, 2e6, 4e6):
        market.reset(seed=1)
        market.step({"firm_1": np.array([quantity])})
        assert all(v is None or abs(v) < 2**53 for v in _integers(market.measures()))
    with pytest.raises(UsageError, match="larger units"):
        cournot_spec(marginal_cost=[[0.0]], alpha=1e3, beta=4e3, capacity=4e7)


def _integers(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
    for part in parts:
        if isinstance(part, (dict, tuple)):
            yield from _integers(part)
        else:
            yield part
