"""An adapter is merged on loading, changes what is answered, and is part of what the model is."""

import asyncio
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")
pytest.importorskip("gguf")
pytest.importorskip("xgrammar")

from agoranomos.conformance.engine_asking import ask, request, said
from agoranomos.errors import MachineError, UsageError
from agoranomos.models import open_engine
from agoranomos.models.engine import Message, Question
from agoranomos.models.identity import folder_digest
from agoranomos.models.opening import local_source
from agoranomos.workspace import Workspace
from models.local.tiny_model import tiny_llama, tiny_tokenizer


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = tmp_path_factory.mktemp("workspace")
    tokenizer = tiny_tokenizer()
    for name, seed in (("tiny", 0), ("other", 1)):
        tokenizer.save_pretrained(root / name)
        tiny_llama(tokenizer, seed=seed).save_pretrained(root / name)
    return Workspace(root, "lab")


def random_adapter(workspace, name, *, seed=0, base="tiny", trained_on=None):
    """An adapter of random weights, both factors of which are set, so that it changes the model."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(workspace.root / base)
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]))
    torch.manual_seed(seed)
    for key, value in adapted.named_parameters():
        if "lora_" in key:
            torch.nn.init.normal_(value, std=0.3)
    folder = workspace.root / name
    adapted.save_pretrained(folder)
    if trained_on:
        (folder / "base.json").write_text(json.dumps({"base": trained_on}))
    return adapted, folder


def chosen(name, workspace):
    engine = open_engine(name, workspace)
    question = Question((Message("user", "the price of product a is 60."),), ("the price", "a profit"))
    found = asyncio.run(engine.choose(question))
    identity = json.loads(engine.identity)
    asyncio.run(engine.close())
    return found.log_probabilities, identity


def test_the_merged_model_gives_the_probabilities_of_the_adapted_one(workspace):
    import torch

    from agoranomos.models.local.chat import Chat

    adapted, _ = random_adapter(workspace, "trained")
    plain, without = chosen("hf/tiny?device=cpu", workspace)
    found, identity = chosen("hf/tiny?device=cpu&adapter=trained", workspace)
    assert abs(found[0] - plain[0]) > 0.01
    assert set(identity) - set(without) == {"adapter"}
    assert {key: value for key, value in identity.items() if key != "adapter"} == without
    # Independently: PEFT's own forward pass, the product of the conditionals where the two answers part.
    chat = Chat(tiny_tokenizer(), "tiny")
    prompt = chat.ids((Message("user", "the price of product a is 60."),))
    first, second = chat.encode("the price"), chat.encode("a profit")
    with torch.no_grad():
        logits = adapted.eval()(input_ids=torch.tensor([prompt])).logits[0, -1].double()
    assert first[0] != second[0]
    expected = torch.log_softmax(logits[[first[0], second[0]]], 0)
    assert found == pytest.approx(tuple(float(log) for log in expected), abs=1e-4)


def test_two_adapters_are_two_models(workspace):
    random_adapter(workspace, "first", seed=1)
    random_adapter(workspace, "second", seed=2)
    one, two = (chosen(f"hf/tiny?device=cpu&adapter={name}", workspace)[1] for name in ("first", "second"))
    assert {key for key in one if one[key] != two[key]} == {"adapter"}


def test_an_adapter_of_another_model_is_refused(workspace):
    digest = folder_digest(workspace.root / "tiny")
    random_adapter(workspace, "known", trained_on=digest)
    chosen("hf/tiny?device=cpu&adapter=known", workspace)
    with pytest.raises(UsageError, match="known was trained on another model") as refused:
        open_engine("hf/other?device=cpu&adapter=known", workspace)
    assert digest in refused.value.advice


def test_an_adapter_that_does_not_fit_is_refused(workspace):
    _, folder = random_adapter(workspace, "damaged")
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(MachineError, match=r"damaged does not fit"):
        open_engine("hf/tiny?device=cpu&adapter=damaged", workspace)


def test_a_folder_without_an_adapter_is_refused_before_anything_is_loaded(workspace):
    with pytest.raises(UsageError, match=r"nowhere holds no adapter: there is no adapter_config.json"):
        open_engine("hf/tiny?device=cpu&adapter=nowhere", workspace)


def test_want_of_peft_is_told_with_what_to_install(workspace, monkeypatch):
    from agoranomos.models.local import adapter

    random_adapter(workspace, "whole")
    monkeypatch.setattr(adapter, "find_spec", lambda _: None)
    with pytest.raises(MachineError, match="needs peft") as refused:
        open_engine("hf/tiny?device=cpu&adapter=whole", workspace)
    assert "agoranomos[train]" in refused.value.advice


def test_the_source_of_a_model_is_what_it_is_loaded_from(workspace):
    assert local_source("hf/tiny", workspace) == workspace.root / "tiny"
    assert local_source("hf/someone/some-model", workspace) == "someone/some-model"
    with pytest.raises(UsageError, match="the weights of mock/valid are not here"):
        local_source("mock/valid", workspace)


def test_free_text_runs_with_an_adapter(workspace):
    random_adapter(workspace, "speaks", seed=4)
    engine = open_engine("hf/tiny?device=cpu&adapter=speaks", workspace)
    finishes = {said(completion)[1] for completion in ask(engine, [request("Choose.", seed) for seed in range(2)])}
    asyncio.run(engine.close())
    assert finishes <= {"stop", "length"}
