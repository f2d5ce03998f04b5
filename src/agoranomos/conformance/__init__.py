"""What every market and every engine must satisfy, as test classes to inherit: for the library's own and for plug-ins'.

Needs pytest, which the library itself never imports. Call `pytest.register_assert_rewrite("agoranomos.conformance")`
before the import (in a `conftest.py`) and pytest shows the values of an assertion that fails.
"""

from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.market import MarketConformance
from agoranomos.conformance.seeding import differing_step, episode, make

__all__ = ["EngineConformance", "MarketConformance", "differing_step", "episode", "make"]
