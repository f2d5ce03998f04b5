"""Forges a copy of a log in every way that the threat model names, and shows by what each forgery is found."""

from agoranomos.campaigns.attack.forgery import ADVERSARIES, Forgery
from agoranomos.campaigns.attack.playing import Played
from agoranomos.campaigns.attack.report import NOBODY, Attack, attack_campaign, attack_run, longest_run
from agoranomos.campaigns.attack.trust import BRIEFLY, IN_WORDS, Trust, either

__all__ = [
    "ADVERSARIES",
    "BRIEFLY",
    "IN_WORDS",
    "NOBODY",
    "Attack",
    "Forgery",
    "Played",
    "Trust",
    "attack_campaign",
    "attack_run",
    "either",
    "longest_run",
]
