"""Finding the workspace and naming it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agoranomos.documents import Name
from agoranomos.errors import DocumentError
from agoranomos.workspace import find_workspace
from agoranomos.workspace.folder import name_of_folder


def test_the_nearest_folder_above_that_holds_the_file_is_the_workspace(tmp_path: Path) -> None:
    for folder, name in ((tmp_path, "outer"), (tmp_path / "a", "inner")):
        folder.mkdir(exist_ok=True)
        (folder / "agora.yaml").write_text(f"kind: workspace\nversion: 1\nname: {name}\n")
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert find_workspace(deep).name == "inner"
    assert find_workspace(deep).root == tmp_path / "a"
    assert find_workspace(tmp_path).name == "outer"


def test_a_plain_folder_is_a_workspace_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "2 my lab!"
    folder.mkdir()
    monkeypatch.chdir(folder)
    found = find_workspace()
    assert (found.root, found.name) == (folder, "w2-my-lab")
    assert found.folder("markets") == folder / "markets"


def test_an_invalid_workspace_file_is_an_error_that_names_its_place(tmp_path: Path) -> None:
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: my lab\n")
    with pytest.raises(DocumentError, match=r"agora\.yaml:3:1"):
        find_workspace(tmp_path)


@given(st.text())
def test_every_folder_name_gives_a_valid_workspace_name(text: str) -> None:
    TypeAdapter(Name).validate_python(name_of_folder(Path("/") / text.replace("/", "").replace("\0", "")))
