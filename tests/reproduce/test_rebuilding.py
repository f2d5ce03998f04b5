"""A LOCK and the call store make a study again, byte for byte, and nobody is asked; what is missing is named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from agoranomos.errors import Finding, UsageError
from agoranomos.logs import KeyStore
from agoranomos.models import Completion, Engine, MockEngine, Request
from agoranomos.models.calls.rows import check_of
from agoranomos.reproduce import institutional_ai, rebuilding
from agoranomos.reproduce.lock import Lock, derived_files, lock_study, read_lock, write_lock
from agoranomos.reproduce.papers import teller, write_report_of
from agoranomos.reproduce.rebuilding import rebuild
from agoranomos.reproduce.study import Executing, plans_of, run_study
from agoranomos.reproduce.writing import write_findings
from agoranomos.workspace import Workspace


class Remembered(MockEngine):
    """A mock that says who it is, so that its answers are kept, and counts what it was asked."""

    asked = 0

    def __init__(self, name: str) -> None:
        super().__init__("valid", name=name)

    @property
    def identity(self) -> str:  # type: ignore[override]
        return json.dumps({"weights": self.name})

    async def complete(self, request: Request) -> Completion:
        Remembered.asked += 1
        return await super().complete(request)


@dataclass(frozen=True)
class Studied:
    """A study that was executed, in a workspace with a roster and a text of its own."""

    home: Path
    folder: Path
    lock: Lock

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.home, "lab")

    def again(self, out: Path | None = None, lock: Lock | None = None, calls: Path | None = None) -> rebuilding.Rebuilt:
        return rebuild(
            lock or self.lock, calls or self.folder / "calls", out, self.workspace, write_report_of, workers=1
        )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    home = tmp_path_factory.mktemp("lab")
    (home / "policies").mkdir()
    (home / "policies" / "antitrust-constitution.md").write_text(
        "Decide on your own, and keep to the law of markets.\n"
    )
    folder, workspace = home / "study", Workspace(home, "lab")
    models = ("mock/valid", "mock/colluder")
    asked = institutional_ai.Asked(models, seeds=1, rounds=3, corrections=False, template="cournot-cached")
    study = institutional_ai.design(asked, workspace)
    keys = KeyStore(home / "keys")
    plans = plans_of(study, folder, workspace)
    executed = run_study(study, plans, folder, Executing(keys, 1, opener=Remembered))
    write_findings(teller(study.paper)(executed), folder)
    write_lock(lock_study(study, plans, folder, keys), folder)
    return Studied(home, folder, read_lock(folder))


@pytest.fixture
def studied(original: Studied, tmp_path: Path) -> Studied:
    shutil.copytree(original.home, tmp_path / "lab")
    return Studied(tmp_path / "lab", tmp_path / "lab" / "study", original.lock)


def test_everything_comes_again_byte_for_byte_and_no_model_is_asked(
    studied: Studied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> Engine:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(rebuilding, "open_engine", never)
    before = Remembered.asked
    done = studied.again(tmp_path / "again")
    assert done.differing == ()
    assert done.runs == 9
    assert Remembered.asked == before
    tables = [path for path in studied.lock.derived if path.endswith(".parquet")]
    assert {Path(path).name for path in tables} >= {"runs.parquet", "rounds.parquet", "calls.parquet", "agents.parquet"}
    for path in studied.lock.derived:
        assert (tmp_path / "again" / path).read_bytes() == (studied.folder / path).read_bytes()


def test_a_missing_answer_is_named_and_nobody_is_asked(studied: Studied) -> None:
    with sqlite3.connect(studied.folder / "calls" / "calls.sqlite3") as store:
        store.execute("DELETE FROM calls WHERE id = (SELECT max(id) FROM calls)")
    before = Remembered.asked
    with pytest.raises(
        Finding, match=r"run \S+/0: the call store holds no answer of mock/\S+ to call 1 of firm_\d in round \d"
    ):
        studied.again()
    assert Remembered.asked == before


def test_without_the_call_store_it_says_where_that_lies(studied: Studied, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no call store in"):
        studied.again(calls=tmp_path / "nowhere")


def test_a_text_that_changed_since_is_named(studied: Studied) -> None:
    (studied.home / "policies" / "antitrust-constitution.md").write_text("Do as you please.\n")
    with pytest.raises(Finding, match=r"does not mean what it did when it was locked: .*told\.sha256"):
        studied.again()


def test_a_lock_that_claims_other_results_is_found_out(studied: Studied) -> None:
    run = next(iter(studied.lock.campaigns[0].runs))
    other = msgspec.structs.replace(studied.lock.campaigns[0], runs=studied.lock.campaigns[0].runs | {run: "0" * 64})
    table = next(path for path in studied.lock.derived if path.endswith("rounds.parquet"))
    forged = msgspec.structs.replace(
        studied.lock, campaigns=(other,), derived=studied.lock.derived | {table: "0" * 64, "report/more.csv": "0" * 64}
    )
    differing = studied.again(lock=forged).differing
    assert any(f"run {run} has another root" in line for line in differing)
    assert f"{table} has other bytes" in differing
    assert "report/more.csv was not made" in differing


def test_answers_that_were_changed_do_not_give_the_same_study(studied: Studied) -> None:
    with sqlite3.connect(studied.folder / "calls" / "calls.sqlite3") as store:
        for number, key, answer in store.execute("SELECT id, key, answer FROM calls").fetchall():
            changed = msgspec.msgpack.encode(msgspec.msgpack.decode(answer) | {"text": "no JSON at all"})
            check = check_of(key, changed)
            store.execute("UPDATE calls SET answer = ?, check_bytes = ? WHERE id = ?", (changed, check, number))
    with pytest.raises(Finding, match="holds no answer"):  # nobody ever asked these models again
        studied.again()


def test_a_second_execution_continues_and_locks_the_same(studied: Studied) -> None:
    keys = KeyStore(studied.home / "keys")
    plans = plans_of(studied.lock.study, studied.folder, studied.workspace)
    before = Remembered.asked
    executed = run_study(studied.lock.study, plans, studied.folder, Executing(keys, 1, opener=Remembered))
    write_findings(teller("institutional-ai")(executed), studied.folder)
    assert Remembered.asked == before
    assert lock_study(studied.lock.study, plans, studied.folder, keys) == studied.lock


def test_other_weights_under_the_same_name_are_refused(studied: Studied) -> None:
    class Other(Remembered):
        @property
        def identity(self) -> str:  # type: ignore[override]
            return '{"weights":"other"}'

    shutil.rmtree(studied.folder / "logs")
    plans = plans_of(studied.lock.study, studied.folder, studied.workspace)
    with pytest.raises(Finding, match="not what answered in this study before"):
        run_study(
            studied.lock.study, plans, studied.folder, Executing(KeyStore(studied.home / "keys"), 1, opener=Other)
        )


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"kind": "agoranomos lock", "version": 2}', b"\xff\xfe"])
def test_what_is_no_lock_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "LOCK.json").write_bytes(content)
    with pytest.raises(UsageError, match="is no LOCK"):
        read_lock(tmp_path)


def test_every_table_and_figure_is_locked(studied: Studied) -> None:
    assert dict(derived_files(studied.folder)) == studied.lock.derived
    names = {Path(path).name for path in studied.lock.derived}
    assert {"index.html", "findings.json", "tiers.csv", "tiers.svg", "runs.parquet", "summary.json"} <= names
    assert "attempts.parquet" not in names  # how it was executed, and not what was found
