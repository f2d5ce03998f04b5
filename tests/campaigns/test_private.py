"""Withheld prompts and replies: what stands in the log, what beside it, and how a run goes on after a kill."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns.private import Committing, StoredFirst, Withholding
from agoranomos.campaigns.private_store import PrivateStore, private_folder
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.institutions.entries import CallRecord, Round, decode_entry
from agoranomos.logs import LogFault, LogReader, MemoryLog
from agoranomos.logs.disclosure import Opening
from agoranomos.models import Message, MockEngine, Request, prompt_text
from agoranomos.policies.policy import Call
from campaigns.laboratory import MOCK, CountingEngine, Died, DyingStorage, Lab

BOTH = ("privacy=committed", "signatures=actors")
SECRET = bytes(range(32))


def calls_of(lines: list[bytes]) -> list[tuple[int, str, int, CallRecord]]:
    found = []
    for line in lines:
        entry = decode_entry(line)
        if isinstance(entry.body, Round):
            for decision in entry.body.decisions:
                found += [(entry.seq, decision.agent, n, call) for n, call in enumerate(decision.calls)]
    return found


def private_files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.glob("private/*/*/*"))}


def test_a_log_holds_no_word_of_prompts_and_replies_and_the_private_store_holds_them_all(lab: Lab) -> None:
    made = lab.plan(MOCK, "privacy=committed")
    assert lab.run(made).finished == 4
    root = lab.folder(made).root
    kept = private_files(root)
    for key, (_, lines) in lab.entries(made).items():
        store = PrivateStore(root / "private" / key[0] / str(key[1]))
        assert calls_of(lines)
        for _, _, _, call in calls_of(lines):
            assert call.withheld
            prompt, reply = store.find(call.prompt_commitment), store.find(call.reply_commitment)
            assert prompt is not None
            assert b"capacity" in prompt.content.lower()
            assert reply is not None
            assert b"chosen_quantities" in reply.content
            for text in (prompt.content, reply.content):
                assert text not in b"\n".join(lines)
                assert hashlib.sha256(text).hexdigest().encode() not in b"\n".join(lines)
        names = {name for *_, call in calls_of(lines) for name in (call.prompt_commitment, call.reply_commitment)}
        assert {path.name for path in store.folder.iterdir()} == names
    assert kept
    for folder in (root / "private", *(root / "private").glob("*"), *(root / "private").glob("*/*")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.glob("private/*/*/*")} == {0o600}


def test_a_repetition_by_the_owner_of_the_secret_gives_the_same_log_and_by_another_gives_another(
    lab: Lab, second_lab: Lab
) -> None:
    made, again = lab.plan(MOCK, *BOTH), second_lab.plan(MOCK, *BOTH)
    shutil.copytree(lab.keys.folder, second_lab.keys.folder) if lab.keys.folder.exists() else None
    lab.run(made)
    other = dict(lab.entries(made))
    second_lab.run(again)
    theirs = second_lab.entries(again)
    assert all(theirs[key][0] != other[key][0] for key in other)
    shutil.rmtree(second_lab.logs)
    shutil.rmtree(second_lab.keys.folder)
    shutil.copytree(lab.keys.folder, second_lab.keys.folder)
    second_lab.run(again, workers=3)
    assert second_lab.entries(again) == other
    assert private_files(second_lab.folder(again).root) == private_files(lab.folder(made).root)


def test_what_an_open_run_decides_and_what_a_withheld_one_decides_is_the_same(lab: Lab) -> None:
    opened, withheld = lab.plan(MOCK), lab.plan(MOCK, *BOTH)
    lab.run(opened)
    lab.run(withheld)
    tables, others = lab.tables(opened), lab.tables(withheld)
    for name in ("rounds", "agents", "enforcement"):
        assert tables[name] == others[name]
    assert {row["prompt_sha256"] for row in others["calls"]} == {""}
    shown = [{k: v for k, v in row.items() if k != "prompt_sha256"} for row in tables["calls"]]
    assert shown == [{k: v for k, v in row.items() if k != "prompt_sha256"} for row in others["calls"]]


@pytest.mark.parametrize("part", ["whole", "half", "nothing"])
def test_logs_verify_and_replay_with_a_part_of_the_private_store(lab: Lab, part: str) -> None:
    made = lab.plan(MOCK, *BOTH)
    lab.run(made)
    folder = lab.folder(made)
    for number, path in enumerate(sorted(folder.root.glob("private/*/*/*"))):
        if part == "nothing" or (part == "half" and number % 2):
            path.unlink()
    assert verify_campaign(folder, lab.trusted()).first_fault is None
    lab.tables(made)


@pytest.mark.parametrize("after", [20, 45, 75, 140])
def test_a_run_that_died_goes_on_from_the_private_store(lab: Lab, second_lab: Lab, after: int) -> None:
    whole, broken = second_lab.plan(MOCK, *BOTH), lab.plan(MOCK, *BOTH)
    second_lab.run(whole)
    shutil.copytree(second_lab.keys.folder, lab.keys.folder)
    with pytest.raises(Died):
        lab.run(broken, DyingStorage(after, Died))
    engine = CountingEngine()
    lab.run(broken, open_engine=lambda _: engine)
    assert lab.entries(broken) == second_lab.entries(whole)
    assert lab.tables(broken) == second_lab.tables(whole)
    assert private_files(lab.folder(broken).root) == private_files(second_lab.folder(whole).root)
    assert verify_campaign(lab.folder(broken), lab.trusted()).first_fault is None


def broken_off(lab: Lab) -> tuple[Any, list[Path]]:
    """A campaign that died in the middle, and its private files."""
    made = lab.plan(MOCK, "privacy=committed", "seeds=1")
    with pytest.raises(Died):
        lab.run(made, DyingStorage(60, Died))
    files = sorted(lab.folder(made).root.glob("private/*/*/*"))
    assert len(files) > 4
    return made, files


def test_a_model_is_not_asked_twice_for_what_was_withheld(lab: Lab) -> None:
    made, files = broken_off(lab)
    engine = CountingEngine()
    lab.run(made, open_engine=lambda _: engine)
    assert len(engine.asked) + len(files) // 2 <= 2 * 3 * 2 + 2  # 2 arms, 3 rounds, 2 agents; one round was in flight


def test_a_run_whose_replies_were_erased_is_not_resumed(lab: Lab) -> None:
    made, files = broken_off(lab)
    for path in files:
        path.unlink()
    outcome = lab.run(made)
    assert any("not in the private store any more" in failure.error.message for failure in outcome.failures)
    assert all(isinstance(failure.error, Finding) for failure in outcome.failures)


def test_a_run_is_not_resumed_with_another_secret(lab: Lab) -> None:
    made, _ = broken_off(lab)
    (lab.keys.folder / "commitments.secret").unlink()
    outcome = lab.run(made)
    assert any("would ask something else" in failure.error.message for failure in outcome.failures)


def test_private_content_is_on_disk_before_the_entries_that_commit_to_it(tmp_path: Path) -> None:
    store = PrivateStore(tmp_path / "a" / "b" / "c")
    seen = []

    class Watching(MemoryLog):
        def append(self, entries: Any) -> Any:
            seen.append(sorted(path.name for path in store.folder.glob("*")))
            return super().append(entries)

        def close(self) -> Any:
            seen.append(sorted(path.name for path in store.folder.glob("*")))
            return super().close()

    (tmp_path / "a").mkdir(mode=0o700)
    for each_append in (True, False):
        log = StoredFirst(Watching(), store, each_append=each_append)
        name = store.put(Opening(bytes(32), b"%d" % each_append))
        log.append([b'{"seq":0}'])
        assert (name in seen[-1]) == each_append
        log.close()
        assert name in seen[-1]
        assert log.put_blob(b"x") == hashlib.sha256(b"x").hexdigest()


def test_a_disk_that_takes_no_private_content_records_no_round(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(MOCK, "privacy=committed", "seeds=1")

    def full(_: Path, __: Opening) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PrivateStore, "_write", staticmethod(full))
        outcome = lab.run(made)
    assert outcome.finished == 0
    assert all("private content" in failure.error.message for failure in outcome.failures)
    for place in lab.folder(made).root.glob("abandoned/*/*/*/entries/*.jsonl"):
        assert b'"kind":"round"' not in place.read_bytes()
    assert lab.run(made).finished == 2


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    store = PrivateStore(tmp_path / "private" / "arm" / "0")
    store.put(Opening(bytes(32), b"secret"))
    store.sync()
    store.folder.chmod(0o755)
    store.put(Opening(bytes(32), b"another"))
    with pytest.raises(UsageError, match=r"may be read .* by others \(mode 0755\)"):
        store.sync()


def test_a_file_that_was_half_written_is_written_again(tmp_path: Path) -> None:
    store = PrivateStore(tmp_path / "private" / "arm" / "0")
    opening = Opening(bytes(32), b"a long reply")
    name = store.put(opening)
    store.sync()
    (store.folder / name).write_bytes(bytes(32) + b"a lo")
    with pytest.raises(LogFault, match="not what was committed to"):
        store.find(name)
    store.put(opening)
    store.sync()
    assert store.find(name) == opening
    store.put(opening)
    store.sync()
    assert store.find(name) == opening


def test_what_is_erased_is_gone_and_told(tmp_path: Path) -> None:
    store = PrivateStore(tmp_path / "private" / "arm" / "0")
    name = store.put(Opening(bytes(32), b"x"))
    store.sync()
    assert store.erase([name, "00" * 32]) == 1
    assert store.find(name) is None
    assert store.erase([name]) == 0
    assert PrivateStore(tmp_path / "nowhere").erase([name]) == 0


@pytest.mark.parametrize("name", ["", "..", "0" * 63, "A" * 64, "../" * 21 + "0"])
def test_what_is_no_commitment_is_not_looked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(LogFault, match="not a commitment"):
        PrivateStore(tmp_path).find(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_the_machine_s_fault(tmp_path: Path) -> None:  # pragma: no cover
    store = PrivateStore(tmp_path / "private" / "arm" / "0")
    name = store.put(Opening(bytes(32), b"x"))
    store.sync()
    (store.folder / name).chmod(0)
    with pytest.raises(MachineError):
        store.find(name)


def test_disk_errors_are_explained(tmp_path: Path) -> None:
    store = PrivateStore(tmp_path / "private" / "arm" / "0")
    (store.folder / ("00" * 32)).mkdir(parents=True)
    with pytest.raises(MachineError, match="cannot read"):
        store.find("00" * 32)
    with pytest.raises(MachineError, match="cannot erase"):
        store.erase(["00" * 32])


def test_the_private_store_is_found_from_the_place_of_a_log(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "c" / "runs" / "free" / "3") == tmp_path / "c" / "private" / "free" / "3"
    assert (
        private_folder(tmp_path / "c" / "abandoned" / "free" / "3" / "1") == tmp_path / "c" / "private" / "free" / "3"
    )
    assert private_folder(tmp_path / "c" / "ledger") is None
    assert private_folder(Path("/")) is None


def request(text: str = "hello") -> Request:
    return Request((Message("user", text),), 60, 0.0, 7, None, ("firm_1", 1, 0))


def test_a_call_that_was_not_asked_through_the_engine_cannot_be_withheld(tmp_path: Path) -> None:
    withholding = Withholding(Committing(SECRET, "w/p/a/0"), PrivateStore(tmp_path))
    call = Call("mock", "00" * 32, "{}", 3, 2)
    with pytest.raises(MachineError, match="cannot be withheld"):
        withholding.call(5, ("firm_1", 1, 0), call)
    engine = withholding.listen(MockEngine())
    assert engine.name == "mock/valid"
    asyncio.run(engine.complete(request()))
    asyncio.run(engine.close())
    record = withholding.call(5, ("firm_1", 1, 0), call)
    assert record.prompt_commitment == withholding.commitment(5, ("firm_1", 1, 0), prompt_text(request()))
    assert record.prompt_commitment != withholding.commitment(6, ("firm_1", 1, 0), prompt_text(request()))
    assert withholding.reply(record.reply_commitment) is None  # not before it is synced
    withholding.store.sync()
    assert withholding.reply(record.reply_commitment) == b"{}"


def test_a_dictionary_of_prompts_finds_a_bare_digest_and_no_commitment(lab: Lab) -> None:
    """T17: who guesses the prompt can prove the guess against a digest, and not against a commitment."""
    opened, withheld = lab.plan(MOCK, "seeds=1"), lab.plan(MOCK, "seeds=1", "privacy=committed")
    lab.run(opened)
    lab.run(withheld)
    true = [
        path.read_bytes()[32:] for path in lab.folder(withheld).root.glob("private/*/*/*")
    ]  # the best guesses there are: the prompts and replies themselves
    dictionary = [*true, *(b'[["user","guess %d"]]' % number for number in range(10_000 - len(true)))]
    digests = {hashlib.sha256(guess).hexdigest() for guess in dictionary}
    unsalted = {Opening(bytes(32), guess).commitment.hex() for guess in dictionary}
    wrong_secret = Committing(bytes(32), "lab/x/free/0")
    salted = {wrong_secret.opening(3, ("firm_1", 1, 0), "prompt", guess).commitment.hex() for guess in dictionary}
    for _, lines in lab.entries(withheld).values():
        logged = {name for *_, call in calls_of(lines) for name in (call.prompt_commitment, call.reply_commitment)}
        assert not logged & (digests | unsalted | salted)
    for _, lines in lab.entries(opened).values():
        assert {call.prompt_sha256 for *_, call in calls_of(lines)} <= digests


def test_a_blob_of_an_open_run_is_kept_as_before(lab: Lab) -> None:
    made = lab.plan(MOCK, "seeds=1", "signatures=actors")
    lab.run(made)
    assert not (lab.folder(made).root / "private").exists()
    assert all(not call.withheld for _, lines in lab.entries(made).values() for *_, call in calls_of(lines))
    assert LogReader(lab.folder(made).run("free", 0)).size > 0


def test_a_run_that_is_durable_at_its_end_leaves_nothing_private_before(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lab.plan(MOCK, *BOTH, "durable=run", "seeds=1")
    root = lab.folder(made).root
    before: list[int] = []
    close = StoredFirst.close

    def closing(log: StoredFirst) -> Any:
        before.append(len(list(root.glob("private/*/*/*"))))
        return close(log)

    monkeypatch.setattr(StoredFirst, "close", closing)
    assert lab.run(made, workers=1).finished == 2
    assert before[0] == 0
    assert len(private_files(root)) > before[1] > 0
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None
