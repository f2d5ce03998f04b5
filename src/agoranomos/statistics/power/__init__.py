"""How likely a campaign is to find what is there, how many runs that takes, and how small an effect can be."""

from agoranomos.statistics.power.answer import Answer, answer, table
from agoranomos.statistics.power.chances import chance_of_difference, chance_of_equivalence
from agoranomos.statistics.power.design import Design, Difference, Equivalent, SignFlips, Tiers
from agoranomos.statistics.power.layout import Clustered, Independent, Layout, Paired
from agoranomos.statistics.power.simulated import chance_of_shift, chance_of_sign_flip, shifted
from agoranomos.statistics.power.solving import fewest_runs, smallest_effect

__all__ = [
    "Answer",
    "Clustered",
    "Design",
    "Difference",
    "Equivalent",
    "Independent",
    "Layout",
    "Paired",
    "SignFlips",
    "Tiers",
    "answer",
    "chance_of_difference",
    "chance_of_equivalence",
    "chance_of_shift",
    "chance_of_sign_flip",
    "fewest_runs",
    "shifted",
    "smallest_effect",
    "table",
]
