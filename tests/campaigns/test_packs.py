"""Many short runs share a file, and each still is a log of its own."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from agoranomos.campaigns import build_tables
from agoranomos.campaigns.attack import attack_campaign, attack_run, longest_run
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.packs import pack as pack_file
from agoranomos.campaigns.packs import player
from agoranomos.campaigns.packs.pack import Pack, write_pack
from agoranomos.campaigns.packs.packed import is_packed, opened_run, runs_in_packs, unpacked
from agoranomos.campaigns.packs.player import packs
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.cli.entry import run_command
from agoranomos.errors import Finding
from agoranomos.logs import LogFault, LogReader, verify_log
from agoranomos.logs.faults import WriteFailed
from campaigns.laboratory import SCRIPTED, Died, Lab

ARM = "governed.ladder-gamer"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs of two runs, and no long wait for one that does not come."""
    monkeypatch.setattr(player, "PACK_RUNS", 2)
    monkeypatch.setattr(player, "SECONDS_OF_SILENCE", 0.05)


def _tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _packs(root: Path) -> dict[str, tuple[int, ...]]:
    return {str(path.relative_to(root)): Pack(path).seeds for path in sorted((root / "packs").glob("*/*"))}


def test_packed_runs_are_the_same_runs_whoever_played_them(lab: Lab, small: None, tmp_path: Path) -> None:
    made = lab.plan(SCRIPTED, "seeds=3")
    lab.run(made)
    apart = {run.key: LogReader(lab.folder(made).run(*run.key)).checkpoint for run in made.runs()}
    tables = _tables(build_tables(lab.folder(made), lab.trusted()))
    members = []
    for number, workers in enumerate((1, 3)):
        lab.logs = tmp_path / f"packed-{number}"
        folder = lab.folder(made)
        assert lab.run(made, packed=True, workers=workers).finished == len(apart)
        members.append(_packs(folder.root))
        assert not list(folder.root.glob("runs/*/*"))
        for key, checkpoint in apart.items():
            place = folder.run(*key)
            assert is_packed(place)
            with opened_run(place) as opened:
                verified = verify_log(opened, lab.trusted())
                assert LogReader(opened).checkpoint == checkpoint
                assert verified.root == checkpoint.root
        assert _tables(build_tables(folder, lab.trusted())) == tables
        checked = verify_campaign(folder, lab.trusted())
        assert not checked.faults
        assert all(run.verified is not None and run.fault is None for run in checked.runs)
    assert members[0] == members[1]
    assert len(members[0]) == 2 * len(made.arms)
    assert members[0][f"packs/{ARM}/0-1.zip"] == (0, 1)
    assert members[0][f"packs/{ARM}/2-2.zip"] == (2,)


def test_unpacking_gives_the_folders_back(lab: Lab, small: None) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    folder = lab.folder(made)
    for path in (folder.root / "packs").glob("*/*"):
        with zipfile.ZipFile(path) as pack:
            pack.extractall(folder.root / "runs" / path.parent.name)
    for run in made.runs():
        place = folder.run(*run.key)
        assert not is_packed(place)
        with opened_run(place) as opened:
            assert opened == place
        assert verify_log(place, lab.trusted()).size == LogReader(place).size
    checked = verify_campaign(folder, lab.trusted())
    assert not checked.faults
    assert lab.run(made).kept == len(made.runs())


def test_a_session_goes_on_where_the_one_before_was_limited(lab: Lab, small: None) -> None:
    made = lab.plan(SCRIPTED, "seeds=3")
    arms = len(made.arms)
    assert lab.run(made, packed=True, limit=arms).finished == arms
    assert lab.run(made, packed=True).finished == 2 * arms
    assert set(_packs(lab.folder(made).root).values()) == {(0,), (1, 2)}
    assert lab.run(made, packed=True).kept == 3 * arms


