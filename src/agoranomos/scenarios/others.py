"""What is told of the others of a group: who did what, or how many, and what they earned."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.told import number, numbers


def told_of_others(
    names: Sequence[str],
    did: Sequence[str] | None,
    counted: str | None,
    rewards: Sequence[float] | None,
    *,
    verb: str = "earned",
    apart: str = "; ",
) -> list[str]:
    """The sentences about all who are named, none where nobody is; what may not be known is None.

    `did` says what each did, to follow its name, and `counted` how many did what, to follow the number of the others.
    `rewards` are in the order of `names` where `did` is given, else from the largest to the smallest.
    """
    if not names:
        return []
    if did is not None:
        if rewards is not None:
            did = [f"{one} and {verb} {number(paid)}" for one, paid in zip(did, rewards, strict=True)]
        return [f"Of the others, {apart.join(f'{name} {one}' for name, one in zip(names, did, strict=True))}."]
    said = [] if counted is None else [f"Of {len(names)} others {counted}."]
    if rewards is not None:
        said.append(f"The others {verb} {numbers(rewards)}.")
    return said
