"""A sample plug-in for Agoranomos: lemonade stands, and a stand that undercuts."""

from pathlib import Path

__all__ = ["SHELF"]

SHELF = Path(__file__).parent / "shelf"
"""The folder that the entry point `sample` of the group `agoranomos.library` names; laid out like a workspace."""
