"""Training: an alignment prior from preference pairs or rewards, and what it becomes when it goes on learning."""

from agoranomos.training.asked import Asked, asked_in, prompts_of
from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining, TrainingDocument
from agoranomos.training.measuring import Measured, measure
from agoranomos.training.monitors import Limits, Monitor, explained, of_pairs
from agoranomos.training.pairs import Pair, distilled_pairs, written_pairs
from agoranomos.training.rewards import Judged, Rewards, judged, paid
from agoranomos.training.split import Split, split_of

__all__ = [
    "Asked",
    "DpoTraining",
    "EvolveTraining",
    "GrpoTraining",
    "Judged",
    "Limits",
    "Measured",
    "Monitor",
    "Pair",
    "Rewards",
    "Split",
    "TrainingDocument",
    "asked_in",
    "distilled_pairs",
    "explained",
    "judged",
    "measure",
    "of_pairs",
    "paid",
    "prompts_of",
    "split_of",
    "written_pairs",
]
