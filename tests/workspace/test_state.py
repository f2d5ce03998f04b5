"""Where keys and weights live."""

from pathlib import Path

import pytest

from agoranomos.workspace import state_folder


def test_the_variable_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path))
    assert state_folder() == tmp_path
    monkeypatch.setenv("AGORA_HOME", "relative")
    assert state_folder().is_absolute()


def test_without_it_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGORA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data/of/user")
    assert state_folder() == Path("/data/of/user/agoranomos")
