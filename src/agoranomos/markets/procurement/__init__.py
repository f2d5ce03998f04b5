"""A buyer awards contracts to the lowest of sealed bids: Vickrey (1961), with costs drawn anew each round."""

from agoranomos.markets.procurement.env import Procurement
from agoranomos.markets.procurement.spec import ProcurementSpec

__all__ = ["Procurement", "ProcurementSpec"]
