"""Published results, run again: one module a paper."""

from agoranomos.reproduce.calvano import CalvanoResult, reproduce_calvano
from agoranomos.reproduce.calvano_settings import CalvanoSettings

__all__ = ["CalvanoResult", "CalvanoSettings", "reproduce_calvano"]
