"""Of models and tin men (arXiv 2307.11137), run again: its counts beside ours, and many menus beside its one."""

from agoranomos.reproduce.tin_men.design import Asked, Size, design
from agoranomos.reproduce.tin_men.findings import findings

__all__ = ["Asked", "Size", "design", "findings"]
