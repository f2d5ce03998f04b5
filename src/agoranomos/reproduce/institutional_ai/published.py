"""Further numbers that the paper published: of comparisons and of enforcement. `found`, `derived` as in `analysis`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

Said = tuple[str, str]
"""A number as text, and its mark."""


class PublishedStudy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`comparisons` by `first - second` and measure, `enforcement` in all over 90 runs, `labels` in a sentence."""

    comparisons: dict[str, dict[str, Said]]
    enforcement: dict[str, Said]
    labels: dict[str, str]


@cache
def published_study() -> PublishedStudy:
    """The numbers."""
    return msgspec.json.decode(
        resources.files(__package__).joinpath("published.json").read_bytes(), type=PublishedStudy
    )
