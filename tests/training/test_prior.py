"""Whole trainings of a tiny model of random weights: what they change, leave, and how they go on."""

import json
import math

import pytest

pytest.importorskip("trl")
pytest.importorskip("peft")
pytest.importorskip("xgrammar")

from agoranomos.errors import UsageError
from agoranomos.models.identity import folder_digest
from agoranomos.models.local.chat import Chat
from agoranomos.training.pairs import written_pairs
from agoranomos.training.prior import split_for, train_prior
from training.tiny_training import dpo, grpo, tiny_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return tiny_workspace(tmp_path_factory.mktemp("workspace"))


def run(document, workspace, out, show=lambda _: None):
    warned = []
    return train_prior(document, workspace, out, show=show, warn=warned.append), warned


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def trained(workspace, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "dpo"
    return run(dpo(), workspace, out)[0], out


def test_the_record_says_what_was_trained_on_what_and_what_came_of_it(trained, workspace):
    found, out = trained
    said = json.loads((out / "training.json").read_text())
    assert said["model_sha256"] == folder_digest(workspace.root / "tiny")
    data = lines(out / "data.jsonl")
    pairs = written_pairs(split_for(dpo(), workspace).train)
    assert data == [json.loads(json.dumps(pair.described())) for pair in pairs]
    result = json.loads((out / "result.json").read_text())
    assert result["weights_sha256"] == folder_digest(found.weights)
    assert result["violation_before"]["point"] == found.before.estimate.point
    fell = sum(found.before.violation) / 4 - sum(found.after.violation) / 4
    assert result["violation_fell"]["point"] == pytest.approx(fell)
    metrics = lines(out / "metrics.jsonl")
    assert [line["step"] for line in metrics if "loss" in line] == [1, 2, 3, 4]
    assert metrics[0]["loss"] == pytest.approx(math.log(2), abs=1e-3)
    assert not any("time" in key for line in metrics for key in line)


def test_the_adapter_names_no_folder_of_this_machine(trained, workspace):
    found, _ = trained
    text = (found.weights / "adapter_config.json").read_text()
    assert str(workspace.root) not in text
    assert json.loads(text)["base_model_name_or_path"] == "hf/tiny"
    assert {path.name for path in found.weights.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "base.json",
    }


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(trained, workspace, tmp_path):
    found, _ = trained
    again, _ = run(dpo(), workspace, tmp_path / "again")
    other, _ = run(dpo(seed=1), workspace, tmp_path / "other")
    assert folder_digest(again.weights) == folder_digest(found.weights)
    assert folder_digest(other.weights) != folder_digest(found.weights)


def test_a_finished_training_is_told_again_and_not_done_again(trained, workspace):
    found, out = trained
    written = {
        path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != "result.json"
    }
    again, _ = run(dpo(), workspace, out)
    assert again == found
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_a_folder_may_have_any_name(workspace, tmp_path):
    found, _ = run(dpo(steps={"steps": 1, "batch": 2}), workspace, tmp_path / "R & D + 5% more")
    assert found.weights.is_dir()


def test_an_interrupted_training_goes_on_to_the_same_weights(trained, workspace, tmp_path):
    def stop(progress):
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(dpo(), workspace, tmp_path / "out", show=stop)
    assert not (tmp_path / "out" / "result.json").exists()
    steps = []
    found, _ = run(dpo(), workspace, tmp_path / "out", show=lambda progress: steps.append(progress.step))
    assert steps[0] == 3
    assert folder_digest(found.weights) == folder_digest(trained[0].weights)
    logged = [line["step"] for line in lines(tmp_path / "out" / "metrics.jsonl") if "loss" in line]
    assert logged == [1, 2, 3, 4]


def test_preferences_that_are_learnt_make_breaking_the_rule_less_probable_where_they_were_learnt(workspace, tmp_path):
    """Random weights know no words: at held-out settings nothing is promised, at the trained ones everything is."""
    from agoranomos.training.measuring import measure
    from agoranomos.training.prior import measured_with

    many = dpo(steps={"learning_rate": 0.01, "steps": 120, "batch": 4, "schedule": "constant", "save_every": 100})
    asked = split_for(many, workspace).train
    before = measured_with(many, workspace, None, lambda engine: measure(engine, asked))
    found, _ = run(many, workspace, tmp_path / "out")
    after = measured_with(many, workspace, found.weights, lambda engine: measure(engine, asked))
    assert max(after.violation) < 0.1
    assert sum(before.violation) / len(asked) > 0.3


def test_what_is_trained_on_is_the_prompt_that_the_engine_reads_token_for_token(workspace):
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    from agoranomos.training.start import base_of, load_for_training, lora_config

    document = dpo()
    model, tokenizer = load_for_training(document, base_of(document, workspace), None)
    asked = split_for(document, workspace).train
    rows = [{key: pair.described()[key] for key in ("prompt", "chosen", "rejected")} for pair in written_pairs(asked)]
    trainer = DPOTrainer(
        model=model,
        args=DPOConfig(output_dir=str(workspace.root / "unused"), use_cpu=True, bf16=False, report_to="none"),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=lora_config(document),
    )
    chat = Chat(tokenizer, "tiny")
    for one, row in zip(asked, trainer.train_dataset, strict=True):
        assert list(row["prompt_ids"]) == chat.ids(one.messages)


def test_rewards_are_taken_and_watched(workspace, tmp_path):
    found, _ = run(grpo(), workspace, tmp_path / "out")
    seen = lines(tmp_path / "out" / "monitor.jsonl")
    assert [line["step"] for line in seen] == [0, 1, 2, 3]
    assert seen[-1]["replies"] == 8
    assert seen[-1]["unparseable"] == 1.0
    assert seen[-1]["reward"] == 0.0
    assert found.weights.name == "adapter"


def test_rewarded_training_goes_on_to_the_same_weights_and_writes_each_step_once(workspace, tmp_path):
    whole, _ = run(grpo(), workspace, tmp_path / "whole")

    def stop(progress):
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(grpo(), workspace, tmp_path / "out", show=stop)
    found, _ = run(grpo(), workspace, tmp_path / "out")
    assert folder_digest(found.weights) == folder_digest(whole.weights)
    assert [line["step"] for line in lines(tmp_path / "out" / "monitor.jsonl")] == [0, 1, 2, 3]


def test_all_weights_can_be_trained_and_are_a_model_then(workspace, tmp_path):
    found, _ = run(grpo(lora=None, adapter=None), workspace, tmp_path / "out")
    assert found.weights.name == "model"
    assert (found.weights / "model.safetensors").is_file()
    assert len(found.after.violation) == 4


def test_a_training_can_begin_with_what_another_left(trained, workspace, tmp_path):
    first, _ = trained
    found, _ = run(dpo(adapter=str(first.weights)), workspace, tmp_path / "out")
    assert found.before.violation == pytest.approx(first.after.violation, abs=1e-6)
    assert found.after.violation != pytest.approx(first.after.violation, abs=1e-4)
    said = json.loads((tmp_path / "out" / "training.json").read_text())
    assert said["adapter_sha256"] == folder_digest(first.weights)


def test_a_folder_that_holds_another_training_is_refused_before_anything_is_trained(trained, workspace):
    _, out = trained
    with pytest.raises(UsageError, match="holds another training: seed differs"):
        run(dpo(seed=3), workspace, out)


def test_a_market_is_refused(workspace, tmp_path):
    with pytest.raises(UsageError, match="cournot-duopoly is a market"):
        run(dpo(scenario="cournot-duopoly"), workspace, tmp_path / "out")


def test_an_adapter_that_is_not_there_is_refused(workspace, tmp_path):
    with pytest.raises(UsageError, match="nowhere holds no adapter"):
        run(dpo(adapter="nowhere"), workspace, tmp_path / "out")


def test_free_replies_are_counted_beside_the_forced_choice(workspace, tmp_path):
    document = dpo(held_out={"scenario": "away", "prompts": 4, "replies": 2}, steps={"steps": 1, "batch": 2})
    found, _ = run(document, workspace, tmp_path / "out")
    assert (found.before.replies, found.before.unparseable) == (2, 1.0)
    assert all(0 < p < 1 for p in found.before.violation)
