"""Prompted policies: a language model in a firm's seat."""

from agoranomos.policies.prompted.binding import PROMPTED
from agoranomos.policies.prompted.memory import Notes, Other, Seen
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.policies.prompted.policy import Prompted
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.prompted.template import PromptTemplate, read_template

__all__ = [
    "PROMPTED",
    "Notes",
    "Other",
    "PromptTemplate",
    "Prompted",
    "PromptedParameters",
    "Remembering",
    "Seen",
    "read_template",
]
