"""What ends a campaign's asking altogether. A call that was stopped never happened: it is no failure and no data."""

from __future__ import annotations

from agoranomos.errors import MachineError


class Stop(MachineError):
    """No further call can be made. The runs under way stay as they are recorded, and are gone on with later."""


class EngineLost(Stop):
    """The model or its server is gone: nothing listens, or the process that ran it ended."""


class BudgetSpent(Stop):
    """The campaign's budget is spent."""
