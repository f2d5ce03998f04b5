"""What enforcement cost: accounts of who gained and who paid, and errors, held against prices."""

from agoranomos.analysis.costs.accounts import Item, Line, accounts
from agoranomos.analysis.costs.audits import audits_of
from agoranomos.analysis.costs.errors import HARM, WINDOW, ArmErrors, RunErrors, errors_of, run_errors

__all__ = [
    "HARM",
    "WINDOW",
    "ArmErrors",
    "Item",
    "Line",
    "RunErrors",
    "accounts",
    "audits_of",
    "errors_of",
    "run_errors",
]
