"""How a call of a language model can fail. A failure is data: counted by kind and shown beside each result."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from agoranomos.refusals import is_refusal

__all__ = ["FAILURE_KINDS", "FailureKind", "is_refusal"]

FailureKind: TypeAlias = Literal[
    "refusal",  # words of refusal where an action was asked for
    "empty",  # no text at all
    "truncated",  # the token budget ended before the reply did
    "invalid",  # not the JSON that was asked for
    "out_of_range",  # well formed, but no feasible action
    "timeout",  # no reply in time
    "error",  # the model or its server failed
    "overflow",  # the prompt does not fit the model's context; found before the call
]

FAILURE_KINDS: tuple[FailureKind, ...] = get_args(FailureKind)
