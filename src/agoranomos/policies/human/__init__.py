"""A person in an agent's seat: what the person is shown, how an answer is read, and the port to whoever shows it."""

from agoranomos.policies.human.binding import HUMAN
from agoranomos.policies.human.person import Move, Person
from agoranomos.policies.human.policy import Human, HumanParameters, attended, nobody_sits
from agoranomos.policies.human.reading import read_move
from agoranomos.policies.human.situation import Situation

__all__ = [
    "HUMAN",
    "Human",
    "HumanParameters",
    "Move",
    "Person",
    "Situation",
    "attended",
    "nobody_sits",
    "read_move",
]
