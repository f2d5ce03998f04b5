"""One stage in plain numbers: what the environment plays, several times as fast as the arrays, with the same bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agoranomos.markets.action_shape import Row
from agoranomos.markets.facts import SCALE
from agoranomos.markets.public_goods.spec import PublicGoodsSpec


class StageOutcome(NamedTuple):
    """One stage of one world. In the punishment stage `contribution` is that of the stage before."""

    punishing: bool
    present: tuple[bool, ...]
    contribution: tuple[float, ...]
    points: tuple[tuple[float, ...], ...]
    """by row i against column j; empty in the contribution stage"""
    received: tuple[float, ...]
    """points; empty in the contribution stage"""
    profit: tuple[float, ...]


def contribution_stage(spec: PublicGoodsSpec, rows: Sequence[Row]) -> StageOutcome:
    """The stage in which the rows (millionths; empty: excluded) say who contributes what."""
    contribution = tuple([row[0] / SCALE if row else 0.0 for row in rows])
    total = 0.0
    for given in contribution:
        total = total + given
    benefit = spec.mpcr * total
    profit = tuple(
        [
            endowment - given + (benefit if row else 0.0)
            for endowment, given, row in zip(spec.endowment, contribution, rows, strict=True)
        ]
    )
    return StageOutcome(False, tuple([bool(row) for row in rows]), contribution, (), (), profit)


def punishment_stage(spec: PublicGoodsSpec, rows: Sequence[Row], before: tuple[float, ...]) -> StageOutcome:
    """The stage in which the rows say who punishes whom, after the contributions `before`."""
    rule = spec.punishment
    assert rule is not None
    count = len(rows)
    points = tuple(
        [
            tuple([row[1 + j - (j > i)] / SCALE if row and rows[j] and j != i else 0.0 for j in range(count)])
            for i, row in enumerate(rows)
        ]
    )
    received, profit = [], []
    for j in range(count):
        got = lost = 0.0
        for i in range(count):
            got, lost = got + points[i][j], lost + points[j][i]
        received.append(got)
        profit.append(-(rule.cost * lost) - rule.effect * got)
    present = tuple([bool(row) for row in rows])
    return StageOutcome(True, present, before, points, tuple(received), tuple(profit))
