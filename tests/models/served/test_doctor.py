"""`agora models doctor MODEL`: what one model can do."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("httpx2")

from agoranomos.cli.entry import run_command
from models.served.compatible import Compatible, vllm
from models.served.loopback import Loopback, error


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setenv("AGORA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def check_up(does, capsys, *options):
    with Loopback(does) as loopback:
        code = run_command(["models", "doctor", f"openai/m-1?base_url={loopback.base_url}&retries=0", *options])
    return code, capsys.readouterr()


def test_a_server_that_can_do_all_is_shown_with_a_reply_and_a_choice(capsys):
    code, said = check_up(vllm(), capsys)
    assert code == 0
    lines = {line[9:].split(":")[0]: line for line in said.out.splitlines()}
    assert all(line.startswith("ok ") for line in lines.values())
    assert {"server", "sampling", "seeds", "schema", "letters", "lead", "reply", "choice"} <= set(lines)
    assert "units" in lines["reply"]
    assert "few 0.333, some 0.333, many 0.333" in lines["choice"]


def test_what_a_server_cannot_do_is_shown_and_is_no_fault(capsys):
    code, said = check_up(Compatible(), capsys, "--json")
    assert code == 0
    found = {one["name"]: one["fine"] for one in json.loads(said.out)}
    assert (found["schema"], found["letters"], found["seeds"], found["reply"]) == (False, False, True, True)
    assert "choice" not in found


def test_a_model_that_does_not_reply_is_a_fault(capsys):
    answers = vllm()

    def does(path, body):
        return error(422, "not that one") if body.get("max_tokens") == 64 else answers(path, body)

    code, said = check_up(does, capsys)
    assert code == 3
    assert "failed   reply: error: 422: not that one" in said.out


def test_a_server_that_is_not_there_is_named(capsys):
    with Loopback(vllm()) as loopback:
        pass
    assert run_command(["models", "doctor", f"openai/m-1?base_url={loopback.base_url}"]) == 3
    assert loopback.base_url in capsys.readouterr().err


def test_a_model_of_another_provider_is_shown_too(capsys):
    assert run_command(["models", "doctor", "mock/valid"]) == 0
    out = capsys.readouterr().out
    assert "ok       schema: kept by construction" in out
    assert "ok       reply: " in out
    assert run_command(["models", "doctor", "nonsense"]) == 2
