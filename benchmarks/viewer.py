"""How long the viewer takes: the list of 10,000 runs, and the log of a run of 5,000 rounds, over a real socket.

The campaign of 10,000 runs is tables and a plan that are written directly, 50 rounds a run; a second one of as many
runs is under way: it has a ledger and no tables. The long run is played and recorded by the program. Nothing of an
answer is kept before its `cold` figure, but files were written a moment ago, so that the system holds them in memory;
`warm` is the best of five. Seconds from the request's first octet to the answer's last one; `cpu` is what the first
answer took of the processor, client included, whatever else the machine did.

    python benchmarks/viewer.py --out docs/measurements/viewer.json
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from agoranomos.campaigns import Settings, build_tables, execute, open_folder, plan
from agoranomos.campaigns.ledger_entries import Head, RunClosed, RunOpened, encode_ledger_entry
from agoranomos.campaigns.table_file import GROUP_ROWS
from agoranomos.campaigns.tables import TABLES
from agoranomos.documents import Source
from agoranomos.logs import KeyStore, layout
from agoranomos.viewer.app import new_token, viewer_app
from agoranomos.viewer.routes import Shown, campaign_routes
from agoranomos.viewer.serving import HOST, free_socket, settings
from agoranomos.workspace import Workspace

ARMS, SEEDS, ROUNDS = 4, 2_500, 50
LONG_ROUNDS = 5_000
WARM = 5
LONG = """
kind: campaign
version: 1
name: long
market: cournot-duopoly
rosters: [divider]
regimes:
  governed: {{institution: cournot-antitrust-hardened}}
