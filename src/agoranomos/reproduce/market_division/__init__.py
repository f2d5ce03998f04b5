"""Strategic market division (arXiv 2410.00031), run again: do firms divide goods between them, by the paper's tests."""

from agoranomos.reproduce.market_division.design import FILE, ROSTERS, ROUNDS, RUNS, Asked, design
from agoranomos.reproduce.market_division.findings import findings

__all__ = ["FILE", "ROSTERS", "ROUNDS", "RUNS", "Asked", "design", "findings"]
