"""Log before act, at every operation on the disk: what is not recorded takes no effect, and nothing leaves early."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from agoranomos.campaigns import build_tables
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.documents import read_text
from agoranomos.errors import AgoraError, Finding, MachineError
from agoranomos.institutions import Governed, load_institution
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.logs import LogWriter, SigningKey, recorded, verify_log, was_closed
from agoranomos.markets import cournot_v0
from agoranomos.workspace import library_root
from campaigns.laboratory import Died, DyingStorage, Lab
from logs.fault_fs import FailingStorage

ORIGIN = "lab/x/arm/0/1"
KEY, CERTIFIER = SigningKey.from_seed(ORIGIN, b"R" * 32), SigningKey.from_seed("workspace", b"W" * 32)
ROUNDS = 8
DIVISION = {"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])}
INSTITUTION = load_institution(read_text(library_root() / "institutions" / "cournot-antitrust.yaml"))


def play(folder: Path, storage: FailingStorage) -> tuple[Governed | None, list[dict], bool]:
    """Divide the market until the disk fails: what came out of each round that did, and whether it failed."""
    governed, came_out = None, []
    try:
        log = LogWriter.create(folder, ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", storage=storage)
        governed = Governed(cournot_v0.parallel_env(rounds=ROUNDS), INSTITUTION, log)
        _, infos = governed.reset(seed=1)
        came_out.append(infos)
        for _ in range(ROUNDS):
            allowed = {agent: action for agent, action in DIVISION.items() if governed.may_act(agent)}
            came_out.append(governed.step(allowed)[4])
        governed.close_run()
        log.close()
    except MachineError:
        return governed, came_out, True
    return governed, came_out, False


def test_nothing_comes_out_of_a_round_that_is_not_recorded(tmp_path: Path) -> None:
    """With durability every round: a fault at each operation in turn, each with half a write before it."""
    sanctioned = at = 0
    failed = True
    while failed:
        at += 1
        folder = tmp_path / "log"
        shutil.rmtree(folder, ignore_errors=True)
        governed, came_out, failed = play(folder, FailingStorage(at, errno.EIO, half=at % 2 == 0))
        kept = [decode_entry(line) for line in recorded(folder, [CERTIFIER.verifier]).entries]
        rounds = {entry.round for entry in kept if isinstance(entry.body, Round)}
        told = {(entry.body.agent, entry.body.text) for entry in kept if entry.kind == "notice"}
        fined = {
            (entry.round, entry.body.agent): entry.body.amount_e6
            for entry in kept
            if entry.kind == "sanction" and entry.body.sanction == "fine"
        }
        assert len(came_out) <= 1 + len(rounds)
        for number, infos in enumerate(came_out):
            for agent, info in infos.items():
                assert (agent, info["notice"]) in told
                if number:
                    assert number in rounds
                    assert round(info["fine"] * 1e6) == fined.get((number, agent), 0)
        sanctioned += bool(fined)
        if failed and governed is not None:
            held = {agent: governed.notices[agent].text for agent in governed.agents if governed.notices[agent]}
            assert held.items() <= {agent: info["notice"] for agent, info in (came_out or [{}])[-1].items()}.items()
            with pytest.raises(AgoraError):  # poisoned, or over
                governed.step(DIVISION)
    assert at > 40
    assert sanctioned > 10


ONE_RUN = """
kind: campaign
version: 1
name: once
market: cournot-duopoly
rosters: [divider]
regimes:
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 12
"""


def test_nothing_leaves_a_run_before_its_close(lab: Lab) -> None:
    """With durability once a run: killed at each operation, a run has left nothing, or all of it is on disk."""
    made = lab.plan(ONE_RUN)
    folder = lab.folder(made)
    seen = set()
    for after in range(0, 200, 3):
        shutil.rmtree(folder.root, ignore_errors=True)
        folder = lab.folder(made)
        try:
            lab.run(made, DyingStorage(after, Died))
        except Died:
            pass
        else:
            break
        history, _ = read_ledger(folder.ledger, lab.trusted())
        tables = build_tables(folder, lab.trusted()) if history.attempts else None
        for run in made.runs():
            attempts = history.of(*run.key)
            place = folder.run(*run.key)
            if attempts and attempts[-1].closed is not None:
                assert verify_log(place, lab.trusted()).root.hex() == attempts[-1].closed.head.root
                seen.add("closed")
            elif not was_closed(place):
                with pytest.raises(Finding):
                    verify_log(place, lab.trusted()) if place.is_dir() else _nothing()
                assert rows(tables, *run.key) == 0
                seen.add("open")
    assert seen == {"closed", "open"}


def _nothing() -> None:
    raise Finding("there is no log")


def rows(tables: Path | None, arm: str, seed: int) -> int:
    """How many rows of results the tables hold of one run."""
    import pyarrow.parquet as pq

    if tables is None:
        return 0
    found = [pq.read_table(tables / f"{name}.parquet").to_pylist() for name in ("rounds", "agents", "enforcement")]
    return sum((row["arm"], row["seed"]) == (arm, seed) for table in found for row in table)
