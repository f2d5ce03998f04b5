"""SIGKILL at random moments of a campaign; ends with status 1 where one breaks a promise.

python -m benchmarks.kills [--kills 200] [--seed 1] [--out docs/measurements/kills.json]

Each kill strikes a campaign of its own, in a process of its own. Half of the moments are drawn evenly over the time
that the campaign takes undisturbed, the building of its tables included; half lie up to 3 ms after an acknowledgement
that is drawn among all of them. Every fourth session that goes on is killed as well. The same command is then given
again until it ends. Held against an undisturbed campaign: the entries and root of every run, and every table but that
of attempts. Every acknowledgement that a log gave before the kill (origin, size, root) was told to the killer through a
pipe: at the end that log must hold those entries under that root. The whole record must verify. `make test` samples
this.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.__main__ import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from agoranomos.campaigns.ledger import read_ledger  # noqa: E402 (the tests are no installed package)
from agoranomos.campaigns.verification import verify_campaign  # noqa: E402
from agoranomos.logs import KeyStore, LogWriter, recorded  # noqa: E402
from agoranomos.logs.merkle import CompactRange, leaf_hashes  # noqa: E402
from campaigns.laboratory import MOCK, SCRIPTED, Lab, make_lab  # noqa: E402

LONGER_MOCK = MOCK.replace("rounds: 3", "rounds: 8")

KINDS: dict[str, tuple[str, int]] = {
    "scripted, durable once a run": (SCRIPTED, 1),
    "scripted, durable every round": (SCRIPTED + "durable: round\n", 4),
    "mock model, one run at a time": (LONGER_MOCK, 1),
    "mock model, runs side by side": (LONGER_MOCK, 4),
    "mock model, prompts and replies withheld": (LONGER_MOCK + "privacy: committed\n", 4),
}
"""What is killed: a campaign, and how many runs are beside each other."""

Acknowledged = tuple[str, int, str]
"""Origin of a log, its size, and its root in hex."""


@dataclass
class Struck:
    """What a share of the kills came to."""

    kills: int = 0
    again: int = 0
    acknowledgements: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def tell_acknowledgements(pipe: int) -> None:
    """Have every log of this process write to the pipe what it has acknowledged, before its writer is told."""
    append, close = LogWriter.append, LogWriter.close

    def telling(kept: Callable[..., Any], durable: Callable[[LogWriter], bool]) -> Callable[..., Any]:
        def keep(self: LogWriter, *given: Any) -> Any:
            made = kept(self, *given)
            if durable(self):
                os.write(pipe, json.dumps([self.origin, made.size, made.root.hex()]).encode() + b"\n")
            return made

        return keep

    LogWriter.append = telling(append, lambda log: log._durable == "append")  # type: ignore[method-assign]
    LogWriter.close = telling(close, lambda log: True)  # type: ignore[method-assign]


def forked(work: Callable[[int], None]) -> tuple[int, int]:
    """Begin `work(pipe)` in a process of its own: its id, and the end of the pipe to read from.

    Forked, so that it begins at once; this process has no threads.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        status = 1
        try:
            work(writing)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    return process, reading


@dataclass(frozen=True)
class Moment:
    """So many seconds after the session began, or after it has given so many acknowledgements."""

    seconds: float
    acknowledgements: int = 0


NEVER = Moment(float("inf"))


def wait_for(process: int, pipe: int, moment: Moment = NEVER) -> tuple[bytes, int]:
    """What the process wrote, and its status; it is killed when the moment comes."""
    heard, deadline = b"", time.monotonic() + moment.seconds if not moment.acknowledgements else float("inf")
    while True:
        if moment.acknowledgements and deadline == float("inf") and heard.count(b"\n") >= moment.acknowledgements:
            deadline = time.monotonic() + moment.seconds
        left = None if deadline == float("inf") else max(deadline - time.monotonic(), 0)
        if left == 0 or not select.select([pipe], [], [], left)[0]:
            os.kill(process, signal.SIGKILL)
            moment, deadline = NEVER, float("inf")
            continue
        piece = os.read(pipe, 1 << 16)
        if not piece:
            break
        heard += piece
    os.close(pipe)
    return heard, os.waitpid(process, 0)[1]


def session(lab: Lab, text: str, workers: int) -> Callable[[int], None]:
    """One session of the campaign, to its tables."""

    def play(pipe: int) -> None:
        tell_acknowledgements(pipe)
        made = lab.plan(text)
        lab.run(made, workers=workers)
        lab.tables(made)

    return play


def result_of(lab: Lab, text: str) -> dict[str, Any]:
    """A digest of each run and each table, and the first fault of the record; read in a process of its own."""

    def read(pipe: int) -> None:
        made = lab.plan(text)
        runs = {"/".join(map(str, key)): digest(found) for key, found in lab.entries(made).items()}
        tables = {name: digest(rows) for name, rows in lab.tables(made).items()}
        fault = verify_campaign(lab.folder(made), lab.trusted()).first_fault
        told = {"runs": runs, "tables": tables, "fault": "" if fault is None else str(fault)}
        os.write(pipe, json.dumps(told).encode())

    heard, _ = wait_for(*forked(read))
    found: dict[str, Any] = json.loads(heard)
    return found


