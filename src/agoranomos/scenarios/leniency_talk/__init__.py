"""Leniency with talk: firms that may agree on prices, undercut each other, and report it to an authority."""

from agoranomos.scenarios.leniency_talk.env import LeniencyTalk
from agoranomos.scenarios.leniency_talk.spec import LeniencyTalkSpec

__all__ = ["LeniencyTalk", "LeniencyTalkSpec"]
