"""Passes over the segments of a log, here or in worker processes; the outcome does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypedDict

from agoranomos.errors import MachineError
from agoranomos.logs.segment_fold import Extent, Fold
from agoranomos.logs.segment_pass import Check, SegmentFound, SegmentJob, pass_over, passing_over

Follow = Callable[[int, Sequence[object]], None]
"""Is handed what the check returned of the lines of one segment, with the index of the first of them, in order."""

Watch = Callable[[int, int], None]
"""Is told how many entries are behind, and how many there are, after each segment."""


class Manner(TypedDict):
    """How a log is passed over: from its entries or its kept leaf hashes, with what is done to each line."""

    read_entries: bool
    check: Check | None
    follow: Follow | None
    watch: Watch | None


def fold_segments(
    extent: Extent,
    *,
    read_entries: bool,
    check: Check | None = None,
    follow: Follow | None = None,
    watch: Watch | None = None,
) -> Generator[list[bytes], None, Fold]:
    """Pass over the log here, yielding batches of lines as they are hashed; returns the fold."""
    fold = Fold(extent)
    for job in extent.jobs(read_entries=read_entries, check=check):
        found = yield from passing_over(job)
        if not _taken(fold, job, found, extent, follow, watch):
            break
    return fold


def fold_in_parallel(
    extent: Extent,
    workers: int,
    *,
    read_entries: bool,
    check: Check | None = None,
    follow: Follow | None = None,
    watch: Watch | None = None,
) -> Fold:
    """Pass over the log in `workers` processes; raises `MachineError` when one of them dies."""
    fold = Fold(extent)
    jobs = extent.jobs(read_entries=read_entries, check=check)
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
            for job, found in _in_order(pool, jobs, 2 * workers):
                if not _taken(fold, job, found, extent, follow, watch):
                    break
            pool.shutdown(cancel_futures=True)
    except BrokenProcessPool:
        raise MachineError(
            "a worker process of the verification died",
            advice="It may have been killed for want of memory: run it again with --jobs 1.",
        ) from None
    return fold


def _taken(
    fold: Fold, job: SegmentJob, found: SegmentFound, extent: Extent, follow: Follow | None, watch: Watch | None
) -> bool:
    follows = follow is not None and fold.refused is None
    goes_on = fold.take(job, found)
    if follow is not None and follows and goes_on:
        follow(job.first + job.skip, found.checked)
    found.checked = []
    if watch is not None:
        watch(fold.size, extent.size)
    return goes_on


def _in_order(
    pool: ProcessPoolExecutor, jobs: Iterable[SegmentJob], ahead: int
) -> Iterator[tuple[SegmentJob, SegmentFound]]:
    """The findings in the order of the jobs, of which at most `ahead` are begun and not yet taken."""
    begun: deque[tuple[SegmentJob, Future[SegmentFound]]] = deque()
    for job in jobs:
        begun.append((job, pool.submit(pass_over, job)))
        if len(begun) >= ahead:
            first, found = begun.popleft()
            yield first, found.result()
    for first, found in begun:
        yield first, found.result()


def _begin() -> None:
    # Ctrl-C goes to the whole group of processes; the one that started them decides what follows from it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed closes no queue, so its workers would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
