"""Governed rounds with full logging on one core: in memory, durable once a run, durable every round.

The market is the papers' duopoly under `cournot-antitrust`, the agents are Nash players with 5% noise and, separately,
dividers (who keep the institution busy). The disk's sync is measured in the same run, on the same file system, between
the measurements: 1 kB appended and fdatasync'd. Every figure is the median of `--repeats` runs.

Beyond the round in memory and two syncs, a durable round pays a fixed price: a signature, three writes, and the batch
read back. Where a sync is slow that price disappears beside it; where a sync takes some 0.2 ms the ratio is above 1.

    python benchmarks/governed_rounds.py --out docs/measurements/governed_rounds.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from agoranomos.agents import load_roster, seat_agents
from agoranomos.campaigns.runner import run_one
from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.logs import LogWriter, MemoryLog, SigningKey
from agoranomos.markets import build_market, load_market
from agoranomos.workspace import find_workspace, resolve

INSTITUTION = "cournot-antitrust"


def one_run(roster_name: str, rounds: int, log: LogWriter | MemoryLog) -> float:
    """Seconds that one governed run of two agents takes, from the first observation to the closed log."""
    workspace = find_workspace(Path(__file__).resolve().parent)
    spec = load_market("cournot-duopoly", workspace).spec.model_copy(update={"rounds": rounds})
    market = build_market(spec)
    institution = load_institution(read_text(resolve("institutions", INSTITUTION, workspace)))
    agents = seat_agents(load_roster(roster_name, workspace), market, 1, workspace=workspace)
    governed = Governed(market, institution, log)
    began = time.perf_counter()
    asyncio.run(run_one(governed, agents, 1, put_blob=log.put_blob))
    log.close()
    return time.perf_counter() - began


def sync_seconds(folder: Path, times: int = 50) -> float:
    """The median time of one 1 kB append with its fdatasync in `folder`."""
    handle = os.open(folder / "sync-probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    taken = []
    try:
        for _ in range(times):
            began = time.perf_counter()
            os.write(handle, b"x" * 1024)
            os.fdatasync(handle)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(handle)
    return statistics.median(taken)


def writer(folder: Path, durable: str) -> LogWriter:
    """A new log under fresh keys."""
    key, certifier = SigningKey.generate("bench/run"), SigningKey.generate("bench")
    return LogWriter.create(folder, "bench/run", key=key, certifier=certifier, durable=durable)  # type: ignore[arg-type]


def measure(roster: str, rounds: int, repeats: int, folder: Path) -> dict[str, float | str | int]:
    """The figures of one roster."""
    memory, once, every, syncs = [], [], [], []
    for repeat in range(repeats):
        memory.append(one_run(roster, rounds, MemoryLog()))
        once.append(one_run(roster, rounds, writer(folder / f"{roster}-once-{repeat}", "close")))
        syncs.append(sync_seconds(folder))
        every.append(one_run(roster, rounds, writer(folder / f"{roster}-every-{repeat}", "append")))
        syncs.append(sync_seconds(folder))
    sync = statistics.median(syncs)
    per_round = {name: statistics.median(taken) / rounds for name, taken in
                 (("memory", memory), ("once", once), ("every", every))}  # fmt: skip
    allowed = 1.5 * per_round["memory"] + 2 * sync
    return {
        "roster": roster,
        "rounds": rounds,
        "decisions_per_second_in_memory": 2 / per_round["memory"],
        "decisions_per_second_durable_once_a_run": 2 / per_round["once"],
        "microseconds_per_round_in_memory": 1e6 * per_round["memory"],
        "microseconds_per_round_durable_every_round": 1e6 * per_round["every"],
        "microseconds_per_sync": 1e6 * sync,
        "durable_every_round_over_allowed": per_round["every"] / allowed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where logs are written and the sync is measured")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        figures = [
            measure(roster, arguments.rounds, arguments.repeats, Path(temporary))
            for roster in ("nash-noisy", "divider")
        ]
    for row in figures:
        print(json.dumps(row, indent=1))
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps({"figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
