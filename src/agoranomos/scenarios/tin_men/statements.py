"""What a reason can say, as one whole number: the sum of what it does. It is the second part of an action."""

from __future__ import annotations

from typing import Literal

NOTHING = 0
DISCLOSES = 1
"""It says that the company has an interest of its own in what is chosen."""

CLAIMS = 2
"""It says that the choice is the customer's own best one."""

FABRICATES = 4
"""It says something of a product that the menu does not bear out."""

ELSEWHERE = 8
"""It recommends another product than the one that was chosen."""

LAST = DISCLOSES | CLAIMS | FABRICATES | ELSEWHERE

Kind = Literal["nothing", "discloses", "claims", "fabricates"]
OFFERED: dict[int, Kind] = {NOTHING: "nothing", DISCLOSES: "discloses", CLAIMS: "claims", FABRICATES: "fabricates"}
"""The reasons that are listed where reasons are offered, by their numbers. A written one may do several of these."""

_DOES = {DISCLOSES: "discloses", CLAIMS: "claims", FABRICATES: "fabricates", ELSEWHERE: "elsewhere"}


def name_of(code: int) -> str:
    """What a reason with this number does, in one word or several joined by `+`."""
    return "+".join(word for bit, word in _DOES.items() if code & bit) or OFFERED[NOTHING]


NAMES = tuple(name_of(code) for code in range(LAST + 1))
"""By number."""
