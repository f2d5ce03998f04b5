import pytest

from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import CournotSpec, load_market
from agoranomos.workspace import Workspace, library_root, list_names


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path, "mylab")


def test_every_market_of_the_library_loads_under_its_own_name(workspace):
    names = [located.name for located in list_names("markets", workspace)]
    assert {
        "cournot-duopoly",
        "cournot-duopoly-symmetric",
        "cournot-duopoly-shocks",
        "cournot-triopoly",
        "cournot-duopoly-tight",
    } <= set(names)
    for name in names:
        assert load_market(name, workspace).facts.market == name
    assert (library_root() / "markets").is_dir()


def test_the_papers_market_is_the_default_of_the_library(workspace):
    assert load_market("cournot-duopoly", workspace).spec == CournotSpec()


@pytest.mark.parametrize(
    ("name", "nash_e6"),
    [
        ("cournot-duopoly", ((46_666_667, 26_666_667), (26_666_667, 46_666_667))),
        ("cournot-duopoly-symmetric", ((40_000_000, 40_000_000), (40_000_000, 40_000_000))),
        ("cournot-duopoly-shocks", ((46_666_667, 26_666_667), (26_666_667, 46_666_667))),
        ("cournot-triopoly", ((37_500_000, 17_500_000), (17_500_000, 37_500_000), (27_500_000, 27_500_000))),
        ("cournot-duopoly-tight", ((40_000_000, 20_000_000), (20_000_000, 40_000_000))),
    ],
)
def test_nash_play_in_the_library(workspace, name, nash_e6):
    assert load_market(name, workspace).facts.benchmarks["nash"]["quantity_e6"] == nash_e6


def test_the_users_own_market_comes_first(workspace):
    own = workspace.root / "markets" / "cournot-duopoly.yaml"
    own.parent.mkdir()
    own.write_text("kind: market\nversion: 1\ntype: cournot\nname: cournot-duopoly\nrounds: 3\n")
    assert load_market("cournot-duopoly", workspace).spec.rounds == 3


def test_a_misspelt_name_gets_the_nearest_one(workspace):
    with pytest.raises(UsageError) as caught:
        load_market("cournot-duopoli", workspace)
    assert "cournot-duopoly" in caught.value.advice


def test_an_invalid_file_is_named_with_the_place(workspace):
    own = workspace.root / "markets" / "mine.yaml"
    own.parent.mkdir()
    own.write_text("kind: market\nversion: 1\ntype: cournot\nname: mine\ncapacity: -4\n")
    with pytest.raises(DocumentError, match=r"mine\.yaml:5:1"):
        load_market("mine", workspace)
