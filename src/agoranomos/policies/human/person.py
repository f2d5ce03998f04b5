"""The port to a person: a question goes out, a move comes back. Whoever shows the question knows no policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agoranomos.policies.human.situation import Situation


@dataclass(frozen=True, slots=True)
class Move:
    """What a person does in a round: one number a part of the action; `report` comes forward, `message` is said."""

    numbers: tuple[float, ...]
    report: bool = False
    message: str = ""


class Person(Protocol):
    """Somebody who decides."""

    async def decide(self, situation: Situation) -> Move:
        """The move in this situation, whenever the person has made up their mind.

        It is asked again, with `situation.refused`, after a move that cannot be carried out. Raises a `Stop` where the
        person has left: the run then stays as it is recorded.
        """
        ...
