"""What every engine must satisfy lies in the package, where plug-ins find it; the library's tests name it here."""

from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.engine_asking import (
    SCHEMA,
    TEXT_SCHEMA,
    ask,
    probabilities,
    question,
    request,
    said,
    weigh,
)

__all__ = [
    "SCHEMA",
    "TEXT_SCHEMA",
    "EngineConformance",
    "ask",
    "probabilities",
    "question",
    "request",
    "said",
    "weigh",
]
