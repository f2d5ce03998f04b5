"""The expert that theory calls honest."""

from __future__ import annotations

from agoranomos.markets.credence_goods.theory import HONEST
from agoranomos.policies.credence_goods.expert import OneWay


class HonestExpert(OneWay):
    """Gives every customer the treatment that it needs, and charges that.

    Source: the efficient conduct of Dulleck and Kerschbamer (2006), On doctors, mechanics, and computer specialists.
    """

    name = "honest-expert"
    conduct = HONEST
