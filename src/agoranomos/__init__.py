"""Agoranomos: a laboratory for markets of software agents under institutions.

Agents act in a market, the market stands under an institution written down as a graph, campaigns of seeded runs
are recorded in a signed append-only log, and a stranger can check the answer.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agoranomos.analysis.frames import results

try:
    __version__ = version("agoranomos")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__", "results"]


def __getattr__(name: str) -> Any:
    """`results` when it is asked for: whatever imports the package does not wait for the libraries of tables."""
    if name == "results":
        from agoranomos.analysis.frames import results

        return results
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
