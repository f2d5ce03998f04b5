"""Engines: what runs a language model for many agents at once."""

from agoranomos.models.engine import (
    Caller,
    Capabilities,
    Completion,
    Distribution,
    Engine,
    Message,
    Player,
    Question,
    Request,
    failed,
    prompt_sha256,
    prompt_text,
    unanswered,
)
from agoranomos.models.failures import FAILURE_KINDS, FailureKind, is_refusal
from agoranomos.models.local.options import LocalOptions
from agoranomos.models.mock.engine import MockEngine
from agoranomos.models.mock.options import MockOptions
from agoranomos.models.opening import check_engine_name, open_engine, script_sha256
from agoranomos.models.stops import BudgetSpent, EngineLost, Stop
from agoranomos.models.unopened import UnopenedEngine
from agoranomos.models.weights import KNOWN_WEIGHTS, Weights, pull
from agoranomos.models.wrapped import WrappedEngine

__all__ = [
    "FAILURE_KINDS",
    "KNOWN_WEIGHTS",
    "BudgetSpent",
    "Caller",
    "Capabilities",
    "Completion",
    "Distribution",
    "Engine",
    "EngineLost",
    "FailureKind",
    "LocalOptions",
    "Message",
    "MockEngine",
    "MockOptions",
    "Player",
    "Question",
    "Request",
    "Stop",
    "UnopenedEngine",
    "Weights",
    "WrappedEngine",
    "check_engine_name",
    "failed",
    "is_refusal",
    "open_engine",
    "prompt_sha256",
    "prompt_text",
    "pull",
    "script_sha256",
    "unanswered",
]
