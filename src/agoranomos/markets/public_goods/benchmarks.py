"""The benchmarks of a public goods game.

A unit contributed costs its giver 1 - mpcr and gives all N members N mpcr - 1 together. So

    nash        below an mpcr of 1 nobody contributes, above it everybody all: a dominant strategy either way
    efficient   everybody contributes all where N mpcr > 1, else nobody anything

and nobody punishes: points cost their giver, and the stage is a period's last (backward induction). Each is unique,
since the specification refuses an mpcr of exactly 1 or 1/N. Source: Ledyard (1995), Public goods: a survey of
experimental research, section 1, in Kagel and Roth (eds), Handbook of Experimental Economics.
"""

from __future__ import annotations

from agoranomos.markets.public_goods.spec import PublicGoodsSpec


def contributions(spec: PublicGoodsSpec) -> dict[str, tuple[float, ...]]:
    """What each member contributes at each benchmark."""
    nothing = (0.0,) * len(spec.members)
    return {
        "nash": spec.endowment if spec.mpcr > 1.0 else nothing,
        "efficient": spec.endowment if spec.mpcr * len(spec.members) > 1.0 else nothing,
    }
