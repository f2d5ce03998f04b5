"""Every periodic plan over a few joint actions, the shortest first."""

from __future__ import annotations

from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Integers
from agoranomos.deterrence.red_team.palette import Palette
from agoranomos.deterrence.red_team.search import BATCH, Search

MOST_WORDS: Final = 1 << 17
"""Of cycles of one length no more than this many are listed."""


def try_all(search: Search, palette: Palette) -> None:
    """All cycles of length 1, 2, 3, .. over a few actions, until the allowance is spent.

    The actions are the first two, three and five of the palette, and the first three that raise no price.
    """
    menu = search.arena.menu(palette.actions_e6)
    sizes = [size for size in (2, 3, 5) if size < len(palette)] + [min(5, len(palette))]
    sets = [tuple(range(size)) for size in sizes]
    sets.append(tuple(k for k in range(len(palette)) if not menu.elevated[k])[:3])
    for length in range(1, MOST_WORDS.bit_length() + 1):
        for own in dict.fromkeys(sets):
            if len(own) ** length > MOST_WORDS:
                continue
            cycles = np.array(own)[necklaces(len(own), length)]
            for first in range(0, len(cycles), BATCH):
                if search.allowance.spent:
                    return
                some = cycles[first : first + BATCH].tolist()
                abouts = [", ".join(palette.names[k] for k in cycle) for cycle in some]
                search.try_cycles(menu, some, "exhaustive", abouts)


def necklaces(size: int, length: int) -> Integers:
    """Every cycle of this length over `size` symbols once, [K, length]: no rotation of another, no shorter repeated.

    A cycle stands in the rotation that reads largest, so that it begins with what pays.
    """
    codes = np.arange(size**length, dtype=np.int64)
    top = size ** (length - 1)
    turned, keep = codes, np.ones(len(codes), bool)
    for _ in range(1, length):
        turned = turned // size + turned % size * top
        keep &= turned < codes
    codes = codes[keep]
    powers = size ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return np.asarray(codes[:, None] // powers % size)
