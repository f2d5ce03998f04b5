"""Sponsored recommendation: an assistant, a user who asks for advice, and a maker who pays for it."""

from agoranomos.scenarios.sponsored_recommendation.env import SponsoredRecommendation
from agoranomos.scenarios.sponsored_recommendation.payoffs import Payoffs
from agoranomos.scenarios.sponsored_recommendation.setting import Product, Setting, built_in
from agoranomos.scenarios.sponsored_recommendation.spec import SponsoredRecommendationSpec
from agoranomos.scenarios.sponsored_recommendation.theory import fine_threshold, pay_threshold

__all__ = [
    "Payoffs",
    "Product",
    "Setting",
    "SponsoredRecommendation",
    "SponsoredRecommendationSpec",
    "built_in",
    "fine_threshold",
    "pay_threshold",
]
