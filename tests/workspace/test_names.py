"""From a name to a file, and what is refused on the way."""

from pathlib import Path

import pytest

from agoranomos.errors import UsageError
from agoranomos.workspace import Workspace, list_names, resolve, resolve_argument


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "library"
    for name in ("institutions/antitrust.yaml", "institutions/strict.yaml", "policies/reader.md", "policies/README.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    monkeypatch.setattr("agoranomos.workspace.names.library_root", lambda: root)
    return root


@pytest.fixture
def workspace(tmp_path: Path, library: Path) -> Workspace:
    root = tmp_path / "lab"
    (root / "institutions" / "mine").mkdir(parents=True)
    (root / "institutions" / "strict.yaml").write_text("")
    (root / "institutions" / "mine" / "first.yaml").write_text("")
    return Workspace(root, "lab")


def test_the_workspace_stands_before_the_library(workspace: Workspace, library: Path) -> None:
    assert resolve("institutions", "strict", workspace) == workspace.root / "institutions/strict.yaml"
    assert resolve("institutions", "antitrust", workspace) == library / "institutions/antitrust.yaml"


@pytest.mark.parametrize(
    "name", ["antitrust", "antitrust.yaml", "institutions/antitrust.yaml", "institutions/antitrust"]
)
def test_suffix_and_folder_may_be_written_or_left_out(workspace: Workspace, library: Path, name: str) -> None:
    assert resolve("institutions", name, workspace) == library / "institutions/antitrust.yaml"


def test_a_name_may_lie_in_a_subfolder(workspace: Workspace) -> None:
    assert resolve("institutions", "mine/first", workspace) == workspace.root / "institutions/mine/first.yaml"


@pytest.mark.parametrize(
    "name", ["../secret", "institutions/../../secret", "a/../b", "..", "", ".", "~/x", "-x", "a\\b", "a\0b"]
)
def test_a_name_that_leaves_the_folders_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.yaml").write_text("")
    with pytest.raises(UsageError, match="is no institution name"):
        resolve("institutions", name, workspace)


def test_an_absolute_path_is_taken_only_inside_the_folders(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("")
    with pytest.raises(UsageError, match="unknown institution"):
        resolve("institutions", str(outside), workspace)
    inside = workspace.root / "institutions" / "strict.yaml"
    assert resolve("institutions", str(inside), workspace) == inside


def test_a_link_that_leads_outside_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("")
    (workspace.root / "institutions" / "leak.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(UsageError, match="unknown institution 'leak'"):
        resolve("institutions", "leak", workspace)
    assert "leak" not in [located.name for located in list_names("institutions", workspace)]


def test_a_misspelt_name_is_answered_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="Did you mean 'antitrust'"):
        resolve("institutions", "antitrst", workspace)


def test_an_unknown_kind_is_answered_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="Did you mean 'markets'"):
        resolve("market", "x", workspace)
    with pytest.raises(UsageError, match="Did you mean 'institutions'"):
        list_names("institution", workspace)


def test_a_stem_with_two_suffixes_needs_its_suffix(workspace: Workspace, library: Path) -> None:
    (library / "policies" / "reader.yaml").write_text("")
    with pytest.raises(UsageError, match=r"reader\.md and reader\.yaml"):
        resolve("policies", "reader", workspace)
    assert resolve("policies", "reader.md", workspace) == library / "policies/reader.md"
    assert [located.name for located in list_names("policies", workspace)] == ["reader.md", "reader.yaml"]


def test_the_list_shows_each_name_once_with_its_origin(workspace: Workspace) -> None:
    shown = [(located.name, located.origin) for located in list_names("institutions", workspace)]
    assert shown == [("antitrust", "library"), ("mine/first", "workspace"), ("strict", "workspace")]
    assert list_names("markets", workspace) == []


def test_traces_beside_an_institution_are_no_institution(workspace: Workspace) -> None:
    (workspace.root / "institutions" / "strict.traces.yaml").write_text("")
    assert "strict.traces" not in [located.name for located in list_names("institutions", workspace)]
    with pytest.raises(UsageError, match="unknown institution"):
        resolve("institutions", "strict.traces", workspace)
    assert resolve("institutions", "strict", workspace) == workspace.root / "institutions/strict.yaml"


def test_the_list_of_logs_is_the_folders_in_it(workspace: Workspace) -> None:
    assert list_names("logs", workspace) == []
    (workspace.root / "logs" / "cournot-12345678").mkdir(parents=True)
    (workspace.root / "logs" / ".cache").mkdir()
    (workspace.root / "logs" / "README.md").write_text("")
    assert [located.name for located in list_names("logs", workspace)] == ["cournot-12345678"]


def test_on_the_command_line_any_existing_file_will_do(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text("")
    monkeypatch.chdir(workspace.root)
    assert resolve_argument("institutions", str(elsewhere), workspace) == elsewhere
    assert resolve_argument("institutions", "../elsewhere.yaml", workspace) == Path("../elsewhere.yaml")
    assert resolve_argument("institutions", "strict", workspace) == workspace.root / "institutions/strict.yaml"
    with pytest.raises(UsageError, match="no such file"):
        resolve_argument("institutions", "../nowhere.yaml", workspace)


def test_what_a_workspace_does_not_hold_is_looked_up_behind_it(tmp_path: Path) -> None:
    behind = tmp_path / "mine"
    for root, name in ((behind, "shared"), (behind, "own"), (tmp_path / "study", "own")):
        (root / "agents").mkdir(parents=True, exist_ok=True)
        (root / "agents" / f"{name}.yaml").write_text(f"about: {root.name}")
    study = Workspace(tmp_path / "study", "mine", behind)
    assert resolve("agents", "own", study).parent.parent.name == "study"
    assert resolve("agents", "shared", study).parent.parent.name == "mine"
    assert resolve("agents", "divider", study).is_file()  # the library stands behind both
    with pytest.raises(UsageError):
        resolve("agents", "shared", Workspace(tmp_path / "study", "mine"))
