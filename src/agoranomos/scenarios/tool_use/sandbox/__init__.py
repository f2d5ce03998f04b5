"""Runs programs that somebody else wrote, shut in. `running` says what that guarantees, and what it does not."""

from agoranomos.scenarios.tool_use.sandbox.running import LONGEST_CODE, Ended, Isolation, Limits, Ran, run_python

__all__ = ["LONGEST_CODE", "Ended", "Isolation", "Limits", "Ran", "run_python"]
