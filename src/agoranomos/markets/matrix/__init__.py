"""Any game in normal form, played again and again."""

from agoranomos.markets.matrix.env import Matrix
from agoranomos.markets.matrix.spec import MatrixSpec

__all__ = ["Matrix", "MatrixSpec"]
