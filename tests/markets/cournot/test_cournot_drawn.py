"""Cournot markets whose costs and demand are drawn by each run, and what they are called."""

from pathlib import Path

import numpy as np
import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import CournotSpec, build_market, load_market
from agoranomos.markets.catalogue import described_market
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.workspace import Workspace

RELABELLED = {
    "firms": ("north", "south"),
    "alpha": {"from": 90, "to": 110},
    "marginal_cost": (({"from": 35, "to": 45}, 50.0), (50.0, {"from": 35, "to": 45})),
    "labels": {"unit": "kg", "money": "EUR", "story": "Two mills bring flour."},
}


def test_as_it_is_read_a_market_has_the_middles():
    spec = cournot_spec(**RELABELLED)
    assert spec.alpha == (100, 100)
    assert spec.marginal_cost == ((40, 50), (50, 40))
    planned, plain = build_market(spec), build_market(cournot_spec(firms=("north", "south")))
    assert planned.facts == plain.facts


def test_each_run_draws_its_own_and_the_record_holds_them():
    spec = cournot_spec(**RELABELLED)
    runs = [spec.drawn(seed) for seed in range(20)]
    assert len(set(runs)) == 20
    assert runs[3] == spec.drawn(3)
    for run in runs:
        assert run.ranges is None
        assert run.drawn(99) is run
        assert all(90 <= alpha <= 110 for alpha in run.alpha)
        assert 35 <= run.marginal_cost[0][0] <= 45
        assert run.marginal_cost[0][1] == 50
        assert len({*run.alpha, run.marginal_cost[0][0], run.marginal_cost[1][1]}) == 4
        described = build_market(run).describe()
        assert described["marginal_cost"][0][0] == repr(run.marginal_cost[0][0])
        assert described_market(described) == run


def test_the_order_of_the_draws_is_that_of_goods_and_firms():
    """Whatever way a specification came about: written, described and read back, or with other rounds."""
    spec = cournot_spec(**RELABELLED)
    again = described_market(spec.described())
    assert again == spec
    assert again.drawn(5) == spec.drawn(5)
    shuffled = CournotSpec.model_validate({**spec.model_dump(), "ranges": dict(reversed(spec.ranges.items()))})
    assert shuffled.drawn(5) == spec.drawn(5)
    assert CournotSpec.model_validate({**spec.model_dump(), "rounds": 7}).drawn(5).alpha == spec.drawn(5).alpha
    other = cournot_spec(**{**RELABELLED, "name": "other", "rounds": 3, "labels": None})
    assert other.drawn(5).marginal_cost == spec.drawn(5).marginal_cost


def test_ranges_stand_in_their_places_in_a_description():
    described = cournot_spec(**RELABELLED).described()
    assert described["alpha"] == [{"from": "90.0", "to": "110.0"}] * 2
    assert described["marginal_cost"][0] == [{"from": "35.0", "to": "45.0"}, "50.0"]
    assert "ranges" not in described
    assert described["labels"] == RELABELLED["labels"]


def test_what_is_not_used_is_not_described():
    assert set(CournotSpec().described()) == {
        "kind", "version", "type", "name", "rounds", "firms", "goods", "alpha", "beta", "marginal_cost", "capacity",
        "demand_shock",
    }  # fmt: skip


def test_one_range_for_all_is_drawn_for_each():
    run = cournot_spec(firms=50, marginal_cost={"from": 30, "to": 60}).drawn(1)
    costs = [cost for (cost,) in run.marginal_cost]
    assert len(set(costs)) > 45
    assert np.std(costs) > 5


def test_labels_change_no_number():
    assert build_market(cournot_spec(labels=RELABELLED["labels"])).facts == build_market(CournotSpec()).facts


def test_the_file_of_the_library_shows_both(tmp_path):
    spec = load_market("cournot-relabelled", Workspace(tmp_path, "mine")).spec
    assert spec.labels.unit == "kg"
    assert spec.goods == ("rye", "spelt")
    assert spec.drawn(1) != spec.drawn(2)
    assert len(spec.ranges) == 6


