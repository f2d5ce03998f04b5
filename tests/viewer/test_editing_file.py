"""Saving: on request only, as a whole or not at all, never over another text, with permissions and links kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agoranomos.documents import Source
from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions import load_institution
from agoranomos.institutions.lint import lint
from agoranomos.viewer.editing_file import EditedFile, edited_file
from agoranomos.viewer.editing_template import template
from agoranomos.viewer.refusals import Conflict
from agoranomos.workspace import library_root
from agoranomos.workspace.folder import Workspace

OLD, NEW = template("old"), template("new")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "institutions").mkdir()
    (tmp_path / "institutions" / "mine.yaml").write_text(OLD)
    return Workspace(tmp_path, "lab")


def path_in(workspace: Workspace) -> Path:
    return workspace.root / "institutions" / "mine.yaml"


def test_a_name_means_the_workspaces_file_and_saving_changes_it(workspace: Workspace) -> None:
    file = edited_file("mine", workspace)
    assert file.path == path_in(workspace)
    text, digest = file.now()
    assert text == OLD
    saved = file.save(NEW, digest)
    assert file.path.read_text() == NEW
    assert file.now() == (NEW, saved)
    assert [path.name for path in file.path.parent.iterdir()] == ["mine.yaml"]


def test_a_text_that_was_changed_meanwhile_is_not_written_over(workspace: Workspace) -> None:
    file = edited_file("mine", workspace)
    _, digest = file.now()
    file.path.write_text(NEW)
    with pytest.raises(Conflict) as refused:
        file.save("lost", digest)
    assert refused.value.status == 409
    assert file.path.read_text() == NEW
    file.path.unlink()
    with pytest.raises(Conflict):
        file.save("lost", digest)
    assert not file.path.exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permissions_stay(workspace: Workspace, mode: int) -> None:
    file = edited_file("mine", workspace)
    file.path.chmod(mode)
    file.save(NEW, file.now()[1])
    assert file.path.stat().st_mode & 0o7777 == mode


def test_a_link_stays_and_what_it_leads_to_is_written(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "real.yaml"
    real.write_text(OLD)
    link = workspace.root / "institutions" / "linked.yaml"
    link.symlink_to(real)
    file = edited_file(str(link), workspace)
    file.save(NEW, file.now()[1])
    assert link.is_symlink()
    assert real.read_text() == NEW


def test_a_disk_that_fails_leaves_the_old_text_and_nothing_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = edited_file("mine", workspace)
    digest = file.now()[1]

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError, match="No space left"):
        file.save(NEW, digest)
    assert file.path.read_text() == OLD
    assert [path.name for path in file.path.parent.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(("moment", "left"), [("os.fsync", OLD), ("pathlib.Path.replace", OLD)])
def test_a_process_that_is_killed_half_way_leaves_a_whole_text(workspace: Workspace, moment: str, left: str) -> None:
    module, _, name = moment.rpartition(".")
    script = f"""
import os, pathlib, signal, sys
from agoranomos.viewer.editing_file import edited_file
from agoranomos.workspace.folder import Workspace
file = edited_file("mine", Workspace(pathlib.Path(sys.argv[1]), "lab"))
digest = file.now()[1]
{module}.{name} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
file.save("half of a text", digest)
"""
    ended = subprocess.run([sys.executable, "-c", script, str(workspace.root)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path_in(workspace).read_text() == left
    assert edited_file("mine", workspace).now()[0] == left


def test_the_library_is_shown_and_not_written(workspace: Workspace) -> None:
    file = edited_file("cournot-antitrust", workspace)
    assert file.path.is_relative_to(library_root())
    before = file.path.read_bytes()
    with pytest.raises(UsageError, match="belongs to the built-in library") as refused:
        file.save(NEW, file.now()[1])
    assert "agora init" in refused.value.advice
    assert "--out" in refused.value.advice
    link = workspace.root / "institutions" / "sly.yaml"
    link.symlink_to(file.path)
    with pytest.raises(UsageError, match="belongs to the built-in library"):
        edited_file(str(link), workspace).save(NEW, file.now()[1])
    assert file.path.read_bytes() == before


def test_out_is_a_new_file_with_the_librarys_text(workspace: Workspace) -> None:
    out = workspace.root / "copies" / "mine.yaml"
    file = edited_file("cournot-antitrust", workspace, out=out)
    text, digest = file.now()
    assert digest == ""
    assert text == (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()
    assert not out.exists()
    file.save(text, digest)
    assert out.read_text() == text
    with pytest.raises(UsageError, match="is there already"):
        edited_file("cournot-antitrust", workspace, out=out)


def test_a_new_file_is_there_once_it_is_saved(workspace: Workspace) -> None:
    file = edited_file("fresh", workspace, new=True)
    assert file.path == workspace.root / "institutions" / "fresh.yaml"
    text, digest = file.now()
    assert lint(load_institution(Source("fresh.yaml", text))) == ()
    assert (digest, file.path.exists()) == ("", False)
    file.save(text, digest)
    assert file.path.read_text() == text
    assert file.path.stat().st_mode & 0o600 == 0o600


@pytest.mark.parametrize(
    ("argument", "options", "said"),
    [
        ("mine", {"new": True}, "is there already"),
        ("Mine!", {"new": True}, "no name of an institution"),
        ("mine.yml", {"new": True}, "no name of an institution"),
        ("folder/mine.txt", {"new": True}, "does not end in .yaml"),
        ("mine", {"out": Path("mine.txt")}, "does not end in .yaml"),
        ("fresh", {"new": True, "out": Path("other.yaml")}, "exclude each other"),
        ("cournot-antitrus", {}, "unknown institution"),
    ],
)
def test_what_cannot_be_edited_is_refused_before_anything_is_served(
    workspace: Workspace, argument: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        edited_file(argument, workspace, **options)  # type: ignore[arg-type]


def test_two_saves_at_once_do_not_both_count(workspace: Workspace) -> None:
    file = edited_file("mine", workspace)
    digest = file.now()[1]
    file.save(NEW, digest)
    with pytest.raises(Conflict):
        file.save(OLD, digest)
    assert isinstance(file, EditedFile)
    assert file.path.read_text() == NEW