def test_a_pack_that_the_ledger_was_not_told_of_is_kept(lab: Lab, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(SCRIPTED)

    def die(path: Path, runs: dict[int, dict[str, bytes]]) -> None:
        write_pack(path, runs)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(player, "write_pack", die)
        with pytest.raises(Died):
            lab.run(made, packed=True)
    folder = lab.folder(made)
    # How many packs were laid before the first death was heard of is a matter of time.
    laid = len(list(runs_in_packs(folder.root)))
    assert laid >= 2
    history, _ = read_ledger(folder.ledger, lab.trusted())
    assert not any(attempt.closed for tried in history.attempts.values() for attempt in tried)
    outcome = lab.run(made, packed=True)
    assert (outcome.kept, outcome.finished) == (laid, len(made.runs()) - laid)
    checked = verify_campaign(folder, lab.trusted())
    assert not checked.faults
    assert all(run.verified for run in checked.runs)


def test_runs_whose_pack_was_never_written_are_run_again(
    lab: Lab, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lab.plan(SCRIPTED)

    def die(path: Path, runs: dict[int, dict[str, bytes]]) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(player, "write_pack", die)
        with pytest.raises(Died):
            lab.run(made, packed=True)
    assert lab.run(made, packed=True).finished == len(made.runs())
    assert not verify_campaign(lab.folder(made), lab.trusted()).faults


def test_a_pack_that_cannot_be_written_fails_its_runs_alone(
    lab: Lab, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lab.plan(SCRIPTED)

    def refuse(path: Path, runs: dict[int, dict[str, bytes]]) -> None:
        if path.parent.name == ARM:
            raise WriteFailed(f"cannot write {path}: No space left on device")
        write_pack(path, runs)

    with monkeypatch.context() as patched:
        patched.setattr(player, "write_pack", refuse)
        outcome = lab.run(made, packed=True)
    assert sorted((failure.arm, failure.seed) for failure in outcome.failures) == [(ARM, 0), (ARM, 1)]
    assert lab.run(made, packed=True).finished == 2
    assert not verify_campaign(lab.folder(made), lab.trusted()).faults


def test_a_run_that_fails_keeps_no_other_waiting(lab: Lab, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(SCRIPTED)
    plays = player.PackingPlayer.play

    async def lose_one(self, run, place, origin):
        if run.key == (ARM, 1):
            raise RuntimeError("lost before it was played")
        return await plays(self, run, place, origin)

    monkeypatch.setattr(player.PackingPlayer, "play", lose_one)
    outcome = lab.run(made, packed=True)
    assert [(failure.arm, failure.seed) for failure in outcome.failures] == [(ARM, 1)]
    assert outcome.finished == len(made.runs()) - 1
    assert _packs(lab.folder(made).root)[f"packs/{ARM}/0-0.zip"] == (0,)


def _forged(path: Path, change: dict[str, bytes | None]) -> None:
    """The pack again, with other content for some members (None: without it)."""
    with zipfile.ZipFile(path) as pack:
        files = {name: pack.read(name) for name in pack.namelist()} | change
    with zipfile.ZipFile(path, "w") as pack:
        for name, content in files.items():
            if content is not None:
                pack.writestr(name, content)


def test_what_was_changed_in_a_pack_is_found(lab: Lab, small: None) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    folder = lab.folder(made)
    path = folder.root / "packs" / ARM / "0-1.zip"
    honest = path.read_bytes()
    entries = "1/entries/000000000000.jsonl"
    with zipfile.ZipFile(path) as pack:
        lines = pack.read(entries)
        other = {f"7/{name.partition('/')[2]}": pack.read(name) for name in pack.namelist() if name.startswith("0/")}
    forgeries: list[tuple[dict[str, bytes | None], str]] = [
        ({entries: lines.replace(b'"round":3', b'"round":4', 1)}, "entry"),
        ({entries: lines[: len(lines) // 2]}, "entry"),
        ({entries: None}, "missing"),
        ({"1/checkpoint": None}, "missing"),
        ({f"1/{name}": other[f"7/{name}"] for name in ("checkpoint", "log.vkey")}, ""),
        (other, "run 7, of which its name says nothing"),
        ({f"{'9' * 5000}/checkpoint": b"x"}, "no file of a run's log"),
        ({"1/../../escaped": b"x"}, "no file of a run's log"),
        ({"/1/escaped": b"x"}, "no file of a run's log"),
        ({"01/checkpoint": b"x"}, "no file of a run's log"),
    ]
    for change, message in forgeries:
        path.write_bytes(honest)
        _forged(path, change)
        checked = verify_campaign(folder, lab.trusted())
        faults = [*checked.faults, *(run.fault for run in checked.runs if run.fault)]
        assert faults, change.keys()
        assert any(message in str(fault) for fault in faults), (message, faults)
    for broken in (b"", b"not a pack", honest[:-30], honest[:200] + b"\x00" * 40 + honest[240:]):
        path.write_bytes(broken)
        checked = verify_campaign(folder, lab.trusted())
        assert [*checked.faults, *(run.fault for run in checked.runs if run.fault)]
    path.unlink()
    checked = verify_campaign(folder, lab.trusted())
    assert {run.seed for run in checked.runs if run.fault} == {0, 1}
    with pytest.raises(Finding, match="missing"):
        lab.run(made, packed=True)
    assert not (folder.root.parent / "escaped").exists()


def test_a_run_has_one_log_in_one_place(lab: Lab, small: None) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    folder = lab.folder(made)
    pack = Pack(folder.root / "packs" / ARM / "0-1.zip")

    def faults() -> str:
        return str([str(fault) for fault in verify_campaign(folder, lab.trusted()).faults])

    assert faults() == "[]"
    pack.extract(1, folder.run(ARM, 1))
    assert faults() == "[]"
    (folder.run(ARM, 1) / "log.vkey").write_text("another")
    assert f"runs/{ARM}/1: its log in a folder is not the one in a pack" in faults()
    shutil.rmtree(folder.run(ARM, 1))
    again = folder.root / "packs" / ARM / "1-1.zip"
    names = zipfile.ZipFile(folder.root / "packs" / ARM / "0-1.zip").namelist()
    files = {name.partition("/")[2]: pack.file(1, name.partition("/")[2]) for name in names if name.startswith("1/")}
    write_pack(again, {1: files})
    assert f"runs/{ARM}/1: its log lies in 2 places" in faults()
    again.rename(again.with_name("one.zip"))
    assert "one.zip holds run 1, of which its name says nothing" in faults()
    again.with_name("one.zip").unlink()
    write_pack(again.with_name("7-7.zip"), {7: files})
    assert "the ledger knows no such run" in faults()


def test_a_packed_run_that_claims_to_be_huge_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(tmp_path / "a/b/0-0.zip", {0: {"checkpoint": b"1" * 60, "entries": b"2" * 60}})
    monkeypatch.setattr(pack_file, "MAX_RUN_BYTES", 100)
    with pytest.raises(LogFault, match="run 0 is longer than a packed log may be"):
        Pack(tmp_path / "a/b/0-0.zip").extract(0, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_pack_that_may_be_lost_with_its_folder_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(pack_file, "_sync_folder", full)
    with pytest.raises(WriteFailed, match="No space left"):
        write_pack(tmp_path / "a/b/0-0.zip", {0: {"checkpoint": b"1"}})
    assert not list((tmp_path / "a/b").iterdir())


def test_nothing_is_kept_beside_the_log_of_a_packed_run(
    lab: Lab, small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    place = str(lab.folder(made).run(ARM, 1))
    request = str(tmp_path / "request")
    for arguments in (
        ["log", "stamp", place, "--request-out", request],
        ["log", "cosign", place, "--request-out", request],
    ):
        assert run_command(arguments) == 2
        assert "shares a file with other runs" in capsys.readouterr().err
    assert run_command(["log", "show", place]) == 0
    assert f"(agora log verify {place})" in capsys.readouterr().out


def test_a_run_in_a_pack_goes_by_the_name_of_its_folder(
    lab: Lab, small: None, capsys: pytest.CaptureFixture[str]
) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    folder = lab.folder(made)
    place = str(folder.run(ARM, 1))
    keys = [option for key in lab.trusted() for option in ("--key", key.vkey)]
    for arguments in (
        ["log", "verify", place, *keys],
        ["log", "show", place],
        ["log", "prove", place, "--entry", "1"],
        ["log", "compare", place, place, *keys],
        ["log", "export", place, str(folder.root / "exported")],
        ["replay", place],
        ["replay", str(folder.root)],
        ["log", "verify", str(folder.root), *keys],
    ):
        assert run_command(arguments) == 0, capsys.readouterr()
        assert capsys.readouterr().out
    assert run_command(["log", "show", str(folder.run(ARM, 9))]) == 2
    copy = unpacked(folder.run(ARM, 1))
    assert copy is not None
    assert (copy.parents[2] / "plan.json").read_bytes() == folder.plan_file.read_bytes()


def test_a_packed_campaign_is_attacked_as_any_other(lab: Lab, small: None) -> None:
    made = lab.plan(SCRIPTED, "rounds=4")
    lab.run(made, packed=True)
    folder = lab.folder(made)
    for attack in (attack_campaign(folder), attack_run(longest_run(folder))):
        assert attack.played
        assert attack.missed == ()


def test_packs_are_for_many_runs_and_never_beside_a_rule_that_stops(lab: Lab) -> None:
    assert not packs(lab.plan(SCRIPTED), None)
    assert packs(lab.plan(SCRIPTED), True)
    assert packs(lab.plan(SCRIPTED, "seeds=5000"), None)
    assert not packs(lab.plan(SCRIPTED, "seeds=5000"), False)


def test_a_pack_states_no_time_and_is_laid_once(tmp_path: Path) -> None:
    files = {3: {"b": b"2", "a": b"1" * 99}, 11: {"leaves/x.sha256": b"3"}}
    first, second = tmp_path / "a/b/first.zip", tmp_path / "a/b/second.zip"
    write_pack(first, files)
    write_pack(second, dict(reversed(files.items())))
    assert first.read_bytes() == second.read_bytes()
    assert Pack(first).file(3, "a") == b"1" * 99
    with pytest.raises(LogFault, match="missing"):
        Pack(first).file(3, "c")
    with pytest.raises(WriteFailed, match="cannot write"):
        write_pack(first, files)
