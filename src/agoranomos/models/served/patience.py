"""How long to wait before a call is tried again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds. Waits double from the first to the longest."""

LONGEST_ASKED_WAIT = 900.0
"""Seconds that a server may ask us to wait; one that asks for more is gone for this session."""


def backoff(attempt: int, jitter: float) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0).

    Between half of a doubling bound and all of it, by `jitter` in [0, 1): callers that failed together do not come
    back together.
    """
    bound = LONGEST_WAIT if attempt > 16 else min(LONGEST_WAIT, FIRST_WAIT * 2.0**attempt)
    return bound * (0.5 + 0.5 * jitter)


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks us to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date.

    RFC 9110, section 10.2.3. `now` is the time of day in seconds since 1970. None where it asks for nothing that can be
    read.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after", "")
    seconds = _number(asked)
    if seconds is not None:
        return seconds
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.fromtimestamp(now, UTC)).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
