"""Purchases as counts by player and condition, and as differences within menus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from agoranomos.reproduce.tin_men.published import CONDITIONS
from agoranomos.reproduce.tin_men.purchases import Purchase
from agoranomos.reproduce.tin_men.recomputed import Counts

Read = Callable[[Purchase], bool | None]
"""What is looked at in a purchase; None where it does not apply."""


def parsed(one: Purchase) -> bool | None:
    """Whether the customer was overridden, where a parser found the choice."""
    return one.overrides


def imputed(one: Purchase) -> bool | None:
    """The same, with choices that no parser found taken from the explanation where it speaks for one product."""
    return one.imputed_overrides


def given_override(read: Read) -> Read:
    """The same of purchases alone that overrode the customer."""
    return lambda one: read(one) if one.imputed_overrides else None


def by_player(found: Iterable[Purchase]) -> dict[str, list[Purchase]]:
    """The purchases of each player, in the order of the campaign."""
    players: dict[str, list[Purchase]] = {}
    for one in found:
        players.setdefault(one.player, []).append(one)
    return players


def counts(found: Sequence[Purchase], read: Read) -> Counts:
    """By condition, in how many purchases it holds, and in how many it is known."""
    made: dict[str, tuple[int, int]] = {}
    for condition in CONDITIONS:
        known = [value for one in found if one.seen_by == condition and (value := read(one)) is not None]
        made[condition] = sum(known), len(known)
    return made


def unread(found: Sequence[Purchase]) -> Mapping[str, int]:
    """By condition, in how many purchases no parser found a choice."""
    return {
        condition: sum(one.seen_by == condition and one.chosen is None for one in found) for condition in CONDITIONS
    }


def differences(found: Sequence[Purchase], read: Read, first: Sequence[str], second: Sequence[str]) -> np.ndarray:
    """For each menu with both sides: the share in the `first` conditions less that in the `second` ones."""
    sides: dict[int, tuple[list[float], list[float]]] = {}
    for one in found:
        value = read(one)
        if value is None:
            continue
        menu = sides.setdefault(one.menu, ([], []))
        if one.seen_by in first:
            menu[0].append(float(value))
        if one.seen_by in second:
            menu[1].append(float(value))
    return np.array([np.mean(one) - np.mean(other) for one, other in sides.values() if one and other])
