"""Agoranomos: a laboratory for markets of software agents under institutions.

Agents act in a market, the market stands under an institution written down as a graph, campaigns of seeded runs
are recorded in a signed append-only log, and a stranger can check the answer.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("agoranomos")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
