"""Making a workspace, again and again, and leaving other folders alone."""

from pathlib import Path

import pytest

from agoranomos.documents import read_document
from agoranomos.errors import MachineError, UsageError
from agoranomos.workspace import KINDS, WorkspaceDocument, find_workspace, init_workspace, library_root


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_workspace_has_every_root_folder_and_the_library_in_them(tmp_path: Path) -> None:
    created = init_workspace(tmp_path / "mylab")
    root = created.workspace.root
    assert read_document(root / "agora.yaml", WorkspaceDocument).name == "mylab"
    assert all((root / kind).is_dir() for kind in KINDS)
    assert find_workspace(root / "institutions") == created.workspace
    for original in (library_root() / "institutions").glob("*.yaml"):
        assert (root / "institutions" / original.name).read_bytes() == original.read_bytes()
    assert created.kept == ()


def test_a_second_call_changes_nothing_and_completes_what_is_missing(tmp_path: Path) -> None:
    root = init_workspace(tmp_path / "mylab").workspace.root
    (root / "README.md").write_text("mine")
    (root / "logs" / ".gitignore").unlink()
    before = snapshot(root)
    again = init_workspace(root)
    assert again.written == (root / "logs" / ".gitignore",)
    assert {name: text for name, text in snapshot(root).items() if name in before} == before
    assert init_workspace(root).written == ()


def test_a_workspace_keeps_the_name_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: chosen\n")
    assert init_workspace(tmp_path).workspace.name == "chosen"


def test_a_folder_that_holds_something_else_is_refused_unharmed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="nothing was changed"):
        init_workspace(tmp_path)
    assert snapshot(tmp_path) == {"thesis.tex": b"years of work"}


def test_an_empty_git_repository_will_do(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert init_workspace(tmp_path).workspace.root == tmp_path


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mylab").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        init_workspace(tmp_path / "mylab")


def test_a_folder_that_cannot_be_written_is_a_machine_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(MachineError, match="Permission denied"):
        init_workspace(tmp_path / "mylab")
