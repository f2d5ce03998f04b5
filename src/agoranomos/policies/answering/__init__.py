"""The answering policy: a language model in a scenario."""

from agoranomos.policies.answering.binding import ANSWERING
from agoranomos.policies.answering.parameters import AnsweringParameters
from agoranomos.policies.answering.policy import Answering
from agoranomos.policies.answering.recollection import Recollection

__all__ = ["ANSWERING", "Answering", "AnsweringParameters", "Recollection"]
