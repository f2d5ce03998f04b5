"""How a campaign deviated from its plan, as its report tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agoranomos.analysis.tables import read_table

SHOWN = 8
"""So many changes of one deviation are shown; the table holds all."""


@dataclass(frozen=True, slots=True)
class ToldDeviation:
    """One deviation. `late` are hypotheses that it added or changed although `closed` runs had been finished.

    `withdrawn` are those that were confirmatory until then.
    """

    number: int
    reason: str
    claimed: str
    opened: int
    closed: int
    changes: tuple[str, ...]
    late: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The first changes, and how many more there are."""
        more = f"; and {len(self.changes) - SHOWN} more" if len(self.changes) > SHOWN else ""
        return "; ".join(self.changes[:SHOWN]) + more


@dataclass(frozen=True, slots=True)
class Departures:
    """How a campaign departed from one plan: `before` are digests of others that had runs when it began."""

    before: tuple[str, ...] = ()
    deviations: tuple[ToldDeviation, ...] = ()

    @property
    def late(self) -> frozenset[str]:
        """Hypotheses that nobody can call confirmatory: written or changed when results could be seen."""
        return frozenset(name for one in self.deviations for name in one.late)

    @property
    def withdrawn(self) -> frozenset[str]:
        """Hypotheses that were confirmatory when results could be seen, and were dropped or became late since."""
        return frozenset(name for one in self.deviations for name in one.withdrawn)


def departures_in(folder: Path) -> Departures:
    """Those of the campaign in `folder`, the first one first; none in tables from before they were kept."""
    rows = read_table(folder, "deviations").to_pylist()
    before = tuple(row["plan_sha256"] for row in rows if row["kind"] == "before")
    told = tuple(
        ToldDeviation(
            number,
            row["reason"],
            f"{datetime.fromtimestamp(row['claimed_unix_s'], UTC):%Y-%m-%d %H:%M} UTC",
            row["opened"],
            row["closed"],
            tuple(row["changes"]),
            tuple(row["late"]),
            tuple(row.get("withdrawn") or ()),
        )
        for number, row in enumerate((row for row in rows if row["kind"] == "deviation"), 1)
    )
    return Departures(before, told)


def departures_in_words(departures: Departures) -> list[str]:
    """A line each, for a page or a terminal."""
    lines = []
    if departures.before:
        others = f"{len(departures.before)} other plans" if len(departures.before) > 1 else "another plan"
        lines.append(f"{others} of this campaign had runs when it began, which this report does not hold")
    for one in departures.deviations:
        late = (
            f". New, changed or judged otherwise by then, and so exploratory: {', '.join(one.late)}" if one.late else ""
        )
        dropped = [name for name in one.withdrawn if name not in one.late]
        late += f". Dropped by then, and still sharing the error: {', '.join(dropped)}" if dropped else ""
        lines.append(
            f"deviation {one.number} from the plan ({one.claimed}, with {one.closed} runs finished): {one.shown}. "
            f"Reason given: {one.reason}{late}"
        )
    return lines
