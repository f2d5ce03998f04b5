"""Which page a folder opens at, and what is said of one that is none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import agoranomos.viewer
from agoranomos.cli.entry import run_command
from agoranomos.errors import UsageError
from agoranomos.viewer.opened_at import opened_at
from viewer.conftest import Made


def test_a_folder_of_campaigns_opens_at_the_list(made: Made, tmp_path: Path) -> None:
    assert opened_at(made.logs) == (made.logs, "#/")
    assert opened_at(tmp_path) == (tmp_path, "#/")


def test_a_campaign_and_a_run_open_at_themselves(made: Made) -> None:
    name = made.scripted.name
    assert opened_at(made.scripted) == (made.scripted, f"#/c/{name}")
    run = made.scripted / "runs" / "governed.divider" / "1"
    assert opened_at(run) == (made.scripted, f"#/r/{name}/governed.divider/1")


@pytest.mark.parametrize(
    "inner", ["ledger", "runs", "runs/governed.divider", "tables", "runs/governed.divider/1/entries"]
)
def test_a_folder_inside_a_campaign_is_told_what_to_give(made: Made, inner: str) -> None:
    with pytest.raises(UsageError, match="is no run's") as refused:
        opened_at(made.scripted / inner)
    assert str(made.scripted) in refused.value.advice


def test_the_command_names_the_nearest_folder(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["view", str(made.logs / made.scripted.name[:-1])]) == 2
    assert made.scripted.name in capsys.readouterr().err


def test_without_the_extra_the_command_says_what_to_install(
    made: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agoranomos.viewer.serving.find_spec", lambda name: None)
    assert run_command(["view", str(made.logs), "--no-open"]) == 2
    assert "pip install 'agoranomos[view]'" in capsys.readouterr().err


def test_without_the_built_page_the_command_says_how_to_build_it(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agoranomos.viewer.app.PAGE", tmp_path)
    assert run_command(["view", str(made.logs), "--no-open"]) == 2
    assert "npm" in capsys.readouterr().err


def test_modules_can_be_imported_without_the_extra() -> None:
    """Nothing of Starlette is imported with a module, so that the command line stays light."""
    for path in Path(agoranomos.viewer.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in ("starlette", "uvicorn")], path
