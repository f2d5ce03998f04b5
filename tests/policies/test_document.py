import pytest

from agoranomos.errors import DocumentError, UsageError
from agoranomos.policies import choose_policy
from agoranomos.workspace import Workspace, find_workspace, list_names

TUNED = "kind: policy\nversion: 1\ntype: divider\nparameters:\n  sharpness: 0.9\n"


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "policies").mkdir()
    return Workspace(tmp_path, "here")


def write(workspace, text, name="blunt"):
    (workspace.root / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_a_file_names_a_tuned_policy_and_a_roster_may_change_it_further(workspace):
    write(workspace, TUNED)
    chosen = choose_policy("blunt", workspace)
    assert chosen.type.name == "divider"
    assert chosen.parameters({}).sharpness == 0.9
    assert chosen.parameters({"sharpness": 0.8}).sharpness == 0.8
    assert choose_policy("blunt.yaml", workspace) == choose_policy("policies/blunt.yaml", workspace) == chosen


def test_a_registered_policy_comes_before_a_file_of_its_name(workspace):
    write(workspace, TUNED, "nash")
    assert choose_policy("nash", workspace).type.name == "nash"
    assert choose_policy("nash.yaml", workspace).type.name == "divider"


def test_every_shipped_policy_file_is_valid():
    workspace = find_workspace()
    shipped = [
        found.name
        for found in list_names("policies", workspace)
        if found.path.suffix == ".yaml" and "kind: policy" in found.path.read_text(encoding="utf-8")
    ]
    assert "quick-learner" in shipped
    for name in shipped:
        chosen = choose_policy(name, workspace)
        chosen.parameters({})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TUNED.replace("divider", "divder"), r"blunt.yaml:3:1: type: .*(?s:.*)Did you mean 'divider'"),
        (TUNED.replace("sharpness", "sharpnes"), r"blunt.yaml:5:3: unknown key 'sharpnes'\n.*Did you mean 'sharpness'"),
        (TUNED.replace("0.9", "1.9"), r"blunt.yaml:5:3: parameters.sharpness: .*at most 1"),
        (TUNED.replace("0.9", ".nan"), r"blunt.yaml:5:3: parameters.sharpness: .*finite"),
        (TUNED.replace("type", "typo"), r"blunt.yaml:3:1: unknown key 'typo'"),
        (TUNED.replace("kind: policy", "kind: roster"), r"blunt.yaml:1:1: `kind` is 'roster'"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_word(workspace, text, message):
    write(workspace, text)
    with pytest.raises(DocumentError, match=message):
        choose_policy("blunt", workspace)


def test_a_name_that_is_neither_gets_the_nearest_of_both(workspace):
    write(workspace, TUNED)
    with pytest.raises(UsageError, match="Did you mean 'blunt'"):
        choose_policy("blnt", workspace)
    with pytest.raises(UsageError, match="Did you mean 'learner'"):
        choose_policy("lerner", workspace)
    with pytest.raises(UsageError):
        choose_policy("policies/missing", workspace)
