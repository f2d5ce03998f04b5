import pytest

from agoranomos.agents import Roster, load_roster, resolve_roster
from agoranomos.errors import DocumentError, UsageError
from agoranomos.workspace import Workspace, find_workspace, list_names

PAIR = """kind: roster
version: 1
agents:
  - policy: divider
    parameters:
      sharpness: 0.9
    noise: 0.05
  - policy: nash
"""


@pytest.fixture
def workspace(tmp_path):
    for folder in ("agents", "policies"):
        (tmp_path / folder).mkdir()
    return Workspace(tmp_path, "here")


def load(workspace, text):
    (workspace.root / "agents" / "pair.yaml").write_text(text, encoding="utf-8")
    return load_roster("pair", workspace)


def test_a_loaded_roster_holds_every_parameter_and_its_own_name(workspace):
    roster = load(workspace, PAIR)
    assert roster.name == "pair"
    assert roster.agents[0].parameters == {"sharpness": 0.9}
    assert load(workspace, PAIR.replace("divider", "parked-divider")).agents[0].parameters == {
        "price_elevation": 0.499,
        "sharpness": 0.9,
    }
    assert load(workspace, PAIR.replace("version: 1\n", "version: 1\nname: twins\n")).name == "twins"


def test_a_roster_survives_json_and_resolving_again(workspace):
    roster = load(workspace, PAIR)
    assert Roster.model_validate_json(roster.model_dump_json()) == roster
    assert resolve_roster(roster, workspace) == roster


def test_a_policy_file_is_resolved_into_the_roster(workspace):
    (workspace.root / "policies" / "blunt.yaml").write_text(
        "kind: policy\nversion: 1\ntype: parked-divider\nparameters: {sharpness: 0.8, price_elevation: 0.3}\n",
        encoding="utf-8",
    )
    roster = load(workspace, PAIR.replace("divider", "blunt").replace("sharpness: 0.9", "price_elevation: 0.2"))
    assert roster.agents[0].policy == "parked-divider"
    assert roster.agents[0].parameters == {"sharpness": 0.8, "price_elevation": 0.2}


def test_every_shipped_roster_is_valid_and_says_what_it_is_about():
    workspace = find_workspace()
    shipped = [found.name for found in list_names("agents", workspace)]
    assert {
        "nash",
        "nash-noisy",
        "best-response",
        "divider",
        "divider-noisy",
        "nash-share-cartel",
        "ladder-gamer",
        "learner",
        "parked-divider",
        "mixed",
    } <= set(shipped)
    for name in shipped:
        roster = load_roster(name, workspace)
        assert roster.about
        seats = sum(entry.count for entry in roster.agents)
        assert len(roster.entries(seats)) == seats


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("policy: nash", "policy: nahs", r"pair.yaml:8:5: agents.1.policy: .*(?s:.*)Did you mean 'nash'"),
        ("policy: nash", "polcy: nash", r"pair.yaml:8:5: unknown key 'polcy'\n.*Did you mean 'policy'"),
        ("sharpness", "sharpnes", r"pair.yaml:6:7: unknown key 'sharpnes'\n.*Did you mean 'sharpness'"),
        ("0.9", "nine", r"pair.yaml:6:7: agents.0.parameters.sharpness: .*number.*\(found 'nine'\)"),
        ("noise: 0.05", "noise: .nan", r"pair.yaml:7:5: agents.0.noise: .*finite"),
        ("noise: 0.05", "count: 1.0", r"pair.yaml:7:5: agents.0.count: a whole number"),
        ("parameters:\n      sharpness: 0.9", "parameters: [0.9]", r"pair.yaml:5:5: agents.0.parameters"),
        ("policy: divider", "policy: broken", r"broken.yaml:3:1: type: "),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_word(workspace, old, new, message):
    (workspace.root / "policies" / "broken.yaml").write_text(
        "kind: policy\nversion: 1\ntype: nothing\n", encoding="utf-8"
    )
    with pytest.raises(DocumentError, match=message):
        load(workspace, PAIR.replace(old, new))


def test_parameters_must_be_a_mapping_for_a_policy_file_too(workspace):
    (workspace.root / "policies" / "blunt.yaml").write_text(
        "kind: policy\nversion: 1\ntype: divider\n", encoding="utf-8"
    )
    with pytest.raises(DocumentError, match=r"agents.0.parameters"):
        load(workspace, PAIR.replace("divider", "blunt").replace("parameters:\n      sharpness: 0.9", "parameters: 7"))


def test_an_unknown_roster_gets_the_nearest_name():
    with pytest.raises(UsageError, match="Did you mean 'learner'"):
        load_roster("lerner", find_workspace())


def roster_of(*counts):
    agents = [{"policy": "nash", "count": count} for count in counts]
    return Roster.model_validate({"kind": "roster", "version": 1, "agents": agents})


def test_one_agent_fills_every_seat_and_counts_repeat():
    assert len(roster_of(1).entries(5)) == 5
    assert len(roster_of(2, 1).entries(3)) == 3


@pytest.mark.parametrize("counts", [(1, 1), (2,), (2, 2)])
def test_any_other_number_of_seats_is_refused(counts):
    with pytest.raises(UsageError, match=rf"the roster seats {sum(counts)} agents, the market has 3"):
        roster_of(*counts).entries(3)