def digest(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()


def lost(lab: Lab, text: str, acknowledged: list[Acknowledged]) -> list[Acknowledged]:
    """The acknowledgements that the logs do not keep."""
    made = lab.plan(text)
    folder = lab.folder(made)
    history, _ = read_ledger(folder.ledger, lab.trusted())
    places = {f"{lab.workspace.name}/{made.label}/ledger": folder.ledger}
    for (arm, seed), attempts in history.attempts.items():
        for attempt in attempts:
            kept = folder.run(arm, seed) if attempt.closed else folder.abandoned(arm, seed, attempt.opened.attempt)
            places[attempt.opened.origin] = kept
    entries = {origin: recorded(place, goes_on=True).entries for origin, place in places.items()}
    return [one for one in acknowledged if not keeps(entries.get(one[0], ()), one[1], one[2])]


def keeps(entries: tuple[bytes, ...], size: int, root: str) -> bool:
    tree = CompactRange()
    tree.extend(leaf_hashes(entries[:size]))
    return len(entries) >= size and tree.root().hex() == root


@dataclass(frozen=True)
class Whole:
    """An undisturbed campaign: what it came to, how long it took, and how many acknowledgements it gave."""

    result: dict[str, Any]
    seconds: float
    acknowledgements: int

    def moment(self, draws: random.Random) -> Moment:
        """When to kill a session of it."""
        if draws.random() < 0.5:
            return Moment(draws.random() * self.seconds)
        return Moment(draws.random() * 0.003, draws.randint(1, self.acknowledgements))


def lab_in(place: Path, keys: KeyStore) -> Lab:
    """All campaigns have one key store: what is withheld is committed to under its secret."""
    return replace(make_lab(place), keys=keys)


def strike(lab: Lab, kind: str, whole: Whole, draws: random.Random, struck: Struck) -> None:
    """Kill one campaign, go on with it to its end, and hold it against the whole one."""
    text, workers = KINDS[kind]
    heard: list[bytes] = []
    moments = [whole.moment(draws)]
    if draws.random() < 0.25:
        moments.append(whole.moment(draws))
    for nth, moment in enumerate(moments):
        said, status = wait_for(*forked(session(lab, text, workers)), moment)
        heard.append(said)
        if not os.WIFSIGNALED(status):
            break  # It had ended before the moment came.
        struck.kills += nth == 0
        struck.again += nth > 0
        struck.moments[reached(lab, text)] += 1
    said, status = wait_for(*forked(session(lab, text, workers)))
    heard.append(said)
    if status:
        struck.broken.append(f"{kind}: the same command again ends with status {status}")
        return
    acknowledged = [tuple(json.loads(line)) for part in heard for line in part.split(b"\n")[:-1]]
    struck.acknowledgements += len(acknowledged)
    if gone := lost(lab, text, acknowledged):
        struck.broken.append(f"{kind}: {len(gone)} acknowledgements are lost, {gone[0]} first")
    if (result := result_of(lab, text)) != whole.result:
        parts = [name for name, found in whole.result.items() if result[name] != found]
        struck.broken.append(f"{kind}: {', '.join(parts)} differ from those of the undisturbed campaign")


def reached(lab: Lab, text: str) -> str:
    """How far a campaign was when it was killed, in words."""
    made = lab.plan(text)
    folder = lab.folder(made)
    history, head = read_ledger(folder.ledger, lab.trusted())
    if head is None:
        return "before the plan was recorded"
    if history.ended:
        return "after the last run, while tables were built"
    open_runs = [key for key, attempts in history.attempts.items() if not attempts[-1].ended]
    rounds = sum(len(recorded(folder.run(*key)).entries) for key in open_runs if folder.run(*key).is_dir())
    return "with runs under way, rounds of them recorded" if rounds else "with nothing recorded of the runs under way"


def play(kills: int, seed: int, place: Path) -> Struck:
    """So many kills, over all kinds in turn."""
    draws, struck, names = random.Random(seed), Struck(), list(KINDS)
    keys, undisturbed = KeyStore(place / "keys"), {}
    for kind, (text, workers) in KINDS.items():
        lab, began = lab_in(place / "whole" / str(names.index(kind)), keys), time.monotonic()
        heard, status = wait_for(*forked(session(lab, text, workers)))
        assert status == 0, kind
        took = time.monotonic() - began
        undisturbed[kind] = Whole(result_of(lab, text), took, heard.count(b"\n"))
    attempt = 0
    while struck.kills < kills:
        attempt += 1
        kind, before = names[attempt % len(names)], struck.kills
        with tempfile.TemporaryDirectory(dir=place) as folder:
            strike(lab_in(Path(folder), keys), kind, undisturbed[kind], draws, struck)
        if struck.kills > before and struck.kills % 20 == 0:
            print(f"{struck.kills} kills, {len(struck.broken)} broken", flush=True)
    return struck


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "measurements" / "kills.json")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        struck = play(given.kills, given.seed, Path(place))
    for broken in struck.broken:
        print(f"broken: {broken}", file=sys.stderr)
    measured = {
        "machine": machine(),
        "kills": struck.kills,
        "kills_of_sessions_that_went_on": struck.again,
        "campaigns": list(KINDS),
        "moments": dict(sorted(struck.moments.items())),
        "acknowledgements_checked": struck.acknowledgements,
        "broken": len(struck.broken),
        "seconds": round(time.monotonic() - began, 1),
    }
    given.out.write_text(json.dumps(measured, indent=1) + "\n")
    print(json.dumps(measured, indent=1))
    sys.exit(bool(struck.broken))


if __name__ == "__main__":
    main()
