"""`agora train dpo`, `grpo` and `evolve` from a file to a folder, on a tiny model of random weights."""

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command

pytest.importorskip("trl")
pytest.importorskip("xgrammar")

from training.tiny_training import tiny_workspace

CONFIG = """\
kind: training
version: 1
type: {type}
name: mine
model: hf/tiny
scenario: home
prompts: 4
held_out: {{scenario: away, prompts: 2}}
lora: {{rank: 2}}
steps: {{learning_rate: 0.01, steps: 2, batch: 2, save_every: 1}}
device: cpu
threads: 1
{more}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tiny_workspace(tmp_path)
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (tmp_path / "policies").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(home: Path, kind: str, more: str = "") -> None:
    (home / "policies" / "mine.yaml").write_text(CONFIG.format(type=kind, more=more))


def test_a_prior_is_trained_and_told_in_words_and_in_json(home, capsys):
    write(home, "dpo")
    assert run_command(["train", "dpo", "mine"]) == 0
    said = capsys.readouterr().out
    assert "it fell by" in said
    assert f"Written: {home}/logs/mine/adapter" in said
    assert run_command(["train", "dpo", "policies/mine.yaml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["violation_fell"]["point"] == pytest.approx(
        found["violation_before"]["point"] - found["violation_after"]["point"]
    )
    assert found["weights"] == f"{home}/logs/mine/adapter"


def test_rewards_train_too(home, capsys):
    write(home, "grpo", "grpo: {group: 2, max_tokens: 4}")
    assert run_command(["train", "grpo", "mine", "--out", "elsewhere", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"] == "elsewhere/adapter"
    assert (home / "elsewhere" / "monitor.jsonl").is_file()


def test_generations_are_told_as_they_end(home, capsys):
    write(home, "evolve", "generations: 1\nplays: 40")
    assert run_command(["train", "evolve", "mine"]) == 0
    said = capsys.readouterr().out
    assert [line.partition(":")[0] for line in said.splitlines()[:2]] == ["generation 0", "generation 1"]
    assert "breaks the rule with probability 0." in said
    assert run_command(["train", "evolve", "mine", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["violation"]) == 2
    assert found["folder"] == f"{home}/logs/mine"


@pytest.mark.parametrize(("kind", "more"), [("grpo", "grpo: {group: 2}"), ("evolve", "plays: 4")])
def test_the_verb_of_another_type_is_refused_with_the_place_and_the_right_one(home, capsys, kind, more):
    write(home, kind, more)
    assert run_command(["train", "dpo", "mine"]) == 2
    said = capsys.readouterr().err
    assert "mine.yaml:3:1" in said
    assert f"Run: agora train {kind} mine" in said


def test_a_model_that_cannot_be_fetched_is_no_error_of_the_program(home, capsys, monkeypatch):
    from agoranomos.models.local import loading

    def nowhere(_):
        raise OSError("there is no network\nand more lines")

    write(home, "dpo")
    monkeypatch.setattr(loading, "folder_of", nowhere)
    assert run_command(["train", "dpo", "mine"]) == 3
    said = capsys.readouterr().err
    assert "hf/tiny cannot be had: there is no network" in said
    assert "more lines" not in said


def test_a_device_that_is_not_here_is_told_before_anything_is_fetched(home, capsys, monkeypatch):
    import torch

    from agoranomos.models.local import loading

    def fetched(_):
        raise AssertionError("something was fetched")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(loading, "folder_of", fetched)
    write(home, "dpo")
    path = home / "policies" / "mine.yaml"
    path.write_text(path.read_text().replace("device: cpu", "device: cuda"))
    assert run_command(["train", "dpo", "mine"]) == 3
    assert "cuda" in capsys.readouterr().err.lower()


def test_an_unknown_name_is_answered_with_the_nearest(home, capsys):
    assert run_command(["train", "dpo", "dpo-smolm2"]) == 2
    assert "Did you mean 'dpo-smollm2'" in capsys.readouterr().err


def test_a_changed_file_does_not_overwrite_what_another_left(home, capsys):
    write(home, "dpo")
    assert run_command(["train", "dpo", "mine"]) == 0
    write(home, "dpo", "seed: 7")
    assert run_command(["train", "dpo", "mine"]) == 2
    assert "holds another training: seed differs" in capsys.readouterr().err


def test_want_of_the_extra_is_told_with_what_to_install(home, capsys, monkeypatch):
    from agoranomos.training import start

    monkeypatch.setattr(start, "find_spec", lambda module: None if module in ("trl", "peft") else True)
    write(home, "dpo")
    assert run_command(["train", "dpo", "mine"]) == 3
    said = capsys.readouterr().err
    assert "training needs peft, trl" in said
    assert "agoranomos[train]" in said


def test_an_interrupt_says_how_to_go_on(home, capsys, monkeypatch):
    from agoranomos.training import trainers

    write(home, "dpo")
    begun = trainers.save_result

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trainers, "save_result", interrupted)
    assert run_command(["train", "dpo", "mine"]) == 130
    assert f"the same command again goes on from {home}/logs/mine" in capsys.readouterr().err
    monkeypatch.setattr(trainers, "save_result", begun)
    assert run_command(["train", "dpo", "mine"]) == 0
