"""Overcharging."""

from __future__ import annotations

from agoranomos.policies.credence_goods.expert import OVERCHARGE, OneWay


class Overcharger(OneWay):
    """Treats as needed and charges everybody the major price.

    With verifiability it cannot, and is honest. Source: overcharging in Dulleck and Kerschbamer (2006), section 4.
    """

    name = "overcharger"
    conduct = OVERCHARGE
