"""Plays whole runs in a worker process: texts and a seed go in, encoded entries come out.

It holds no log's key. Where actors sign, it is given the secret of that one run, from which their keys are derived.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

from agoranomos.campaigns.arm import Arm, Signing, set_up
from agoranomos.campaigns.runner import run_one


@dataclass(frozen=True, slots=True)
class Played:
    """A whole run: its encoded entries in order, and the blobs that they name by digest."""

    entries: tuple[bytes, ...]
    blobs: tuple[bytes, ...]


class _Collected:
    """Takes a run's entries and keeps them; what is durable is the driver's business."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.blobs: list[bytes] = []

    def append(self, entries: Sequence[bytes]) -> None:
        self.entries += entries

    def put_blob(self, content: bytes) -> str:
        self.blobs.append(content)
        return sha256(content).hexdigest()


def play(arm: Arm, seed: int, signing: Signing | None = None) -> Played:
    """Play one run of an arm that asks no language model; with `signing`, signed by its actors."""
    collected = _Collected()
    governed, agents = set_up(arm, seed, collected, {}, signing)
    asyncio.run(run_one(governed, agents, seed, put_blob=collected.put_blob))
    return Played(tuple(collected.entries), tuple(collected.blobs))


def open_pool(workers: int) -> ProcessPoolExecutor:
    """Worker processes that are started anew (not forked), so that they share nothing with the driver."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _begin() -> None:
    # Ctrl-C goes to the whole group of processes; the driver alone decides what follows from it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    """A driver that was killed closes no queue, so its workers would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
