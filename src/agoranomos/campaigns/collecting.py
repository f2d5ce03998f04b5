"""How often Python looks for cycles of garbage while a campaign plays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATIONS = 50_000
"""So many more objects are made than freed before the young ones are looked at."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """While the block runs, cycles are looked for less often; what is no part of one is freed at once as ever.

    Hundreds of runs side by side hold many objects that live long, and few cycles. With Python's own threshold of 700
    they were gone through again and again: an eighth of all processor time. What was set before is set again at the
    end; a collector that was off, or is as seldom already, is left alone.
    """
    before = gc.get_threshold()
    if not 0 < before[0] < ALLOCATIONS:
        yield
        return
    gc.set_threshold(ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
