"""Engines: what runs a language model for many agents at once."""

from agoranomos.models.engine import Completion, Engine, Message, Request, failed, prompt_sha256, prompt_text
from agoranomos.models.failures import FAILURE_KINDS, FailureKind, is_refusal
from agoranomos.models.mock import MockEngine, MockOptions
from agoranomos.models.opening import LocalOptions, check_engine_name, open_engine
from agoranomos.models.weights import KNOWN_WEIGHTS, Weights, pull

__all__ = [
    "FAILURE_KINDS",
    "KNOWN_WEIGHTS",
    "Completion",
    "Engine",
    "FailureKind",
    "LocalOptions",
    "Message",
    "MockEngine",
    "MockOptions",
    "Request",
    "Weights",
    "check_engine_name",
    "failed",
    "is_refusal",
    "open_engine",
    "prompt_sha256",
    "prompt_text",
    "pull",
]
