import json

import pytest

from agoranomos.errors import MachineError
from agoranomos.models.local import conversion
from agoranomos.models.local.conversion import DIGESTS, converted
from models.local.tiny_model import tiny_llama, tiny_tokenizer


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """Conversions are counted, and write one file in the place of a model."""
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    calls = []

    def convert(gguf, folder):
        calls.append(gguf)
        (folder / "model.safetensors").write_bytes(gguf.read_bytes() * 2)

    monkeypatch.setattr(conversion, "_convert", convert)
    return calls


@pytest.fixture
def gguf(tmp_path):
    path = tmp_path / "some.gguf"
    path.write_bytes(b"GGUF weights")
    return path


def test_a_file_is_converted_once(counted, gguf):
    first = converted(gguf)
    assert converted(gguf) == first
    assert len(counted) == 1
    assert (first / "model.safetensors").read_bytes() == b"GGUF weights" * 2
    assert set(json.loads((first / DIGESTS).read_text())["files"]) == {"model.safetensors"}
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_another_file_is_another_folder(counted, gguf):
    first = converted(gguf)
    gguf.write_bytes(b"GGUF other weights")
    assert converted(gguf) != first


@pytest.mark.parametrize("damage", ["flip", "delete", "no digests", "nonsense"])
def test_a_damaged_folder_is_made_again(counted, gguf, damage):
    folder = converted(gguf)
    match damage:
        case "flip":
            (folder / "model.safetensors").write_bytes(b"GGUF weightz" * 2)
        case "delete":
            (folder / "model.safetensors").unlink()
        case "no digests":
            (folder / DIGESTS).unlink()
        case "nonsense":
            (folder / DIGESTS).write_text("[]")
    assert converted(gguf) == folder
    assert len(counted) == 2
    assert (folder / "model.safetensors").read_bytes() == b"GGUF weights" * 2


def test_a_full_disk_is_named_and_leaves_nothing(counted, gguf, monkeypatch, tmp_path):
    def full(part, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "_convert", full)
    with pytest.raises(MachineError, match="No space left"):
        converted(gguf)
    assert list((tmp_path / "home" / "models" / "converted").iterdir()) == []


def test_a_file_that_is_no_model_is_refused(monkeypatch, gguf, tmp_path):
    pytest.importorskip("transformers")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    with pytest.raises(MachineError, match=r"some\.gguf"):
        converted(gguf)


def test_weights_are_kept_exactly():
    torch = pytest.importorskip("torch")
    tokenizer = tiny_tokenizer()
    model = tiny_llama(tokenizer)
    model.config.quantization_config = {"quant_method": "gguf"}
    plain = conversion._unquantised(model)
    assert not hasattr(plain.config, "quantization_config")
    for name, weight in model.state_dict().items():
        assert torch.equal(plain.state_dict()[name], weight)
