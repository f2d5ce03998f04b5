"""`agora witness` and `agora log cosign`: two people, files carried between them, and a loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.cosigning import CosignedLog
from agoranomos.logs.witness_server import WitnessServer
from logs.building import ORIGIN, WORKSPACE, make_log


def agora(*arguments: object) -> int:
    return run_command([*map(str, arguments)])


@pytest.fixture
def log(home: Path, tmp_path: Path) -> Path:
    """The folder of a log of twelve entries; the state folder is empty."""
    make_log(tmp_path / "log", (3, 4, 5))
    return tmp_path / "log"


@pytest.fixture
def key(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The public key of a witness in `tmp_path`/witness that knows the run's log."""
    assert agora("witness", "init", "one.example/witness", "--state", tmp_path / "witness") == 0
    assert agora("witness", "trust", log / "log.vkey", "--state", tmp_path / "witness") == 0
    capsys.readouterr()
    assert agora("witness", "key", "--state", tmp_path / "witness") == 0
    return capsys.readouterr().out.strip()


def ask(log: Path, tmp_path: Path, *more: object) -> tuple[Path, Path]:
    request, line = tmp_path / "request.txt", tmp_path / "line.txt"
    assert agora("log", "cosign", log, "--request-out", request, *more) == 0
    return request, line


