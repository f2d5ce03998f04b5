"""Inference as a campaign planned it: what its hypotheses say, by the outcome, clusters and rules it wrote down."""

from agoranomos.analysis.inference.hypotheses import Answer, Inference, infer
from agoranomos.analysis.inference.measuring import measure_run
from agoranomos.analysis.inference.planned import Planned, planned

__all__ = ["Answer", "Inference", "Planned", "infer", "measure_run", "planned"]
