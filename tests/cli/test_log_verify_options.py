"""The options of `agora log verify`: levels, memory of what was seen, witnesses, open logs, processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore, LogReader, LogWriter, SigningKey
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.cosigner import Cosigner
from cli.conftest import Record

ENTRIES = "entries/000000000000.jsonl"
KEYS_OF_A_LOG = {
    "log",
    "verdict",
    "schema",
    "origin",
    "entries",
    "root",
    "checkpoints",
    "signer",
    "certified_by",
    "level",
    "closed",
    "read_from",
    "policy",
    "witnesses",
    "time_stamps",
    "remembered",
    "noted",
    "not_excluded",
    "kind",
    "actors",
    "replay",
    "remembered_now",
}


def verify(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command(["log", "verify", *map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


def verdict(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any]:
    code, out, told = verify(capsys, *arguments, "--json")
    assert told == ""
    return code, json.loads(out)


def signed_anew(record: Record, run: Path, lines: list[bytes]) -> None:
    """What the owner of the workspace's key can do to a run."""
    origin = LogReader(run).origin
    shutil.rmtree(run)
    certifier = KeyStore(record.home / "keys").signing_key("workspace")
    key = SigningKey.generate(origin)
    log = LogWriter.create(run, origin, key=key, certifier=certifier, durable="close")
    log.append(lines)
    log.close()