HEAD = "kind: market\nversion: 1\ntype: cournot\nname: mine\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alpha: {from: 110, to: 90}\n", "alpha.0: a number is drawn from a range"),
        ("alpha: {from: -10, to: 5}\n", "more than 0 was expected"),
        ("alpha: {from: -10, to: 50}\n", "-10 could be drawn; more than 0"),
        ("marginal_cost: [[{from: -10, to: 50}]]\n", "-10 could be drawn; at least 0"),
        ("beta: {from: 1, to: 2}\n", "a number was expected"),
        ("marginal_cost: [[{from: 30}]]\n", "marginal_cost.0.0: a number is drawn from a range"),
        ("alpha: {from: 1, to: 10000000000}\n", "larger units"),
        ("ranges: {alpha.0: [1, 2]}\n", "another middle"),
        ("labels: {unit: ''}\n", "an empty text does not do"),
        ("labels: {colour: red}\n", "colour"),
        ("labels: {story: 3}\n", "a text was expected"),
        ("differentiation: 1.5\n", "at most 1 was expected"),
        ("differentiation: -0.1\n", "at least 0 was expected"),
        ("differentiation: .nan\n", "at least 0|finite"),
        ("differentiation: [0.1, 0.2, 0.3]\n", "3 numbers for 2 goods"),
        ("monitoring: {public: shares}\n", "'price' was expected"),
        ("monitoring: price\n", "a mapping"),
        ("beta: -2\n", "more than 0 was expected"),
        ("beta: .nan\n", "finite|more than 0"),
        ("alpha: .inf\n", "finite"),
        ("marginal_cost: [[.nan, 40], [40, 50]]\n", "finite|at least 0"),
        ("capacity: .nan\n", "finite|more than 0"),
        ("marginal_cost: []\n", "0 rows"),
        ("goods: []\n", "one item was expected"),
        ("firms: []\n", "one item was expected"),
        ("firms: 0\n", "a list was expected"),
        ("continuation: 1\n", "less than 1 was expected"),
        ("continuation: .nan\n", "finite|more than 0"),
        ("rounds: 1000000001\n", "at most 1,000,000,000 was expected"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(text, message):
    with pytest.raises(DocumentError, match=message):
        parse_document(Source("mine.yaml", HEAD + text), CournotSpec)


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in (Path(__file__).parents[3] / "markets").glob("cournot-*.yaml"))
)
def test_every_file_of_the_library_is_a_market_that_can_be_played(name, tmp_path):
    spec = load_market(name, Workspace(tmp_path, "mine")).spec
    assert spec.name == name
    market = build_market(spec.drawn(1))
    observations, _ = market.reset(seed=1)
    for _ in range(3):
        observations = market.step({a: market.play("nash", a, observations[a]) for a in market.agents})[0]
    assert market.projected() == ()
    assert described_market(market.describe()) == market.spec


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"differentiation": 0.5}, "versions differ"),
        ({"entry": {"firm_1": 2}}, "enter and leave"),
        ({"fixed_cost": 5}, "fixed costs"),
    ],
)
def test_tools_that_reason_from_totals_refuse_what_they_do_not_know(fields, message, tmp_path):
    from agoranomos.deterrence.certificate import certify
    from agoranomos.deterrence.red_team.attack import attack
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.markets import load_cournot
    from agoranomos.workspace import resolve

    workspace = Workspace(tmp_path, "mine")
    (tmp_path / "markets").mkdir()
    keys = {"differentiation": "differentiation: 0.5", "entry": "entry: {firm_1: 2}", "fixed_cost": "fixed_cost: 5"}
    (tmp_path / "markets" / "mine.yaml").write_text(HEAD + keys[next(iter(fields))] + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load_cournot("mine", workspace, "agora judge")
    institution = load_institution(read_text(resolve("institutions", "cournot-antitrust", workspace)))
    with pytest.raises(UsageError, match=message):
        certify(institution, build_market(cournot_spec(**fields)))
    with pytest.raises(UsageError, match=message):
        attack(institution, build_market(cournot_spec(**fields)), evaluations=1)
