"""What the call store takes of an event loop: to look a call up, and to hand an answer in.

Prompts are of 1,400 characters, 1,100 of them the same, with a schema; replies of 60 tokens. `keep` returns before the
answer is on disk, so it is measured while the store's own thread writes what came before; `written` counts until all is
on disk. A second session finds every call in the file, and none of as many others, while a second process writes.

    python benchmarks/call_store.py --out docs/measurements/call_store.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

from agoranomos.models import Completion, Message, Request
from agoranomos.models.calls.store import CallStore, StoredCalls

RULES = ("You are a firm in a market with two goods, and you choose how much to make of each. " * 20)[:1100]
HISTORY = ("Round: you sold 40.0 of good A at 38.5 and 12.5 of good B at 61.0. " * 10)[:280]
SCHEMA = {
    "type": "object",
    "properties": {"quantities": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
    "required": ["quantities"],
    "additionalProperties": False,
}
REPLY = Completion('{"quantities": [40.0, 12.5], "why": "' + "I keep to what I sold. " * 8 + '"}', 350, 60, "stop", 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = {
            "call_store": measure(Path(scratch), options.calls),
            "machine": {
                "cpus": os.cpu_count(),
                "python": platform.python_version(),
                "system": f"{platform.system()} {platform.machine()}",
            },
        }
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def measure(folder: Path, count: int) -> dict[str, object]:
    requests = [request(number) for number in range(count)]
    store, calls = opened(folder)
    began = time.perf_counter()
    keep = each(requests, lambda asked: calls.keep(asked, REPLY))
    store.flush()
    written = time.perf_counter() - began
    store.close()
    size = sum(path.stat().st_size for path in folder.iterdir())
    context = multiprocessing.get_context("spawn")
    begun, enough = context.Event(), context.Event()
    other = context.Process(target=write_on, args=(folder, begun, enough))
    other.start()
    begun.wait()
    store, calls = opened(folder)
    found = each(requests, calls.find)
    none = each([request(-number) for number in range(1, count + 1)], calls.find)
    enough.set()
    other.join()
    store.close()
    return {
        "calls": count,
        "address_us_median": median(each(requests, calls.key)),
        "keep_us_median": median(keep),
        "written_us": round(written / count * 1e6, 1),
        "find_us_median": median(found),
        "find_us_longest_but_one_in_a_thousand": round(sorted(found)[-max(1, count // 1000)] * 1e6, 1),
        "find_nothing_us_median": median(none),
        "bytes_a_call": round(size / count),
    }


def request(number: int) -> Request:
    prompt = (Message("system", RULES), Message("user", f"{HISTORY} Round {number}."))
    return Request(prompt, 60, 0.7, number, SCHEMA)


def opened(folder: Path) -> tuple[CallStore, StoredCalls]:
    store = CallStore.open(folder)
    calls = store.of('{"weights":"0"}', "measured")
    assert calls is not None
    return store, calls


def each(requests: Sequence[Request], do: Callable[[Request], object]) -> list[float]:
    """Seconds that each took."""
    seconds = []
    for asked in requests:
        began = time.perf_counter()
        do(asked)
        seconds.append(time.perf_counter() - began)
    return seconds


def median(seconds: Sequence[float]) -> float:
    """In microseconds."""
    return round(statistics.median(seconds) * 1e6, 1)


def write_on(folder: Path, begun: Event, enough: Event) -> None:
    """Keep a hundred calls a second, as a campaign beside this one may."""
    store, calls = opened(folder)
    number = 1_000_000_000
    while not enough.wait(0.01):
        calls.keep(request(number), REPLY)
        number += 1
        begun.set()
    store.close()


if __name__ == "__main__":
    main()
