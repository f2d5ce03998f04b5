"""What was published, as far as it could be recovered: percentages, the counts they must be, claims, what is missing.

`found` was read in a source, `derived` is arithmetic on what was, `sources conflict` says that they do.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

from agoranomos.statistics import Interval, wilson_interval


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Percentages of one agent by round, as printed; `of` is the number of decisions that each is a share of."""

    version: str
    testbed: str
    agent: str
    measure: str
    of: int
    points: tuple[tuple[int, str], ...]
    mark: str


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was published in words, or differently by different sources."""

    version: str
    testbed: str
    claim: str
    mark: str


class Missing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was published, and could not be read."""

    what: str
    why: str


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of arXiv 2510.04860 that is compared with."""

    series: tuple[Series, ...]
    claims: tuple[Claim, ...]
    missing: tuple[Missing, ...]


@cache
def published() -> Published:
    """The numbers."""
    return msgspec.json.decode(resources.files(__package__).joinpath("published.json").read_bytes(), type=Published)


def recovered(percent: str, of: int) -> int:
    """The only count out of `of` that is printed as `percent`; raises `ValueError` where there is none, or several."""
    decimals = len(percent.partition(".")[2])
    fitting = [count for count in range(of + 1) if f"{100 * count / of:.{decimals}f}" == percent]
    if len(fitting) != 1:
        raise ValueError(f"{percent}% is {len(fitting)} counts out of {of}; one was expected")
    return fitting[0]


def interval_of(percent: str, of: int) -> Interval:
    """Wilson's 95% interval of the count behind a percentage, decisions taken as independent.

    They are not: 64 items are 16 settings, 56 choices are 7 games. The interval is the least that must be allowed for.
    """
    return wilson_interval(recovered(percent, of), of)
