import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.models import MockEngine, check_engine_name, open_engine
from agoranomos.models.local import options
from agoranomos.models.local.provider import local_path
from agoranomos.workspace import Workspace


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("name", ["mock/valid", "mock/constant", "mock/malformed?rate=0.5", "mock/failing?delay_ms=1"])
def test_mocks_open_under_their_full_name(name):
    engine = open_engine(name)
    assert isinstance(engine, MockEngine)
    assert engine.name == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mock/vlid", "'mock/valid'"),
        ("smollm", "'smollm2'"),
        ("gpt", "Valid here"),
        ("", "Valid here"),
        ("hf/", "Valid here"),
        ("mock/valid?delay=3", "Did you mean 'delay_ms'"),
        ("mock/valid?delay_ms=soon", "delay_ms"),
        ("mock/valid?delay_ms=-1", "delay_ms"),
        ("mock/valid?nonsense", "option=value"),
        ("smollm2?dtype=float16x", "dtype"),
        ("smollm2?device=tpu", "device"),
        ("gguf/x.gguf?batch=0", "batch"),
    ],
)
def test_wrong_names_and_options_are_refused_with_the_nearest_right_one(name, message):
    for check in (open_engine, check_engine_name):
        with pytest.raises(UsageError) as refused:
            check(name)
        assert message in str(refused.value)


def test_a_name_can_be_checked_without_the_weights():
    for name in ("smollm2", "smollm2?device=cpu&batch=4", "hf/some/model", "gguf/a.gguf", "mock/valid"):
        check_engine_name(name)


def test_weights_that_are_not_here_are_asked_for_by_command():
    with pytest.raises(UsageError, match="agora models pull smollm2"):
        open_engine("smollm2")


def test_missing_files_and_folders_are_named(tmp_path):
    (tmp_path / "tiny.gguf").write_bytes(b"")
    workspace = Workspace(tmp_path, "lab")
    with pytest.raises(UsageError, match=r"Did you mean 'tiny.gguf'"):
        open_engine("gguf/tinny.gguf", workspace)
    with pytest.raises(UsageError, match="no such file"):
        open_engine("gguf/none/tiny.gguf", workspace)
    with pytest.raises(UsageError, match="no such folder"):
        open_engine("hf/./nothing", workspace)


def test_a_relative_path_is_looked_up_in_the_workspace_and_then_behind_it(tmp_path):
    behind, here = tmp_path / "lab", tmp_path / "lab" / "study"
    for folder in (behind / "logs" / "both", behind / "logs" / "one", here / "logs" / "both"):
        folder.mkdir(parents=True)
    study = Workspace(here, "lab", behind)
    assert local_path("logs/both", study) == here / "logs" / "both"
    assert local_path("logs/one", study) == behind / "logs" / "one"
    assert local_path(str(here), study) == here
    with pytest.raises(UsageError, match=f"no such file: {behind}/logs/none.gguf"):
        open_engine("gguf/logs/none.gguf", study)
    with pytest.raises(UsageError, match=f"{behind}/logs/one holds no adapter"):
        open_engine("hf/logs/both?adapter=logs/one", study)


def test_a_missing_extra_is_named_with_its_command(monkeypatch, tmp_path):
    monkeypatch.setattr(options, "find_spec", lambda name: None if name in {"torch", "gguf"} else object())
    (tmp_path / "folder").mkdir()
    with pytest.raises(MachineError) as failed:
        open_engine("hf/folder", Workspace(tmp_path, "lab"))
    assert "torch, gguf" in failed.value.message
    assert "pip install 'agoranomos[local]'" in failed.value.advice
