"""Where a session's work is done: here, or on the nodes of a Ray cluster. The driver owns every log and key."""

from agoranomos.campaigns.executors.executor import Executor
from agoranomos.campaigns.executors.local import LocalExecutor

__all__ = ["Executor", "LocalExecutor"]
