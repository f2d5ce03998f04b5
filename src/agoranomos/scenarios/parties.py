"""Who is given what of a round: the routing table of a scenario with principals, and what it delivers.

A *party* is whoever can be given something: an agent with a seat, or somebody whom the scenario itself plays (a
customer, an employer, an auditor). An *item* is something that a round brings about: what was chosen, the reason given
for it, what it earned. The table says to whom each item goes. A party acts on what was delivered to it and on nothing
else, and its prompt holds nothing else; so the table is the treatment, and no sentence that merely promises it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias, TypeVar

from agoranomos.errors import nearest

Routes: TypeAlias = Mapping[str, tuple[str, ...]]
"""By item, the parties that are given it."""

ValueT = TypeVar("ValueT")


def require_routes(routes: Routes, items: Collection[str], parties: Collection[str]) -> None:
    """Raise `ValueError` for an item that no round has, a party that cannot be given anything, or one named twice."""
    for item, receivers in routes.items():
        if item not in items:
            raise ValueError(f"routes: no round has an item {item!r}. {nearest(item, items)}")
        for party in receivers:
            if party not in parties:
                raise ValueError(
                    f"routes: {item} cannot be given to {party!r}, who is no party. {nearest(party, parties)}"
                )
        if len(set(receivers)) < len(receivers):
            raise ValueError(f"routes: {item} is given twice to somebody")


def delivered(routes: Routes, items: Mapping[str, ValueT], parties: Collection[str]) -> dict[str, dict[str, ValueT]]:
    """What each of `parties` is given of a round that brought about `items`; nothing of what no route names."""
    return {party: {item: value for item, value in items.items() if party in routes.get(item, ())} for party in parties}
