"""Always-valid inference: intervals that hold at every look together, however often one looks."""

from agoranomos.statistics.sequential.bounded import BoundedSequence
from agoranomos.statistics.sequential.path import ConfidenceSequence, Look, Walk, look_sizes, walk
from agoranomos.statistics.sequential.t_mixture import TMixture

__all__ = ["BoundedSequence", "ConfidenceSequence", "Look", "TMixture", "Walk", "look_sizes", "walk"]
