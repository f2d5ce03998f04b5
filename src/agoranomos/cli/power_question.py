"""What `agora power` was asked, in the user's units, and the design that it means."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agoranomos.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.analysis.pilot import Pilot
    from agoranomos.statistics.power import Design

DESIGNS = ("welch", "paired", "clustered", "sign-flip", "tiers")
READS = {
    "correlation": ("paired", "clustered", "sign-flip"),
    "clusters": ("clustered", "sign-flip"),
    "icc": ("clustered", "sign-flip"),
    "shares": ("tiers",),
    "sd": ("welch", "paired", "clustered", "sign-flip"),
}
"""Which designs read a spread; the others would leave it without a word."""

MULTIPLES = (0.5, 1.0, 1.5)


@dataclass(frozen=True, slots=True)
class Question:
    """A design with the spreads it is computed from; `sd` is that of a run's outcome."""

    name: str
    sd: float = 1.0
    correlation: float = 0.0
    clusters: int | None = None
    icc: float = 0.0
    shares: tuple[float, ...] = ()
    margin: float | None = None
    level: float = 0.95

    @property
    def tiers(self) -> bool:
        """Whether effects are odds ratios."""
        return self.name == "tiers"

    def design(self) -> Design:
        """The design; raises `UsageError` where something that it needs is missing or makes no sense."""
        from agoranomos.statistics.power import (
            Clustered,
            Difference,
            Equivalent,
            Independent,
            Layout,
            Paired,
            SignFlips,
            Tiers,
        )

        self._check()
        if self.tiers:
            return Tiers(self.shares, self.level)
        if self.name == "welch":
            layout: Layout = Independent()
        elif self.name == "paired":
            layout = Paired(self.correlation)
        else:
            assert self.clusters is not None
            layout = Clustered(self.clusters, self.icc, self.correlation)
            if self.name == "sign-flip":
                return SignFlips(layout, self.level)
        if self.margin is not None:
            return Equivalent(layout, self.margin / self.sd, self.level)
        return Difference(layout, self.level)

    def inner(self, effect: float) -> float:
        """An effect as the design takes it: in standard deviations, or as log odds."""
        if not math.isfinite(effect):
            raise UsageError(f"--effect: a finite number was expected, not {effect:g}")
        if not self.tiers:
            return effect / self.sd
        if effect <= 0:
            raise UsageError(f"an odds ratio above 0 was expected, not {effect:g}", advice="1 is no effect.")
        return math.log(effect)

    def outer(self, effect: float) -> float:
        """The same in the user's units."""
        return math.exp(effect) if self.tiers else effect * self.sd

    def around(self, effect: float) -> list[float]:
        """The effects of a table, in the design's units: half of it, itself, one and a half; a zero stands alone."""
        if math.isnan(effect):
            return []
        return [effect * multiple for multiple in MULTIPLES] if effect else [effect]

    def named(self, effect: float) -> str:
        """An effect in words, from the design's units."""
        return f"{'odds ratio' if self.tiers else 'effect'} {self.outer(effect):.3g}"

    def _check(self) -> None:
        if self.name not in DESIGNS:
            raise unknown_name("design", self.name, DESIGNS)
        if not (self.sd > 0 and math.isfinite(self.sd)):
            raise UsageError(f"--sd: a standard deviation above 0 was expected, not {self.sd:g}")
        if not 0.5 < self.level < 1:
            raise UsageError(f"--level: a level between 0.5 and 1 was expected, not {self.level:g}")
        if not -1 < self.correlation < 1:
            raise UsageError(f"--correlation: a number between -1 and 1 was expected, not {self.correlation:g}")
        if not 0 <= self.icc <= 1:
            raise UsageError(f"--icc: a share from 0 to 1 was expected, not {self.icc:g}")
        sized = self.margin is None or 0 < self.margin < math.inf
        if not sized or (self.margin is not None and self.name not in ("welch", "paired", "clustered")):
            raise UsageError("--margin: a number above 0, for the designs welch, paired and clustered, was expected")
        if self.name in ("clustered", "sign-flip") and self.clusters is None:
            raise UsageError(f"the design {self.name} needs --clusters, such as the number of rosters or settings")
        counted = len(self.shares) > 1 and min(self.shares) >= 0 and 0 < sum(self.shares) < math.inf
        if self.tiers and not counted:
            raise UsageError(
                "the design tiers needs --shares: how often each tier is seen, such as 10,16,19,45",
                advice="Or give --from with a campaign whose outcome is a tier.",
            )


def check_read(design: str, given: Iterable[str]) -> None:
    """Raise `UsageError` for a spread that is given and that the design does not read."""
    for name in given:
        if design in DESIGNS and design not in READS[name]:
            *others, last = READS[name]
            for_designs = f"{', '.join(others)} and {last}" if others else last
            raise UsageError(
                f"--{name} is for the design{'s' if others else ''} {for_designs}, and not for {design}",
                advice="Name the design with --design, or leave it out.",
            )


def read_shares(text: str | None) -> tuple[float, ...]:
    """Numbers with commas between them; empty where none are given."""
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise UsageError(f"--shares: numbers with commas between them were expected, not {text!r}") from None


def clean_icc(found: Pilot | None) -> float:
    """The pilot's intraclass correlation, 0 where it has none or one below zero."""
    if found is None or math.isnan(found.icc.point):
        return 0.0
    return min(max(found.icc.point, 0.0), 1.0)
