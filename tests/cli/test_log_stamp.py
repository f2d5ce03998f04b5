"""`agora log stamp`, with an authority of our own making."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.cli.entry import run_command
from agoranomos.logs import timestamp_plugins
from agoranomos.logs.timestamp import signed_states
from cli.conftest import Record

AUTHORITY = ThrowAwayAuthority.make("authority")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    authority = AUTHORITY.authority
    path = tmp_path / "authority.pem"
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in (authority.certificate, *authority.chain)))
    return path


def stamp(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command(["log", "stamp", *map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


def answer(log: Path) -> bytes:
    return AUTHORITY.stamp(signed_states(log)[-1].text.encode(), NOON)


def test_a_request_goes_out_and_its_answer_is_kept(
    record: Record, tmp_path: Path, pem: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = stamp(capsys, record.run, "--request-out", tmp_path / "log.tsq")
    assert (code, (tmp_path / "log.tsq").read_bytes()[:2]) == (0, b"09")
    assert "the request for a time stamp over the first" in out
    (tmp_path / "log.tsr").write_bytes(answer(record.run))
    code, out, told = stamp(capsys, record.run, "--attach", tmp_path / "log.tsr", "--tsa", pem)
    assert (code, told) == (0, "")
    assert "were there before 2026-11-21T12:00:00+00:00, says CN=authority" in out
    size = signed_states(record.run)[-1].size
    assert (record.run / f"tsr/{size}.tsr").is_file()
    # A log with a time stamp beside it verifies as before.
    assert run_command(["log", "verify", str(record.run)]) == 0


def test_json(record: Record, tmp_path: Path, pem: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = stamp(capsys, record.run, "--request-out", tmp_path / "log.tsq", "--json")
    assert json.loads(out)["origin"].startswith("lab/small-")
    (tmp_path / "log.tsr").write_bytes(answer(record.run))
    _, out, _ = stamp(capsys, record.run, "--attach", tmp_path / "log.tsr", "--tsa", pem, "--json")
    assert json.loads(out)["time"] == "2026-11-21T12:00:00+00:00"


def test_an_answer_that_does_not_verify_is_not_kept(
    record: Record, tmp_path: Path, pem: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = AUTHORITY.stamp(b"another text\n", NOON)
    (tmp_path / "log.tsr").write_bytes(other)
    code, _, told = stamp(capsys, record.run, "--attach", tmp_path / "log.tsr", "--tsa", pem)
    assert (code, "over no checkpoint of this log" in told) == (1, True)
    assert not (record.run / "tsr").exists()


def test_a_plug_in_fetches(
    record: Record, pem: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def fetch(request: bytes) -> bytes:
        asked.append(request)
        return answer(record.run)

    points = {"good": fetch, "silent": lambda request: None, "broken": lambda request: {}["key"]}
    monkeypatch.setattr(
        timestamp_plugins, "entry_points", lambda group: [EntryPoint(name, "here:it", group) for name in points]
    )
    monkeypatch.setattr(EntryPoint, "load", lambda self: points[self.name])
    code, out, _ = stamp(capsys, record.run, "--from", "good", "--tsa", pem)
    assert (code, len(asked)) == (0, 1)
    assert out.startswith("kept: ")
    for name, said in (("silent", "NoneType in place of bytes"), ("broken", "KeyError: 'key'")):
        code, _, told = stamp(capsys, record.run, "--from", name, "--tsa", pem)
        assert (code, said in told) == (3, True)
    code, _, told = stamp(capsys, record.run, "--from", "goood", "--tsa", pem)
    assert (code, "Did you mean 'good'?" in told) == (2, True)


def test_wrong_usage_is_explained(
    record: Record, tmp_path: Path, pem: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        ([record.run], "give one of"),
        ([record.run, "--attach", pem, "--from", "x"], "give one of"),
        ([record.run, "--attach", pem], "--tsa is missing"),
        ([record.campaign, "--request-out", tmp_path / "x"], "is not one log"),
        ([record.run, "--attach", tmp_path / "none", "--tsa", pem], "no such file"),
        ([record.run, "--from", "none", "--tsa", pem], "None is installed"),
    ):
        code, _, told = stamp(capsys, *arguments)
        assert (code, said in told) == (2, True), told
    code, _, told = stamp(capsys, record.run, "--request-out", tmp_path / "no" / "such")
    assert (code, "cannot write" in told) == (3, True)
