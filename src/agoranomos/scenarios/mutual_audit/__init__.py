"""Mutual audit: agents do their own tasks, and each gives the verdict on another's work."""

from agoranomos.scenarios.mutual_audit.env import MutualAudit
from agoranomos.scenarios.mutual_audit.spec import MutualAuditSpec

__all__ = ["MutualAudit", "MutualAuditSpec"]
