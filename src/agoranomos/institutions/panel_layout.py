"""Arranges the rows of a table as a panel: every firm, good and round exactly once, one price a good and round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import DocumentError, nearest
from agoranomos.institutions.panel import Panel, Whole
from agoranomos.institutions.panel_rows import Labels, PanelRows


def arrange(rows: PanelRows, agents: tuple[str, ...] = (), goods: tuple[str, ...] = ()) -> Panel:
    """The panel of the rows, whatever their order.

    `agents` and `goods` are the market's; without them the table's own, in the order in which they first appear.
    Raises `DocumentError`, with row and column, for a name that is unknown, a round, firm or good that is left out or
    stands there twice, and a good that has two prices in one round.
    """
    agents, firm = _places(rows, "firm", rows.firm, agents)
    goods, good = _places(rows, "good", rows.good, goods)
    first, count = _span(rows)
    cell = ((rows.round - first) * len(agents) + firm) * len(goods) + good
    order = np.argsort(cell, kind="stable")
    _refuse_twice(rows, cell[order], order)
    _refuse_gaps(rows, cell[order], (first, count), agents, goods)
    shape = (count, len(agents), len(goods))
    price = rows.price_e6[order].reshape(shape)
    _refuse_two_prices(rows, price, order.reshape(shape), goods)
    reported = None
    if rows.reported is not None:
        reported = np.asarray(rows.reported[order].reshape(shape).any(axis=2))
    return Panel(agents, goods, first, rows.quantity_e6[order].reshape(shape), price[:, 0, :].copy(), reported)


def _places(rows: PanelRows, role: str, labels: Labels, known: tuple[str, ...]) -> tuple[tuple[str, ...], Whole]:
    """The names in the market's order (or the table's own), and the index among them that each row means."""
    if not known:
        return labels.names, labels.codes
    index = {name: k for k, name in enumerate(known)}
    strange = next((k for k, name in enumerate(labels.names) if name not in index), None)
    if strange is not None:
        row = int(np.flatnonzero(labels.codes == strange)[0])
        raise rows.fault(
            row, role, f"the market has no {role} {labels.names[strange]!r}", nearest(labels.names[strange], known)
        )
    absent = next((name for name in known if name not in labels.names), None)
    if absent is not None:
        raise DocumentError(
            f"column {rows.column[role]!r}: no row is of the market's {role} {absent!r}",
            place=rows.file,
            advice="Every firm and good of the market needs a row in every round; write 0 for what was not made.",
        )
    return known, np.array([index[name] for name in labels.names], dtype=np.int64)[labels.codes]


def _span(rows: PanelRows) -> tuple[int, int]:
    """The first round and how many there are; raises `DocumentError` for a round that is left out."""
    found = np.unique(rows.round)
    jumps = np.flatnonzero(np.diff(found) > 1)
    if len(jumps):
        before, after = int(found[jumps[0]]), int(found[jumps[0] + 1])
        row = int(np.flatnonzero(rows.round == after)[0])
        left_out = f"{before + 1} is" if after == before + 2 else f"{before + 1} to {after - 1} are"
        raise rows.fault(
            row,
            "round",
            f"round {after} follows round {before}; {left_out} missing",
            "An institution judges rounds one after another; number them without gaps.",
        )
    return int(found[0]), len(found)


def _refuse_twice(rows: PanelRows, cells: Whole, order: NDArray[np.intp]) -> None:
    same = np.flatnonzero(cells[1:] == cells[:-1])
    if len(same):
        one, other = sorted((int(order[same[0]]), int(order[same[0] + 1])))
        raise rows.fault(other, "firm", f"{_named(rows, other)} stand there twice; first in {rows.place(one)}")


def _named(rows: PanelRows, row: int) -> str:
    firm, good = rows.firm.names[rows.firm.codes[row]], rows.good.names[rows.good.codes[row]]
    return f"round {rows.round[row]}, firm {firm!r} and good {good!r}"


def _refuse_gaps(
    rows: PanelRows, cells: Whole, span: tuple[int, int], agents: tuple[str, ...], goods: tuple[str, ...]
) -> None:
    first, count = span
    wanted = count * len(agents) * len(goods)
    if len(cells) == wanted:
        return
    missing = int(next(iter(np.flatnonzero(cells != np.arange(len(cells)))), len(cells)))
    number, place = divmod(missing, len(agents) * len(goods))
    firm, good = divmod(place, len(goods))
    raise DocumentError(
        f"a row is missing for round {first + number}, firm {agents[firm]!r}, good {goods[good]!r} "
        f"(in all {wanted - len(cells):,} of {wanted:,})",
        place=rows.file,
        advice="Every firm needs a row for every good in every round; write 0 for what it did not make.",
    )


def _refuse_two_prices(rows: PanelRows, price: Whole, order: NDArray[np.intp], goods: tuple[str, ...]) -> None:
    differs = np.argwhere(price != price[:, :1, :])
    if len(differs):
        number, firm, good = differs[0]
        one, other = int(order[number, 0, good]), int(order[number, firm, good])
        raise rows.fault(
            other,
            "price",
            f"good {goods[good]!r} sells at {rows.price_e6[other] / 1e6:g} here, "
            f"and at {rows.price_e6[one] / 1e6:g} in the same round in {rows.place(one)}",
            "A good has one price a round in a market where products are the same; give the mean, or name two goods.",
        )