seeds: 1
rounds: {rounds}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"runs of each of {ARMS} arms")
    parser.add_argument("--rounds", type=int, default=LONG_ROUNDS, help="of the long run")
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), options.seeds, options.rounds)
    figures["machine"] = {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def measure(place: Path, seeds: int, rounds: int) -> dict[str, Any]:
    """Every figure; the campaigns are made in `place`."""
    import agoranomos.analysis.campaign  # noqa: F401 - `agora view` imports it while it waits

    write_finished(place / "logs" / "finished-00000000", seeds)
    write_under_way(place / "logs" / "running-00000000", seeds)
    keys = KeyStore(place / "keys")
    workspace = Workspace(place, "bench", keys=keys.folder)
    long = play_long(workspace, keys, place / "logs", rounds)
    with served(place / "logs", workspace) as ask:
        log = long / "runs" / "governed" / "0"
        return {
            "campaigns": timed(ask, "campaigns"),
            "runs": ARMS * seeds,
            "rounds_a_run": ROUNDS,
            "finished": listed(ask, "finished-00000000") | {"page": timed(ask, "campaigns/finished-00000000")},
            "under_way": listed(ask, "running-00000000") | {"page": timed(ask, "campaigns/running-00000000")},
            "long_run": {
                "rounds": rounds,
                "entries": sum(1 for line in (log / layout.entries_file(0)).open("rb")),
                "octets": (log / layout.entries_file(0)).stat().st_size,
                **read(ask, f"runs/{long.name}/governed/0"),
            },
        }


def listed(ask: Ask, campaign: str) -> dict[str, Any]:
    """The list of a campaign's runs: its first answer, and others."""
    at = f"campaigns/{campaign}/runs"
    return {
        "first_answer": timed(ask, f"{at}?count=100"),
        "by_price": timed(ask, f"{at}?count=100&sort=price&descending=1"),
        "last_rows": timed(ask, f"{at}?offset=9900&count=100&sort=welfare"),
        "searched": timed(ask, f"{at}?count=100&text=77"),
    }


def read(ask: Ask, at: str) -> dict[str, Any]:
    """The log of one run, as a page reads it."""
    first = timed(ask, f"{at}/entries?first=0&count=2000")
    began, entry, portions = time.perf_counter(), 0, 0
    while lines := ask(f"{at}/entries?first={entry}&count=2000").count(b"\n"):
        entry, portions = entry + lines, portions + 1
    every = time.perf_counter() - began
    return {
        "first_portion": first,
        "all_entries": {"seconds": rounded(every), "entries": entry, "portions": portions},
        **{what: timed(ask, f"{at}/{what}") for what in ("seals", "leaves", "drawings", "spoken", "verdict")},
        "under_another": timed(ask, f"{at}/under/cournot-antitrust"),
    }


def timed(ask: Ask, path: str) -> dict[str, float]:
    """Seconds of the first answer, and of the best of those that follow."""
    seconds, used = [], []
    for _ in range(1 + WARM):
        began, before = time.perf_counter(), time.process_time()
        octets = len(ask(path))
        seconds.append(time.perf_counter() - began)
        used.append(time.process_time() - before)
    cold, *warm = seconds
    return {"cold": rounded(cold), "cpu": rounded(used[0]), "warm": rounded(min(warm)), "octets": octets}


def rounded(seconds: float) -> float:
    return round(seconds, 4)


class Ask:
    """Asks a server for paths of its API, over one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._wire = http.client.HTTPConnection(HOST, port, timeout=600)
        self._token = token

    def __call__(self, path: str) -> bytes:
        """The body of the answer."""
        self._wire.request("GET", f"/{self._token}/api/{path}")
        answer = self._wire.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
        return body


@contextmanager
def served(root: Path, workspace: Workspace) -> Iterator[Ask]:
    """A server of the folder, in a thread."""
    import uvicorn

    page = root.parent / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    token, listening, started = new_token(), free_socket(0), threading.Event()
    port = listening.getsockname()[1]
    app = viewer_app(campaign_routes(Shown(root, workspace)), token=token, port=port, page=page)

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, **settings()))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    started.wait()
    try:
        yield Ask(port, token)
    finally:
        server.should_exit = True
        thread.join()


def play_long(workspace: Workspace, keys: KeyStore, logs: Path, rounds: int) -> Path:
    """The folder of a campaign with one run, played here."""
    made = plan(Source("long.yaml", LONG.format(rounds=rounds)), workspace)
    folder = open_folder(made, logs)
    execute(made, folder, keys, Settings(workers=1))
    build_tables(folder, keys.trusted())
    return folder.root


def names_of_arms() -> list[str]:
    return [f"regime-{number}.divider" for number in range(ARMS)]


def write_plan(folder: Path, seeds: int, state: str) -> None:
    """What a list reads of a campaign: its plan and its status."""
    folder.mkdir(parents=True)
    arms = [
        {
            "name": name, "regime": name.split(".")[0], "rounds": ROUNDS, "institution": None, "told": None,
            "roster": {"name": "divider", "agents": []}, "market": {"name": "cournot-duopoly", "specification": {}},
        }
        for name in names_of_arms()
    ]  # fmt: skip
    document = {"version": 1, "campaign": {"name": folder.name}, "arms": arms, "seeds": list(range(seeds))}
    (folder / "plan.json").write_text(json.dumps(document))
    counts = {"planned": seeds * ARMS, "finished": seeds * ARMS, "failed": 0, "open": 0, "under_way": 0}
    status = {
        "version": 1, "state": state, "plan": "0" * 64, "process": 1, "written_unix_s": 1_700_000_000, "seconds": 1.0,
        "runs": counts, "rounds": {"planned": 1, "done": 1, "per_second": 1.0}, "arms": [], "failures": [],
        "calls": {"planned": 0, "asked": 0, "failed": 0, "stored": 0, "prompt_tokens": 0, "reply_tokens": 0},
    }  # fmt: skip
    (folder / "status.json").write_text(json.dumps(status))


def write_finished(folder: Path, seeds: int) -> None:
    """A campaign that is finished: tables of as many runs, made up, in groups as the program writes them."""
    write_plan(folder, seeds, "finished")
    chance, agents = np.random.default_rng(1), ["firm_1", "firm_2"]
    keys = [(arm, seed) for arm in names_of_arms() for seed in range(seeds)]
    runs = {
        "arm": [arm for arm, _ in keys], "seed": [seed for _, seed in keys],
        "regime": [arm.split(".")[0] for arm, _ in keys], "status": ["closed"] * len(keys), "failure": [""] * len(keys),
        "root": ["00"] * len(keys), "entries": [60] * len(keys), "rounds": [ROUNDS] * len(keys),
        "roster": ["divider"] * len(keys), "market": ["cournot-duopoly"] * len(keys), "goods": [["A", "B"]] * len(keys),
        "agents": [agents] * len(keys), "models": [["", ""]] * len(keys), "nash_price": [[63.0, 63.0]] * len(keys),
    }  # fmt: skip
    rows = len(keys) * ROUNDS
    per_round = {
        "arm": np.repeat(runs["arm"], ROUNDS), "seed": np.repeat(runs["seed"], ROUNDS),
        "round": np.tile(np.arange(1, ROUNDS + 1), len(keys)), "price_mean": chance.normal(63, 5, rows),
        "welfare": chance.normal(5000, 99, rows), "consumer_surplus": chance.normal(2000, 99, rows),
        "profit_total": chance.normal(3000, 99, rows), "fine_total": chance.random(rows),
        "cases": chance.integers(0, 2, rows), "sanctions": chance.integers(0, 2, rows),
        "suspended": np.zeros(rows, bool),
    }  # fmt: skip
    per_agent = {
        "arm": np.repeat(per_round["arm"], 2), "seed": np.repeat(per_round["seed"], 2),
        "round": np.repeat(per_round["round"], 2), "seat": np.tile([0, 1], rows), "agent": np.tile(agents, rows),
        "profit": chance.normal(1500, 99, 2 * rows), "fine": np.zeros(2 * rows), "cv": chance.random(2 * rows),
        "suspended": np.zeros(2 * rows, bool), "projected": np.zeros(2 * rows, bool),
        "repaired": np.zeros(2 * rows, bool), "calls": np.zeros(2 * rows, np.int64),
        "failures": np.zeros(2 * rows, np.int64), "forgotten": np.zeros(2 * rows, np.int64),
    }  # fmt: skip
    (folder / "tables").mkdir()
    for name, table in TABLES.items():
        columns = {"runs": runs, "rounds": per_round, "agents": per_agent}.get(name, {})
        write_table(folder / "tables" / f"{name}.parquet", table.schema, columns)


def write_table(path: Path, schema: Any, columns: dict[str, Sequence[Any]]) -> None:
    """A table of which some columns are given; the others are null."""
    size = len(next(iter(columns.values()), ()))
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(size, field.type)
        for field in schema
    ]
    parquet.write_table(
        pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", row_group_size=GROUP_ROWS
    )


def write_under_way(folder: Path, seeds: int) -> None:
    """A campaign that runs: a ledger in which nine of ten runs are closed, and one is begun."""
    write_plan(folder, seeds, "running")
    keys = [(arm, seed) for arm in names_of_arms() for seed in range(seeds)]
    bodies: list[RunOpened | RunClosed] = []
    for number, (arm, seed) in enumerate(keys):
        origin = f"bench/{folder.name}/{arm}/{seed}/1"
        bodies.append(RunOpened(arm=arm, seed=seed, attempt=1, origin=origin, claimed_unix_s=1_700_000_000))
        if number % 10:
            head = Head(origin, 60, "0" * 64)
            bodies.append(RunClosed(arm=arm, seed=seed, attempt=1, head=head, claimed_unix_s=1_700_000_000))
    lines = b"".join(encode_ledger_entry(body, index) + b"\n" for index, body in enumerate(bodies))
    file = folder / "ledger" / layout.entries_file(0)
    file.parent.mkdir(parents=True)
    file.write_bytes(lines)


if __name__ == "__main__":
    main()
