"""Undertreatment."""

from __future__ import annotations

from agoranomos.policies.credence_goods.expert import UNDERTREAT, OneWay


class Undertreater(OneWay):
    """Gives everybody the minor treatment and charges those who needed the major one for that.

    With verifiability it charges the minor price; with liability it has to cure. Source: undertreatment in Dulleck and
    Kerschbamer (2006), section 4.
    """

    name = "undertreater"
    conduct = UNDERTREAT
