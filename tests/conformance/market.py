"""What every market must satisfy lies in the package, where plug-ins find it; the library's tests name it here."""

from agoranomos.conformance import MarketConformance, differing_step, episode, make

__all__ = ["MarketConformance", "differing_step", "episode", "make"]
