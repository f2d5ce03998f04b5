"""The model checker of institutions: faults over all reachable standings, each with a shortest play that shows it."""

from agoranomos.institutions.checker.check import MOST_STANDINGS, check, survey
from agoranomos.institutions.checker.finding import RULES, Finding, Report, Rule

__all__ = ["MOST_STANDINGS", "RULES", "Finding", "Report", "Rule", "check", "survey"]
