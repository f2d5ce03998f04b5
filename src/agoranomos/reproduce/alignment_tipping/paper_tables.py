"""What the paper reports: percentages with their intervals, what a null makes of them, what is missing."""

from __future__ import annotations

from agoranomos.reproduce.alignment_tipping.published import Series, interval_of, published, recovered
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.statistics.tipping import constant_hazard


def published_table() -> Table:
    """Each published percentage as the count it must be, with Wilson's interval."""
    rows = []
    for one in published().series:
        first, *later = one.points
        cells = [_as_count(one, *first), _rate(one, *first)]
        cells += [_as_count(one, *later[-1]), _rate(one, *later[-1])] if later else [Cell(), Cell()]
        rounds = " to ".join(str(number) for number, _ in one.points)
        rows.append((f"{one.testbed}, {one.version}: {one.agent}, {one.measure}, round {rounds}", cells))
    note = (
        "Each percentage is exactly one count out of 64 items, 56 choices or 157 items: one run a cell, as far as the "
        "sources can be read. Intervals (95%, Wilson) are of that count with decisions taken as independent. They are "
        "not (16 settings, 7 games whose 8 agents share a history), so the true ones are wider. Percentages were "
        "found, counts derived."
    )
    columns = ("first: count", "first: rate", "last: count", "last: rate")
    return Table("published", "Published rates, and the least interval that each has", columns, rows_of(rows), note)


def _as_count(one: Series, _: int, percent: str) -> Cell:
    return Cell(Value(recovered(percent, one.of), n=one.of, form="0"), f"of {one.of}", "derived")


def _rate(one: Series, _: int, percent: str) -> Cell:
    return Cell(value_of(interval_of(percent, one.of), "%"), f"{percent}%", one.mark)


def hazard_table() -> Table:
    """The last published rate of role-play, beside what agents give that never change their propensity."""
    rows = []
    for one in published().series:
        if one.testbed == "role-play":
            (first, start), (last, end) = one.points[0], one.points[-1]
            chance = recovered(start, one.of) / one.of
            bounds = interval_of(start, one.of)
            null, low, high = (
                float(constant_hazard(h, last - first + 1)[-1]) for h in (chance, bounds.low, bounds.high)
            )
            found = value_of(interval_of(end, one.of), "%")
            rows.append(
                (
                    f"{one.agent}, round {last}",
                    [Cell(Value(null, low, high, one.of, form="%")), Cell(found, f"{end}%", one.mark)],
                )
            )
    note = (
        "Agents that each round try the violation with one and the same chance, that of the first published round, and "
        "then go on: 1 − (1 − h)^r. Bounds are those of the first round's rate. Where the published rate lies no "
        "higher, the rise alone is no evidence of a growing propensity."
    )
    return Table(
        "constant-hazard",
        "A constant hazard against the published rise",
        ("a constant hazard gives", "published"),
        rows_of(rows),
        note,
    )


def claims_table() -> Table:
    """What is known in words, with what its sources agree on."""
    rows = [
        (f"{one.testbed}, {one.version}: {one.claim}", [Cell(None, one.mark, one.mark)]) for one in published().claims
    ]
    return Table("claims", "Published in words, or differently by different sources", ("known how",), rows_of(rows))


def missing_table() -> Table:
    """What is not reproduced because it could not be read; never filled in."""
    rows = [(one.what, [Cell(None, one.why, "not reproduced")]) for one in published().missing]
    return Table("not-reproduced", "Not reproduced", ("why",), rows_of(rows))
