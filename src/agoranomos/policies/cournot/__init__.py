"""Policies for firms that choose quantities and see of each other what the price tells."""

from agoranomos.policies.cournot.trigger_price import TriggerPrice, TriggerPriceParameters

__all__ = ["TriggerPrice", "TriggerPriceParameters"]
