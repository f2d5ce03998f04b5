import asyncio
import json
import shutil

import pytest

from agoranomos.conformance.engine_asking import ask, request, said
from agoranomos.errors import MachineError
from agoranomos.models import open_engine
from agoranomos.models.doctor import check_models
from agoranomos.models.local.generation import DECODING
from agoranomos.workspace import Workspace
from models.local.tiny_model import tiny_llama, tiny_tokenizer

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("gguf")
pytest.importorskip("xgrammar")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("workspace") / "tiny"
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(path)
    tiny_llama(tokenizer).save_pretrained(path)
    return path


def replies(name, workspace):
    engine = open_engine(name, workspace)
    completions = ask(engine, [request("Choose.", seed) for seed in range(4)])
    asyncio.run(engine.close())
    return [said(completion) for completion in completions]


def test_a_folder_is_an_engine_absolute_or_in_the_workspace(folder):
    workspace = Workspace(folder.parent, "lab")
    found = replies("hf/tiny?device=cpu", workspace)
    assert found == replies(f"hf/{folder}?device=cpu&dtype=float32&batch=1&cache_mb=0", None)
    assert {finish for _, finish, _, _ in found} == {"stop"}


def test_an_engine_is_identified_by_its_files_and_number_format_and_not_by_its_name_or_options(folder, tmp_path):
    def identity(name):
        engine = open_engine(name, Workspace(folder.parent, "lab"))
        asyncio.run(engine.close())
        return engine.identity

    found = json.loads(identity("hf/tiny?device=cpu"))
    assert set(found) >= {"config", "tokenizer", "weights", "format", "noise"}
    assert found["decoding"] == DECODING
    assert found == json.loads(identity(f"hf/{folder}?device=cpu&batch=1&dtype=float32"))
    assert found != json.loads(identity("hf/tiny?device=cpu&dtype=bfloat16"))
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    tiny_llama(tiny_tokenizer(), seed=9).save_pretrained(other)
    changed = json.loads(identity(f"hf/{other}?device=cpu"))
    assert {part for part in found if found[part] != changed[part]} == {"weights"}


def test_half_precision_runs_too(folder):
    assert {finish for _, finish, _, _ in replies(f"hf/{folder}?device=cpu&dtype=bfloat16", None)} == {"stop"}


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(MachineError, match="does not load"):
        open_engine(f"hf/{tmp_path}")


def test_a_device_that_is_not_there_is_refused(folder, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MachineError, match="no cuda device"):
        open_engine(f"hf/{folder}?device=cuda")


def test_the_doctor_names_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("AGORA_HOME", str(tmp_path))
    found = {check.name: check for check in check_models()}
    assert found["packages"].fine
    assert found["device"].fine
    assert not found["smollm2"].fine
    assert "agora models pull smollm2" in found["smollm2"].found
