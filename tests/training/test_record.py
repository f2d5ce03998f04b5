import json

import pytest

pytest.importorskip("trl")

from agoranomos.errors import UsageError
from agoranomos.training.record import Record
from training.tiny_training import dpo


def test_a_folder_of_the_same_training_is_gone_on_with(tmp_path):
    first = Record(tmp_path / "mine", dpo(), model_sha256="aa")
    said = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert said["training"]["name"] == "tiny-dpo"
    assert said["model_sha256"] == "aa"
    assert set(said["environment"]) >= {"python", "torch", "trl", "peft", "transformers"}
    assert Record(tmp_path / "mine", dpo(), model_sha256="aa").about == first.about


@pytest.mark.parametrize(
    ("document", "digest", "what"),
    [
        (dpo(seed=1), "aa", "seed differs"),
        (dpo(), "bb", "model_sha256 differs"),
        (dpo(prompts=2, seed=1), "aa", "prompts, seed differ"),
    ],
)
def test_another_training_is_refused_with_what_differs(tmp_path, document, digest, what):
    Record(tmp_path, dpo(), model_sha256="aa")
    with pytest.raises(UsageError, match=f"holds another training: {what}"):
        Record(tmp_path, document, model_sha256=digest)


def test_an_adapter_to_begin_with_says_itself_what_is_trained(tmp_path):
    brought = tmp_path / "adapter"
    brought.mkdir()
    config = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "target_modules": ["v_proj", "q_proj"]}
    (brought / "adapter_config.json").write_text(json.dumps(config))
    document = dpo(adapter=str(brought))
    said = Record(tmp_path / "mine", document, brought).about["training"]["lora"]
    assert said == {"rank": 16, "alpha": 32, "dropout": "0.0", "targets": ["q_proj", "v_proj"]}
    (brought / "adapter_config.json").write_text("{}")
    with pytest.raises(UsageError, match="does not say what the adapter is"):
        Record(tmp_path / "other", document, brought)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not empty and holds no training"):
        Record(tmp_path, dpo())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_damaged_record_is_told(tmp_path):
    Record(tmp_path, dpo())
    (tmp_path / "training.json").write_text("{")
    with pytest.raises(UsageError, match=r"training\.json is damaged"):
        Record(tmp_path, dpo())