def test_each_level_finds_what_it_is_for(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    """A signed lie, a signed breach of form, a changed byte, a changed leaf hash: each by the first level that can."""
    levels = ("structure", "full", "strict", "actors", "replay")

    def found_by() -> list[str]:
        return [level for level in levels if verify(capsys, record.run, "--level", level)[0] == 1]

    assert found_by() == []
    intact = list(LogReader(record.run).entries())
    lied = next(index for index, line in enumerate(intact) if b'"kind":"sanction"' in line)
    lines = [*intact]
    lines[lied] = lines[lied].replace(b'"amount_e6":', b'"amount_e6":1')
    signed_anew(record, record.run, lines)
    assert found_by() == ["replay"]
    lines = [*intact]
    lines[lied] = lines[lied].replace(b'"kind":', b'"kind" :')
    signed_anew(record, record.run, lines)
    assert found_by() == ["strict", "actors", "replay"]
    signed_anew(record, record.run, intact)
    entries = record.run / ENTRIES
    entries.write_bytes(entries.read_bytes().replace(b'"hhi_e6":[', b'"hhi_e6":[1', 1))
    assert found_by() == ["full", "strict", "actors", "replay"]
    signed_anew(record, record.run, intact)
    leaves = record.run / "leaves/000000000000.sha256"
    leaves.write_bytes(b"\1" + leaves.read_bytes()[1:])
    assert found_by() == list(levels)


def test_the_report_always_has_the_same_parts(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    for level in ("structure", "full", "strict", "actors", "replay"):
        code, found = verdict(capsys, record.run, "--level", level)
        assert (code, found["verdict"], found["level"], found["schema"]) == (0, "verified", level, 1)
        assert set(found) == KEYS_OF_A_LOG
        assert (found["kind"], found["closed"], found["read_from"]) == (
            "unknown" if level in ("structure", "full") else "run",
            True,
            0,
        )
        assert (found["replay"] is not None) == (level == "replay")
        _, out, _ = verify(capsys, record.run, "--level", level)
        parts = (
            "signed by",
            "certified by",
            f"level        {level}",
            "closed",
            "witnesses    none",
            "time stamps  none",
        )
        for part in (*parts, "remembered   nothing", "signed checkpoint", "root ", "not excluded by this check:"):
            assert part in out
    assert "no entry was read" in verify(capsys, record.run, "--level", "structure")[1]
    assert found["actors"] == {"signatures": 0, "rounds": 0, "actors": []}


def test_what_was_remembered_is_held_against_the_log(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    intact = list(LogReader(record.run).entries())
    older = shutil.copytree(record.run, record.root / "older")
    assert "nothing: it was not remembered" in verify(capsys, record.run)[1]
    code, found = verdict(capsys, record.run, "--remember")
    assert (code, found["remembered"], found["remembered_now"]) == (0, None, True)
    assert len(list((record.home / "remembered").glob("*.json"))) == 1
    code, found = verdict(capsys, record.run)
    assert (found["remembered"]["entries"], found["remembered_now"]) == (len(intact), False)
    assert "it continues the" in verify(capsys, record.run)[1]
    assert "from now on it must continue" in verify(capsys, record.run, "--remember")[1]
    signed_anew(record, record.run, intact[:-1])
    code, found = verdict(capsys, record.run)
    assert (code, found["verdict"]) == (1, "tampered")
    assert found["message"].startswith("another history")
    assert len(found["evidence"]) == 2
    assert all(note.startswith(LogReader(older).origin) for note in found["evidence"])
    _, _, told = verify(capsys, record.run)
    assert told.count(f"\n  {LogReader(older).origin}\n") == 2


def test_only_what_was_added_is_read(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = verify(capsys, record.run, "--incremental")
    assert (code, "nothing is remembered" in told) == (2, True)
    assert verify(capsys, record.run, "--remember")[0] == 0
    code, found = verdict(capsys, record.run, "--incremental")
    assert (code, found["level"], found["read_from"]) == (0, "full", found["entries"])
    assert "they were verified before" in verify(capsys, record.run, "--incremental")[1]
    assert verify(capsys, record.run, "--incremental", "--level", "structure")[0] == 0


def test_a_campaigns_ledger_is_remembered_and_held_against_it(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = verify(capsys, record.campaign, "--remember")
    assert code == 0
    assert "from now on it must continue" in out
    code, found = verdict(capsys, record.campaign)
    assert found["ledger"]["remembered"]["entries"] == found["ledger"]["entries"]
    assert not any("replacement" in line for line in found["not_excluded"])
    (kept,) = (record.home / "remembered").glob("*.json")
    kept.write_text("{}")
    code, found = verdict(capsys, record.campaign)
    assert (code, found["verdict"]) == (1, "damaged")
    assert "cannot be read" in found["faults"][0]["message"]


@pytest.fixture
def policy(record: Record) -> tuple[Path, Cosigner]:
    witness = Cosigner.from_seed("witness.example/one", b"w" * 32)
    path = record.root / "policy"
    path.write_text(f"witness one {witness.key.vkey}\nquorum one\n")
    return path, witness


def test_witnesses_are_named_with_their_times(
    record: Record, policy: tuple[Path, Cosigner], capsys: pytest.CaptureFixture[str]
) -> None:
    path, witness = policy
    code, found = verdict(capsys, record.run, "--policy", path)
    assert (code, found["verdict"]) == (1, "undecided")
    assert "the quorum 'one' of the policy is not reached" in found["message"]
    head = LogReader(record.run).checkpoint
    target = record.run / cosignatures_file(head.size)
    target.parent.mkdir()
    target.write_bytes(witness.cosign(head.text, 1_767_225_600))
    code, found = verdict(capsys, record.run, "--policy", path)
    assert code == 0
    assert found["witnesses"] == [{"witness": "one", "key": witness.key.vkey, "unix_s": 1_767_225_600}]
    assert found["policy"] == {"given": True, "quorum": "one", "as_of_unix_s": 1_767_225_600, "missing": []}
    _, out, _ = verify(capsys, record.run, "--policy", path)
    assert "witness      one (witness.example/one) at 2026-01-01T00:00:00Z" in out
    assert "quorum       one" in out
    assert "  - replacement" not in out
    assert "noted: cosignatures/ holds cosignatures" in verify(capsys, record.run)[1]


def test_a_campaign_needs_its_ledger_witnessed(
    record: Record, policy: tuple[Path, Cosigner], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = policy
    code, found = verdict(capsys, record.campaign, "--policy", path)
    assert (code, found["verdict"]) == (1, "undecided")
    assert found["faults"][0]["message"].startswith("ledger: ")


def test_a_run_whose_writer_died_is_verified_with_open(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    (record.run / "checkpoint").unlink()
    code, _, told = verify(capsys, record.run)
    assert (code, "--open" in told) == (1, True)
    code, out, _ = verify(capsys, record.run, "--open")
    assert code == 0
    assert "not closed: verified as far as it is signed" in out
    assert "every judgement is byte-equal" in out


def test_a_run_without_its_end_is_told(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    signed_anew(record, record.run, list(LogReader(record.run).entries())[:-1])
    code, out, _ = verify(capsys, record.run)
    assert code == 0
    assert "it has no `closed` entry" in out
    assert verify(capsys, record.campaign)[0] == 1


def test_a_ledger_says_that_it_goes_on(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = next(
        path for path in (record.campaign / "ledger", record.campaign / "ledger/1") if (path / "log.vkey").exists()
    )
    code, out, _ = verify(capsys, ledger)
    assert code == 0
    assert "it is a ledger: it goes on as long as its campaign does" in out
    code, _, told = verify(capsys, ledger, "--institution", "cournot-antitrust")
    assert (code, "a ledger judges nobody" in told) == (2, True)
    assert verdict(capsys, ledger)[1]["kind"] == "ledger"


def test_processes_change_no_verdict(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict(capsys, record.run, "--jobs", "2") == verdict(capsys, record.run)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["RUN", "--level", "strikt"], "Did you mean 'strict'?"),
        (["RUN", "--level", "full", "--no-replay"], "--no-replay means --level strict"),
        (["RUN", "--level", "replay", "--incremental"], "does not go with level replay"),
        (["RUN", "--no-replay", "--incremental"], "does not go with level strict"),
        (["RUN", "--level", "actors", "--institution", "cournot-antitrust"], "needs the replay"),
        (["RUN", "--policy", "nowhere"], "--policy: cannot read nowhere"),
        (["RUN", "--policy", "agora.yaml"], "agora.yaml:1: "),
        (["RUN", "--tsa", "nowhere.pem"], "nowhere.pem"),
        (["RUN", "--actors", "nowhere"], "nowhere is neither a public key"),
        (["RUN", "--jobs", "0"], "--jobs"),
        (["CAMPAIGN", "--incremental"], "--incremental is for one log"),
        (["RUN/checkpoint"], "is a file; the folder of a log was expected"),
        (["CAMPAIGN/plan.json"], "is a file"),
    ],
)
def test_wrong_usage_is_told(
    record: Record, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    given = [word.replace("CAMPAIGN", str(record.campaign)).replace("RUN", str(record.run)) for word in arguments]
    code, out, told = verify(capsys, *given)
    assert (code, out) == (2, "")
    assert words in told


def test_a_file_is_answered_with_the_log_that_it_lies_in(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"It lies in {record.run}: give that." in verify(capsys, record.run / ENTRIES)[2]
    assert f"It lies in {record.campaign}: give that." in verify(capsys, record.campaign / "plan.json")[2]
    assert "such as logs/CAMPAIGN/runs/ARM/SEED" in verify(capsys, "agora.yaml")[2]


def test_the_report_on_a_campaign_always_has_the_same_parts(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = verdict(capsys, record.campaign)
    assert (found["attempts"], found["abandoned_attempts"]) == ([], 0)
    assert all(run["pre_registered"] and run["told"] for run in found["runs"])
    assert set(found) == {
        "schema",
        "campaign",
        "verdict",
        "level",
        "faults",
        "ledger",
        "sessions",
        "machines",
        "recoveries",
        "ended",
        "clock_steps",
        "runs",
        "attempts",
        "abandoned_attempts",
        "not_excluded",
    }
    assert code == 0


def test_keys_of_actors_come_from_the_ledger_or_are_given(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (record.root / "campaigns" / "small.yaml").read_text()
    signed = text.replace("name: small", "name: signed").replace("seeds: 2", "seeds: 1") + "signatures: actors\n"
    (record.root / "campaigns" / "signed.yaml").write_text(signed)
    assert run_command(["run", "signed", "--workers", "1"]) == 0
    campaign = next((record.root / "logs").glob("signed-*"))
    run = campaign / "runs" / "institutional" / "0"
    code, out, _ = verify(capsys, run)
    assert code == 0
    assert "signatures of 5 actors in 13 rounds verify" in out
    assert verify(capsys, run, "--level", "actors")[0] == 0
    assert verify(capsys, campaign)[0] == 0
    alone = shutil.copytree(run, tmp_path / "alone")
    code, found = verdict(capsys, alone)
    assert (code, found["verdict"]) == (1, "undecided")
    assert "none of their keys is known" in found["message"]
    assert verify(capsys, alone, "--level", "strict")[0] == 0
    keys = registered_keys(campaign, KeyStore(record.home / "keys").trusted())
    (tmp_path / "keys").write_text("".join(f"{key}\n" for key in keys))
    code, found = verdict(capsys, alone, "--actors", tmp_path / "keys")
    assert code == 0
    assert found["actors"]["signatures"] == 2 + 12 * 4  # before the first round: publisher and Controller
    (tmp_path / "keys").write_text(f"{keys[0]}\n")
    assert verdict(capsys, alone, "--actors", tmp_path / "keys")[1]["verdict"] == "undecided"
    shutil.rmtree(campaign / "ledger")
    assert verdict(capsys, run)[1]["verdict"] == "undecided"


def registered_keys(campaign: Path, trusted: Any) -> list[str]:
    from agoranomos.campaigns.verified_ledger import verify_ledger

    return [key.vkey for key in verify_ledger(campaign / "ledger", trusted).history.actors["institutional", 0]]


def test_an_exported_log_is_verified_by_the_same_command(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = tmp_path / "tree"
    assert run_command(["log", "export", str(record.run), str(tree)]) == 0
    code, found = verdict(capsys, tree, "--remember")
    assert (code, found["verdict"], found["level"], found["closed"]) == (0, "verified", "full", None)
    assert set(found) == KEYS_OF_A_LOG
    code, out, _ = verify(capsys, tree, "--level", "full")
    assert code == 0
    assert "noted: an exported copy" in out
    assert "closed" not in out.split("not excluded")[0]
    assert verdict(capsys, record.run)[1]["remembered"] is not None
    for option, words in (
        (("--level", "strict"), "an exported log is verified at level full"),
        (("--no-replay",), "an exported log is verified at level full"),
        (("--incremental",), "--incremental is for a log itself"),
        (("--institution", "cournot-antitrust"), "--institution is for a log itself"),
    ):
        code, _, told = verify(capsys, tree, *option)
        assert (code, words in told) == (2, True)
    bundle = next(path for path in (tree / "tile" / "entries").rglob("*") if path.is_file())
    bundle.write_bytes(bundle.read_bytes().replace(b'"kind"', b'"kand"', 1))
    code, found = verdict(capsys, tree)
    assert (code, found["verdict"]) == (1, "tampered")
    assert f"It lies in {tree}: give that." in verify(capsys, tree / "checkpoint")[2]


def test_a_campaigns_runs_may_be_shared_among_processes(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    alone = verdict(capsys, record.campaign)
    assert verdict(capsys, record.campaign, "--jobs", "2") == alone
    entries = record.run / ENTRIES
    entries.write_bytes(entries.read_bytes().replace(b'"hhi_e6":[', b'"hhi_e6":[1', 1))
    alone = verdict(capsys, record.campaign)
    assert alone[1]["verdict"] == "tampered"
    assert verdict(capsys, record.campaign, "--jobs", "2") == alone


def test_the_report_tells_who_wrote_the_ledger(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = verify(capsys, record.campaign)
    assert "1 session on 1 machine" in out
    _, found = verdict(capsys, record.campaign)
    assert (found["sessions"], found["machines"], found["recoveries"]) == (1, 1, 0)
    assert (found["ended"], found["clock_steps"]) == (True, [])


def test_evidence_against_a_ledger_is_printed_with_its_campaign(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    older = shutil.copytree(record.campaign / "ledger", record.root / "older")
    keys = KeyStore(record.home / "keys")
    assert verify(capsys, record.campaign, "--remember")[0] == 0
    origin = LogReader(older).origin
    lines = list(LogReader(older).entries())
    shutil.rmtree(record.campaign / "ledger")
    key = keys.signing_key("ledger", name=origin)
    log = LogWriter.create(
        record.campaign / "ledger", origin, key=key, certifier=keys.signing_key("workspace"), durable="append"
    )
    log.append(lines[:-1])
    log.close()
    shutil.copytree(older / "blobs", record.campaign / "ledger" / "blobs")
    code, found = verdict(capsys, record.campaign)
    assert (code, found["verdict"]) == (1, "tampered")
    assert found["faults"][0]["message"].startswith("ledger: rollback")
    assert len(found["faults"][0]["evidence"]) == 2
