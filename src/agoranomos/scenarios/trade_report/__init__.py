"""Trade-report: a tip that may not be used, a report on the trade, and a question about the report."""

from agoranomos.scenarios.trade_report.env import TradeReport
from agoranomos.scenarios.trade_report.spec import TradeReportSpec
from agoranomos.scenarios.trade_report.theory import Solution, Terms, solve

__all__ = ["Solution", "Terms", "TradeReport", "TradeReportSpec", "solve"]
