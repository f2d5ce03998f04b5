"""Choosing policies: a language model that is asked how probable it finds each of a few options."""

from agoranomos.policies.choosing.binding import CHOOSING
from agoranomos.policies.choosing.menu import Option, menu_of
from agoranomos.policies.choosing.policy import Choosing, ChoosingParameters
from agoranomos.policies.choosing.template import QuestionTemplate, read_question

__all__ = ["CHOOSING", "Choosing", "ChoosingParameters", "Option", "QuestionTemplate", "menu_of", "read_question"]
