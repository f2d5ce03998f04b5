"""Matched arms: before the first call, arms that are compared are held against each other as they are rendered."""

from agoranomos.campaigns.matching.check import MatchedPair, Matching, match, require_matched
from agoranomos.campaigns.matching.difference import Difference
from agoranomos.campaigns.matching.profile import Figures

__all__ = ["Difference", "Figures", "MatchedPair", "Matching", "match", "require_matched"]
