"""Alignment tipping (arXiv 2510.04860), run again: its settings beside corrected ones, its numbers beside ours."""

from agoranomos.reproduce.alignment_tipping.design import Asked, Size, design
from agoranomos.reproduce.alignment_tipping.findings import findings

__all__ = ["Asked", "Size", "design", "findings"]
