"""How many runs play side by side: as many as keep every engine busy, and as the system has file handles for."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Mapping, Sequence

from agoranomos.campaigns.plan import PlannedRun

SCRIPTED_RUNS = 64
"""Runs side by side where no language model is waited for: only their commits are."""

HEADROOM = 1.25
"""Calls that are kept at hand for each that an engine makes good use of: some runs are at their round's commit."""

HANDLES_A_RUN = 8
"""A log that is being written holds four files open, a private store two; and a call to a server is a connection."""

OTHER_HANDLES = 128
"""For everything else: the ledger, the call store, libraries, the terminal."""


def runs_that_fill(runs: Sequence[PlannedRun], widths: Mapping[str, int]) -> int:
    """How many of `runs`, taken in order, fill engines of these widths (calls at once, by model); all where none do.

    The agents of a run are asked at the same time, and each waits for one call at a time.
    """
    if not any(run.arm.models for run in runs):
        return min(SCRIPTED_RUNS, len(runs))
    wanted = {model: HEADROOM * width for model, width in widths.items()}
    at_once: Counter[str] = Counter()
    for taken, run in enumerate(runs, start=1):
        at_once.update(agent.model for agent in run.arm.agents if agent.model)
        if all(at_once[model] >= calls for model, calls in wanted.items()):
            return taken
    return len(runs)


def runs_with_handles(runs: int) -> int:
    """As many of so many runs, at least 1, as the system has file handles for; its soft limit is raised for them."""
    handles = file_handles(OTHER_HANDLES + HANDLES_A_RUN * runs)
    return max(1, min(runs, (handles - OTHER_HANDLES) // HANDLES_A_RUN))


def file_handles(wanted: int) -> int:
    """How many files this process may have open, after asking the system for `wanted` (up to its hard limit)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= wanted:
        return wanted
    raised = wanted if hard == unlimited else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except (OSError, ValueError):
        return soft  # Some systems have a lower bound of their own than the one they tell.
    return raised
