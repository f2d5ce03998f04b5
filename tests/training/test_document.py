from pathlib import Path

import pytest

from agoranomos.documents import read_document
from agoranomos.errors import DocumentError
from agoranomos.training import of_pairs, written_pairs
from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining
from agoranomos.training.prior import split_for
from agoranomos.workspace import find_workspace, library_root

KINDS = {"dpo": DpoTraining, "grpo": GrpoTraining, "evolve": EvolveTraining}
SHIPPED = sorted(
    path for path in (library_root() / "policies").glob("*.yaml") if "kind: training" in path.read_text("utf-8")
)


def shipped(name):
    path = library_root() / "policies" / f"{name}.yaml"
    return read_document(path, KINDS[name.partition("-")[0]])


def test_there_is_one_for_each_verb_and_for_each_of_the_papers():
    assert {path.stem for path in SHIPPED} >= {
        "dpo-smollm2",
        "grpo-smollm2",
        "evolve-smollm2",
        "dpo-role-play-llama",
        "dpo-role-play-qwen",
        "grpo-role-play",
        "grpo-coordination",
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_one_is_valid_and_has_its_prompts_with_no_setting_in_both_parts(path):
    document = read_document(path, KINDS[path.stem.partition("-")[0]])
    assert document.name == path.stem
    split = split_for(document, find_workspace())
    assert len(split.train) == document.prompts
    assert len(split.held_out) == document.held_out.prompts
    assert not {one.setting for one in split.train} & {one.setting for one in split.held_out}
    seen = of_pairs(written_pairs(split.train))
    assert seen["place_rule"] == 0.5
    assert seen["label_rule"] <= 0.5


@pytest.mark.parametrize("name", ["dpo-role-play-llama", "dpo-role-play-qwen"])
def test_the_released_numbers_of_preference_training(name):
    """Section A6 of the spec."""
    document = shipped(name)
    assert (document.lora.rank, document.lora.targets, document.dpo.beta, document.dpo.loss) == (
        8,
        "all-linear",
        0.1,
        "sigmoid",
    )
    steps = document.steps
    assert (steps.schedule, steps.warm_up, steps.epochs, steps.batch, steps.accumulate) == ("cosine", 0.1, 12, 1, 8)
    assert steps.learning_rate == (1e-5 if name.endswith("llama") else 5e-6)
    assert (document.dpo.longest, document.prompts, document.pairs) == (4096, 160, "distilled")
    assert (document.thinking is not None) == name.endswith("qwen")


@pytest.mark.parametrize("name", ["grpo-role-play", "grpo-coordination"])
def test_the_released_numbers_of_reward_training(name):
    document = shipped(name)
    rewards = document.rewards
    assert (rewards.comply, rewards.violate, rewards.unparseable) == (1.0, 0.1, 0.0)
    grpo, steps = document.grpo, document.steps
    assert (grpo.group, grpo.beta, grpo.epsilon, grpo.iterations, grpo.max_tokens) == (4, 0.04, 0.2, 1, 2048)
    assert document.lora is None
    assert (steps.schedule, steps.batch, steps.accumulate) == ("linear", 4, 4)
    assert steps.learning_rate == (1e-6 if name == "grpo-role-play" else 5e-6)
    # 160 and 350 prompts, six times over.
    assert document.prompts * steps.epochs == {"grpo-role-play": 960, "grpo-coordination": 2100}[name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("beta: 0.1", "betta: 0.1"), r"unknown key 'betta'(?s:.*)Did you mean 'beta'"),
        (("type: dpo", "type: grpo"), r"type: .*dpo"),
        (("model: smollm2", "model: smolm2"), r"unknown model 'smolm2'"),
        (("model: smollm2", "model: smollm2?device=cpu"), r"options are keys of their own"),
        (("prompts: 128", "prompts: 0"), r"at least 1"),
        (("lora: {rank: 16, alpha: 32}", "lora: null\nadapter: there"), r"trains all weights, and an adapter"),
        (("lora: {rank: 16, alpha: 32}", "lora: {rank: 16}\nadapter: there"), r"lora: the adapter .* leave it out"),
        (("lora: {rank: 16, alpha: 32}", "thinking: 64"), r"thinking: written pairs hold no thoughts"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, change, message):
    text = (library_root() / "policies" / "dpo-smollm2.yaml").read_text()
    assert change[0] in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(*change))
    with pytest.raises(DocumentError, match=message):
        read_document(path, DpoTraining)


def test_a_generation_needs_an_adapter_to_go_on_from(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "kind: training\nversion: 1\ntype: evolve\nname: x\nmodel: smollm2\nscenario: role-play\nlora: null\n"
    )
    with pytest.raises(DocumentError, match="goes on from the adapter of the one before"):
        read_document(path, EvolveTraining)


def test_the_engine_is_opened_where_the_training_runs():
    document = shipped("dpo-smollm2")
    assert document.model_with(None) == "smollm2"
    assert document.model_with("/a/b") == "smollm2?adapter=/a/b"
    assert document.model_with("/a & b+c") == "smollm2?adapter=/a%20%26%20b%2Bc"
    assert document.model_copy(update={"device": "cpu"}).model_with("/a/b") == "smollm2?adapter=/a/b&device=cpu"
