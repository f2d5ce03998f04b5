"""The library and every subpackage are there from a wheel, from an editable install and from a clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import agoranomos
from agoranomos.workspace import library_root

CHECKOUT = Path(__file__).resolve().parents[2]


def examine(python: str | Path, **environment: str) -> dict[str, object]:
    """What an interpreter finds of the package, far from any checkout."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-P", str(Path(__file__).with_name("examine.py"))]
    done = subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def tracked() -> list[str]:
    """Files that git would commit; the whole tree where this is no git checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        return [str(path.relative_to(CHECKOUT)) for path in CHECKOUT.rglob("*") if path.is_file()]
    return [name for name in listed.stdout.splitlines() if (CHECKOUT / name).is_file()]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is (or would be) committed: what git ignores is not there to be shipped by accident."""
    root = tmp_path_factory.mktemp("clone")
    for name in tracked():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, root / name)
    return root


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def from_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The wheel installed into an environment of its own, without a network, beside the packages of this one."""
    place = tmp_path_factory.mktemp("environment")
    target = place / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    return examine(sys.executable, PYTHONPATH=str(target))


@pytest.fixture(scope="module")
def from_clone(clone: Path) -> dict[str, object]:
    return examine(sys.executable, PYTHONPATH=str(clone / "src"))


def expected_modules() -> set[str]:
    files = [Path(name).relative_to("src") for name in tracked() if name.startswith("src/") and name.endswith(".py")]
    names = {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files}
    return names - {"agoranomos"}


def test_every_module_is_imported_from_the_wheel(from_wheel: dict[str, object]) -> None:
    assert "site/agoranomos" in str(from_wheel["package"])
    assert set(from_wheel["modules"]) == expected_modules()  # type: ignore[call-overload]


def test_the_wheel_carries_the_library_and_a_clone_has_it_in_its_root(
    from_wheel: dict[str, object], from_clone: dict[str, object], clone: Path
) -> None:
    assert from_wheel["library"] == f"{from_wheel['package']}/_library"
    assert from_clone["library"] == str(clone)
    for key in ("modules", "names", "made", "market"):
        assert from_wheel[key] == from_clone[key], key


def test_an_editable_install_uses_the_checkouts_own_files(tmp_path: Path, clone: Path) -> None:
    # What an editable install amounts to: a .pth file that names the source folder, and no copy of the library.
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    site = next((environment / "lib").glob("python*/site-packages"))
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "agoranomos.pth").write_text("\n".join([str(clone / "src"), *here]) + "\n")
    found = examine(environment / "bin" / "python")
    assert found["library"] == str(clone)
    assert found["market"] == "cournot-duopoly.yaml"


def test_this_installation_finds_its_library() -> None:
    assert (library_root() / "institutions" / "cournot-antitrust.yaml").is_file()
    assert agoranomos.__version__ != "0+unknown"


def test_the_names_that_scripts_rely_on_are_shipped(from_wheel: dict[str, object]) -> None:
    names: dict[str, list[str]] = from_wheel["names"]  # type: ignore[assignment]
    assert "cournot-duopoly" in names["markets"]
    assert {"cournot-antitrust", "cournot-antitrust-hardened"} <= set(names["institutions"])
    assert {"cournot-three-regimes", "cournot-scripted"} <= set(names["campaigns"])


def test_the_wheel_carries_the_built_page(wheel: Path) -> None:
    built = CHECKOUT / "src" / "agoranomos" / "viewer" / "page"
    pages = {path.relative_to(CHECKOUT / "src").as_posix(): path for path in built.rglob("*") if path.is_file()}
    assert {"agoranomos/viewer/page/index.html", "agoranomos/viewer/page/bundle.html"} <= set(pages)
    with zipfile.ZipFile(wheel) as archive:
        for name, path in pages.items():
            assert archive.read(name) == path.read_bytes(), name


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "agoranomos/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    strangers = [n for n in names if not n.startswith(("agoranomos/", "agoranomos-"))]
    assert strangers == []
    assert not [n for n in names if "__pycache__" in n or "/tests/" in n or n.endswith((".key", ".parquet", ".gguf"))]


def test_the_console_script_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "agora = agoranomos.cli:main" in archive.read(entry).decode()
        archive.extractall(tmp_path / "site")
    command = [sys.executable, "-P", "-c", "from agoranomos.cli import main; main()", "list", "institutions", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "AGORA_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {item["origin"] for item in json.loads(done.stdout)} == {"library"}