def test_a_log_is_cosigned_by_files(log: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request, line = ask(log, tmp_path)
    assert agora("witness", "sign", request, "-o", line, "--state", tmp_path / "witness") == 0
    capsys.readouterr()
    assert agora("log", "cosign", log, "--attach", line, "--witness", key, "--json") == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["witness"] == key
    assert kept["same_host"] is None
    assert (log / "cosignatures" / str(kept["size"])).read_bytes() == line.read_bytes()
    policy = tmp_path / "policy"
    policy.write_text(f"witness one {key}\nquorum one\n")
    assert agora("log", "verify", log, "--level", "full", "--policy", policy, "--key", WORKSPACE.vkey) == 0
    # Once more, from the size that it cosigned: known from what was attached.
    ask(log, tmp_path, "--witness", key)
    assert f"old {kept['size']}\n" in request.read_text()
    assert agora("witness", "sign", request, "--state", tmp_path / "witness") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("— one.example/witness ")


def test_a_log_that_was_put_back_is_found_by_the_age_of_its_cosignatures(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """T4: an older state is whole and was cosigned; but nobody vouches that it is the newest, today."""
    witness = Cosigner.from_seed("one.example", b"1" * 32)
    opened = CosignedLog(log)
    opened.attach(witness.cosign(opened.head.text, 1_000_000_000), witness.key)
    policy = tmp_path / "policy"
    policy.write_text(f"witness one {witness.key.vkey}\nquorum one\n")
    verify = ("log", "verify", log, "--level", "full", "--key", WORKSPACE.vkey)
    assert agora(*verify, "--policy", policy) == 0
    capsys.readouterr()
    assert agora(*verify, "--policy", policy, "--max-age", "30") == 1
    assert "too long ago: one" in capsys.readouterr().err
    assert agora(*verify, "--policy", policy, "--max-age", "30000") == 0
    assert agora(*verify, "--max-age", "30") == 2
    assert "--max-age needs --policy" in capsys.readouterr().err
    for wrong in ("nan", "inf", "-1"):
        assert agora(*verify, "--policy", policy, "--max-age", wrong) == 2


def test_the_list_says_how_far_each_log_was_cosigned(
    log: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = ("witness", "list", "--state", tmp_path / "witness")
    assert agora(*listing) == 0
    assert re.search(rf"{ORIGIN} +its own key +- +-", capsys.readouterr().out)
    request, line = ask(log, tmp_path)
    agora("witness", "sign", request, "-o", line, "--state", tmp_path / "witness")
    capsys.readouterr()
    assert agora(*listing, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["witness"], found["certifiers"]) == (key, [])
    (one,) = found["logs"]
    assert one["size"] == int(request.read_text().split("\n")[3])
    assert one["certifier"] is None


def test_a_certifier_is_trusted_for_each_log_whose_certificate_is_handed_in(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("--state", tmp_path / "witness")
    agora("witness", "init", "one.example", *state)
    assert agora("witness", "list", *state) == 0
    assert "knows no log yet" in capsys.readouterr().out
    request, line = ask(log, tmp_path)
    signing = ("witness", "sign", request, "-o", line, *state)
    assert agora(*signing) == 2
    assert "status 404: unknown log" in capsys.readouterr().err
    certificate = ("--certificate", log / "certificate")
    assert agora(*signing, *certificate) == 1
    assert "status 403" in capsys.readouterr().err
    (tmp_path / "keyring").write_text(f"{WORKSPACE.vkey}\n")
    assert agora("witness", "trust", tmp_path / "keyring", "--certifier", *state) == 0
    assert agora(*signing, *certificate) == 0
    capsys.readouterr()
    assert agora("witness", "list", *state) == 0
    assert "certificate of workspace" in capsys.readouterr().out


def test_another_history_is_refused_and_said(
    log: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("--state", tmp_path / "witness")
    request, line = ask(log, tmp_path)
    agora("witness", "sign", request, "-o", line, *state)
    size = request.read_text().split("\n")[3]
    assert agora("witness", "sign", request, *state) == 1
    assert f"cosigned {size} entries last" in capsys.readouterr().err
    request.write_text(f"old {size}\nAAAA\n")
    assert agora("witness", "sign", request, *state) == 2
    assert "status 400" in capsys.readouterr().err
    assert agora("log", "cosign", log, "--request-out", request, "--from", "3") == 0
    broken = request.read_text().replace("old 3", f"old {size}")
    request.write_text(broken)
    assert agora("witness", "sign", request, *state) == 1
    assert "status 422" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one of --request-out"),
        (("--request-out", "a", "--attach", "b"), "give one of --request-out"),
        (("--attach", "a"), "--witness is missing"),
        (("--to", "http://127.0.0.1", "--from", "3", "--witness", "w"), "--from goes with"),
        (("--attach", "nothing", "--witness", "KEY"), "no such file"),
        (("--attach", "nothing", "--witness", "nothing"), "no such file"),
        (("--attach", "nothing", "--witness", "a+b+c"), "is not the key of a witness"),
        (("--to", "witness.example", "--witness", "KEY"), "not the URL of a witness"),
        (("--request-out", "a", "--from", "99999"), "beyond the log"),
    ],
)
def test_wrong_use_is_explained(
    log: Path, key: str, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [key if one == "KEY" else one for one in arguments]
    assert agora("log", "cosign", log, *given) == 2
    assert message in capsys.readouterr().err


def test_a_place_that_is_no_log_or_no_witness_is_explained(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert agora("log", "cosign", tmp_path, "--request-out", "a") == 2
    assert "is not one log" in capsys.readouterr().err
    for verb in (("key",), ("list",), ("serve",), ("sign", "a"), ("trust", log / "log.vkey")):
        assert agora("witness", *verb) == 2
        assert "agora witness init" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.write_text("# nobody\n")
    assert agora("witness", "init", "one.example") == 0
    assert agora("witness", "trust", empty) == 2
    assert agora("witness", "sign", tmp_path) == 2
    assert agora("witness", "init", "one.example") == 2
    assert agora("log", "cosign", log, "--request-out", tmp_path / "none" / "a") == 3


def test_a_witness_of_ones_own_is_called_by_its_name(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agora("witness", "init", "mine.example")
    agora("witness", "trust", log / "log.vkey")
    capsys.readouterr()
    agora("witness", "key")
    key = capsys.readouterr().out.strip()
    request, line = ask(log, tmp_path)
    agora("witness", "sign", request, "-o", line)
    assert agora("log", "cosign", log, "--attach", line, "--witness", key) == 0
    assert "same host" in capsys.readouterr().out


def test_of_a_campaign_the_ledger_is_cosigned(log: Path, tmp_path: Path) -> None:
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    (campaign / "plan.json").write_text("{}")
    assert agora("log", "cosign", campaign, "--request-out", tmp_path / "request.txt") == 2
    shutil.move(log, campaign / "ledger")
    assert agora("log", "cosign", campaign, "--request-out", tmp_path / "request.txt") == 0
    assert (tmp_path / "request.txt").read_text().split("\n")[2:4] == [ORIGIN, "12"]


def test_a_witness_is_asked_over_the_loopback(
    log: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`serve` in this process: it answers until it is interrupted."""
    answered = threading.Event()
    urls: list[str] = []
    statuses: list[int] = []

    def cosign(url: str) -> None:
        statuses.append(agora("log", "cosign", log, "--to", url, "--witness", key))
        answered.set()

    def serve_until_answered(self: WitnessServer) -> None:
        urls.append(self.url)
        client = threading.Thread(target=cosign, args=(self.url,))
        client.start()
        while not answered.is_set():
            self.handle_request()
        client.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(WitnessServer, "serve_forever", serve_until_answered)
    monkeypatch.setattr(WitnessServer, "timeout", 0.05)
    assert agora("witness", "serve", "--port", "0", "--state", tmp_path / "witness") == 0
    out = capsys.readouterr().out
    assert statuses == [0]
    assert f"witness one.example/witness answers at {urls[0]}" in out
    assert '127.0.0.1 "POST /add-checkpoint HTTP/1.1" 200 -' in out
    assert "same host" in out
    assert "stopped" in out


def test_another_address_is_warned_of_and_a_port_in_use_is_an_error(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: WitnessServer) -> None:
        assert agora("witness", "serve", "--port", self.server_port, "--state", tmp_path / "witness") == 3
        raise KeyboardInterrupt

    monkeypatch.setattr(WitnessServer, "serve_forever", interrupted)
    state = ("--state", tmp_path / "witness")
    assert agora("witness", "serve", "--port", "0", "--address", "0.0.0.0", *state) == 0
    err = capsys.readouterr().err
    assert "warning: 0.0.0.0 may be reached by others" in err
    assert "cannot listen at 127.0.0.1" in err
    assert agora("witness", "serve", "--address", "localhost", *state) == 2
    assert "not an IPv4 address" in capsys.readouterr().err


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_asked_to_end(
    log: Path, key: str, tmp_path: Path, ending: signal.Signals
) -> None:
    command = [sys.executable, "-c", "from agoranomos.cli import main; main()"]
    command += ["witness", "serve", "--port", "0", "--state", str(tmp_path / "witness")]
    # Whoever started the tests in the background may have Ctrl-C ignored, and a child inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        assert serving.stdout is not None
        url = serving.stdout.readline().split()[-1]
        assert agora("log", "cosign", log, "--to", url, "--witness", key) == 0
        serving.send_signal(ending)
        out, _ = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert out.splitlines() == ['127.0.0.1 "POST /add-checkpoint HTTP/1.1" 200 -', "stopped"]
    assert serving.returncode == 0
