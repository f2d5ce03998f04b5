"""Prompted policies: a language model in a firm's seat."""

from agoranomos.policies.prompted.binding import PROMPTED
from agoranomos.policies.prompted.memory import Notes, Seen
from agoranomos.policies.prompted.policy import Prompted, PromptedParameters
from agoranomos.policies.prompted.template import PromptTemplate, read_template

__all__ = ["PROMPTED", "Notes", "PromptTemplate", "Prompted", "PromptedParameters", "Seen", "read_template"]
