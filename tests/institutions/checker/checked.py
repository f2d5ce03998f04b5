"""Reports on the shipped institutions, made once for all tests of a run."""

from __future__ import annotations

from functools import cache

from agoranomos.institutions.checker import Report, check
from institutions.playing import shipped


@cache
def checked(name: str) -> Report:
    """The report on a shipped institution."""
    return check(shipped(name))
