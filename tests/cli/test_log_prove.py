"""`agora log prove`, `receipt`, `verify-receipt` and `export`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agoranomos.cli import log_export, log_verify_receipt
from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore
from agoranomos.logs.proof_file import parse_proof_file
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.witness_request import parse_witness_request
from cli.conftest import Record


def agora(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command(["log", *map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


@pytest.fixture
def vkey(record: Record) -> str:
    return KeyStore(record.home / "keys").trusted()[0].vkey


def test_a_proof_goes_to_the_screen_or_into_a_file(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ProvableLog(record.run).inclusion(3)
    code, out, told = agora(capsys, "prove", record.run, "--entry", "3")
    assert (code, out, told) == (0, made.data.decode(), "")
    code, out, _ = agora(capsys, "prove", record.run, "--entry", "3", "-o", tmp_path / "3.tlog-proof")
    assert (code, parse_proof_file((tmp_path / "3.tlog-proof").read_bytes())) == (0, made)
    assert out.startswith(f"wrote {tmp_path / '3.tlog-proof'}: {len(made.path)} hashes under the signed checkpoint")
    code, out, _ = agora(capsys, "prove", record.run, "--from", "3", "--json", "-o", tmp_path / "grown")
    shown = json.loads(out)
    grown = parse_witness_request((tmp_path / "grown").read_bytes())
    assert (shown["from"], shown["file"], len(shown["hashes"])) == (3, str(tmp_path / "grown"), len(grown.proof))
    assert shown["size"] == ProvableLog(record.run).checkpoint.size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one of --entry and --from"),
        (("--entry", "1", "--from", "1"), "give one of --entry and --from"),
        (("--entry", "9999"), "there is no entry 9999: the log has entries 0 to"),
        (("--from", "9999"), "there is no proof from size 9999"),
        (("--from", "0"), "--from"),
        (("--entry", "-1"), "--entry"),
    ],
)
def test_what_cannot_be_asked(
    record: Record, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, told = agora(capsys, "prove", record.run, *arguments)
    assert (code, out) == (2, "")
    assert message in told


@pytest.mark.parametrize(
    "arguments",
    [("prove", "--entry", "0"), ("export", "out"), ("receipt", "--agent", "firm_1", "-o", "out")],
    ids=lambda arguments: arguments[0],
)
def test_a_campaign_is_not_one_log(
    record: Record, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = agora(capsys, arguments[0], record.campaign, *arguments[1:])
    assert (code, "is not one log" in told) == (2, True)


def test_receipts_of_an_agent_and_of_a_round(
    record: Record, tmp_path: Path, vkey: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = agora(capsys, "receipt", record.run, "--agent", "firm_1", "-o", tmp_path / "all")
    files = sorted((tmp_path / "all").glob("*.tlog-proof"))
    assert (code, out.split()[:2]) == (0, ["wrote", str(len(files))])
    kinds = [json.loads(parse_proof_file(file.read_bytes()).extra or b"")["kind"] for file in files]
    assert kinds.count("round") == 12
    assert (tmp_path / "all/certificate").read_bytes() == (record.run / "certificate").read_bytes()
    code, out, _ = agora(capsys, "receipt", record.run, "--agent", "firm_1", "--round", "3", "-o", "three", "--json")
    shown = json.loads(out)
    assert (shown["agent"], shown["round"], shown["folder"]) == ("firm_1", 3, "three")
    assert shown["receipts"] == len(list(Path("three").glob("*.tlog-proof"))) >= 1
    # They are checked elsewhere, with nothing but the public key of the workspace.
    shutil.rmtree(record.root / "logs")
    code, out, told = agora(capsys, "verify-receipt", *files, "--key", vkey)
    assert (code, told) == (0, "")
    assert out.count("verified: ") == len(files)
    assert "give it with --log" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--agent", "firm_3"), "unknown agent 'firm_3'"),
        (("--agent", "firm_1", "--round", "99"), "no entry is about firm_1 in round 99"),
    ],
)
def test_receipts_of_nothing(
    record: Record, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = agora(capsys, "receipt", record.run, *arguments, "-o", "out")
    assert (code, message in told) == (2, True)
    assert not Path("out").exists()


@pytest.mark.parametrize("line", [b"no JSON", b"[1]", b'{"body":1}'])
def test_receipts_of_what_is_no_entry(record: Record, line: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = record.run / "entries/000000000000.jsonl"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([line, *lines[1:]]))
    code, _, told = agora(capsys, "receipt", record.run, "--agent", "firm_1", "-o", "out")
    assert (code, "entry 0 is no entry of a run or a ledger" in told) == (1, True)


def test_t16_the_log_holds_something_else(record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agora(capsys, "receipt", record.run, "--agent", "firm_1", "--round", "5", "-o", "kept")
    files = sorted(Path("kept").glob("*.tlog-proof"))
    code, out, _ = agora(capsys, "verify-receipt", *files, "--log", record.run)
    assert (code, f"and still is in {record.run}" in out) == (0, True)
    # The owner writes another history of the same origin, with all of its keys.
    from agoranomos.campaigns.attack.laying import lay_log
    from agoranomos.logs import SigningKey

    opened = ProvableLog(record.run)
    lines = list(opened.entries())
    index = int(files[0].stem)
    lines[index] = b'{"body":{"actions":"\x1b[2J"},"kind":"round","seq":%d}' % index
    twin = SigningKey.from_seed(opened.checkpoint.origin, b"T" * 32)
    workspace = KeyStore(record.home / "keys").signing_key("workspace")
    lay_log(record.run, lines, [len(lines)], key=twin, certifier=workspace)
    code, out, told = agora(capsys, "verify-receipt", files[0], "--log", record.run)
    assert code == 1
    assert f"tampered: {files[0]}: entry {index} of the log is another than the receipt's" in told
    assert out.count(opened.checkpoint.origin) >= 4
    assert f"--- the receipt:\n{opened.checkpoint.text}" in out
    assert f"--- the log:\n{opened.checkpoint.origin}\n" in out
    assert "\x1b" not in out
    code, out, _ = agora(capsys, "verify-receipt", files[0], "--log", record.run, "--json")
    shown = json.loads(out)[0]
    assert (code, shown["verdict"], shown["entry"]) == (1, "tampered", index)
    assert len(shown["evidence"]) == len(shown["entries"]) == 2
    lay_log(record.run, lines[:index], [index], key=twin, certifier=workspace)
    code, out, _ = agora(capsys, "verify-receipt", files[0], "--log", record.run)
    assert (code, f"entry {index}: no such entry" in out) == (1, True)


def test_a_receipt_without_a_certificate_or_of_nobody(
    record: Record, tmp_path: Path, vkey: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    agora(capsys, "prove", record.run, "--entry", "1", "-o", "1.tlog-proof")
    code, _, told = agora(capsys, "verify-receipt", "1.tlog-proof")
    assert (code, "undecided: 1.tlog-proof: there is no certificate" in told) == (1, True)
    certificate = record.run / "certificate"
    code, out, _ = agora(capsys, "verify-receipt", "1.tlog-proof", "--certificate", certificate, "--json")
    shown = json.loads(out)
    assert (code, shown[0]["verdict"], shown[0]["entry"], shown[0]["trusted_by"]) == (0, "verified", 1, vkey)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "stranger"))
    code, _, told = agora(capsys, "verify-receipt", "1.tlog-proof", "--certificate", certificate)
    assert (code, "Give the public key of the workspace" in told) == (1, True)
    code, _, _ = agora(capsys, "verify-receipt", "1.tlog-proof", "--key", (record.run / "log.vkey"))
    assert code == 0


def test_a_policy_and_its_quorum(record: Record, vkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    from agoranomos.logs.cosigner import Cosigner

    witness = Cosigner.from_seed("w.example", b"w" * 32)
    opened = ProvableLog(record.run)
    agora(capsys, "receipt", record.run, "--agent", "firm_1", "--round", "2", "-o", "kept")
    Path("policy").write_text(f"log {vkey}\nwitness w {witness.key.vkey}\nquorum w\n")
    code, _, told = agora(capsys, "verify-receipt", *Path("kept").glob("*.tlog-proof"), "--policy", "policy")
    assert (code, "the quorum 'w' of the policy is not reached" in told) == (1, True)
    (record.run / "cosignatures").mkdir()
    (record.run / f"cosignatures/{opened.checkpoint.size}").write_bytes(witness.cosign(opened.checkpoint.text, 99))
    agora(capsys, "receipt", record.run, "--agent", "firm_1", "--round", "2", "-o", "cosigned")
    code, out, _ = agora(capsys, "verify-receipt", *Path("cosigned").glob("*.tlog-proof"), "--policy", "policy")
    assert (code, "cosigned by w, 99 s after 1970" in out, "no policy" in out) == (0, True, False)


def test_a_proof_that_a_log_only_grew(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    head = ProvableLog(record.run)
    Path("old").write_bytes(head.note)
    shutil.copy(record.run / "certificate", "certificate")
    agora(capsys, "prove", record.run, "--from", head.checkpoint.size, "-o", "grown")
    code, out, _ = agora(capsys, "verify-receipt", "grown", "--old", "old")
    assert (code, f"entries goes on where it had {head.checkpoint.size}" in out) == (0, True)
    code, out, _ = agora(capsys, "verify-receipt", "grown", "--old", "old", "--json")
    assert json.loads(out)[0]["from"] == head.checkpoint.size
    code, _, told = agora(capsys, "verify-receipt", "grown")
    assert (code, "Give the older checkpoint with --old" in told) == (2, True)
    agora(capsys, "prove", record.run, "--entry", "1", "-o", "1.tlog-proof")
    code, _, told = agora(capsys, "verify-receipt", "1.tlog-proof", "--old", "old")
    assert (code, "is no proof that a log only grew" in told) == (2, True)


def test_many_files_that_are_no_receipts(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(14):
        Path(f"{number:02d}").write_bytes(b"nonsense")
    code, _, told = agora(capsys, "verify-receipt", *(f"{number:02d}" for number in range(14)))
    assert code == 1
    assert told.count("damaged: ") == log_verify_receipt.SHOWN_FAULTS
    assert "and 4 more files" in told
    code, _, told = agora(capsys, "verify-receipt", "none")
    assert (code, "there is no such file" in told) == (2, True)


def test_an_export_is_checked_by_the_file_that_lies_in_it(
    record: Record, vkey: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, told = agora(capsys, "export", record.run, "out", "--blobs")
    assert (code, told) == (0, "")
    assert "python out/verify.py out --key" in out
    command = [sys.executable, "-I", "verify.py", ".", "--key", vkey]
    done = subprocess.run(command, cwd="out", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verified: lab/small-")
    code, out, _ = agora(capsys, "verify", "out")
    assert (code, out.startswith("verified: lab/small-")) == (0, True)
    code, _, told = agora(capsys, "export", record.run, "out")
    assert (code, "out is there already" in told) == (2, True)
    Path("policy").write_text("quorum nobody\n")
    code, _, told = agora(capsys, "export", record.run, "two", "--policy", "policy")
    assert (code, "policy:1" in told, Path("two").exists()) == (2, True, False)
    Path("policy").write_text("quorum none\n")
    code, out, _ = agora(capsys, "export", record.run, "two", "--policy", "policy", "--json")
    assert (code, json.loads(out)["blobs"]) == (0, None)
    assert Path("two/policy").read_text() == "quorum none\n"


def test_a_ledger_is_exported_too(record: Record, vkey: str, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = next(path.parent for path in sorted((record.campaign / "ledger").rglob("log.vkey")))
    assert agora(capsys, "export", ledger, "out")[0] == 0
    assert agora(capsys, "verify", "out", "--key", vkey)[0] == 0


def test_progress_where_somebody_watches(
    record: Record, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with log_export._progress() as watch:
        assert watch is not None
        watch(1, 2)
