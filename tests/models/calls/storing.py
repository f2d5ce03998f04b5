"""Calls for tests of the store, and a program that keeps them in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from agoranomos.models import Completion, Message, Request
from agoranomos.models.calls.store import CallStore

IDENTITY = '{"weights":"1"}'


def request(number: int, text: str = "Round") -> Request:
    return Request((Message("user", f"{text} {number}"),), max_tokens=60, temperature=1.0, seed=number)


def reply(number: int, text: str = "reply") -> Completion:
    return Completion(f"{text} {number}", 300, 20, "stop", 0.5)


def main(folder: str, first: str, count: str) -> None:
    """Keep calls one after another, saying the number of each that is in the file for sure."""
    store = CallStore.open(Path(folder))
    calls = store.of(IDENTITY, "smollm2")
    assert calls is not None
    for number in range(int(first), int(first) + int(count)):
        calls.keep(request(number), reply(number))
        if number % 10 == 0:
            store.flush()
            print(number, flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
