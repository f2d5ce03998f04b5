"""The built-in library, and plug-ins that load or fail to."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from agoranomos.errors import MachineError
from agoranomos.workspace import Workspace, library_root, list_names, resolve
from agoranomos.workspace import library as library_module


def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **plug_ins: str) -> None:
    """Make modules of the given source importable, and have the metadata announce each as a plug-in."""
    monkeypatch.syspath_prepend(str(tmp_path))
    points = []
    for name, source in plug_ins.items():
        module = f"plug_in_{name}_{abs(hash(tmp_path))}"
        (tmp_path / f"{module}.py").write_text(source)
        points.append(EntryPoint(name, f"{module}:FOLDER", library_module.PLUG_IN_GROUP))
    monkeypatch.setattr(library_module, "entry_points", lambda group: points)


def test_the_library_holds_the_root_folders() -> None:
    assert (library_root() / "institutions").is_dir()


def test_a_broken_installation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "__file__", str(tmp_path / "lib" / "agoranomos" / "workspace" / "library.py"))
    with pytest.raises(MachineError, match="library is missing"):
        library_root()
    (tmp_path / "lib" / "agoranomos" / "_library").mkdir(parents=True)
    assert library_root() == tmp_path / "lib" / "agoranomos" / "_library"


@pytest.mark.parametrize(
    "shape", ["FOLDER = {!r}", "def FOLDER():\n    return {!r}", "import pathlib\nFOLDER = pathlib.Path({!r})"]
)
def test_a_plug_in_gives_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    folder = tmp_path / "brought"
    (folder / "markets").mkdir(parents=True)
    (folder / "markets" / "salt.yaml").write_text("")
    install(monkeypatch, tmp_path, salt=shape.format(str(folder)))
    workspace = Workspace(tmp_path / "lab", "lab")
    assert resolve("markets", "salt", workspace) == folder / "markets" / "salt.yaml"
    assert ("salt", "salt") in [(located.name, located.origin) for located in list_names("markets", workspace)]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("def FOLDER():\n    raise RuntimeError('no disk')", "RuntimeError: no disk"),
        ("FOLDER = 7", "it gives a int"),
        ("FOLDER = '/no/such/folder'", "is not a folder"),
    ],
)
def test_a_plug_in_that_fails_is_an_error_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    install(monkeypatch, tmp_path, broken=source)
    with pytest.raises(MachineError, match=f"plug-in 'broken'.*{why}"):
        resolve("markets", "no-such-market", Workspace(tmp_path, "lab"))
