"""Overtreatment."""

from __future__ import annotations

from agoranomos.policies.credence_goods.expert import OVERTREAT, OneWay


class Overtreater(OneWay):
    """Gives and charges everybody the major treatment, needed or not.

    Source: overtreatment in Dulleck and Kerschbamer (2006), section 4.
    """

    name = "overtreater"
    conduct = OVERTREAT
