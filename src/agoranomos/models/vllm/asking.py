"""What is asked of vLLM, in its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from agoranomos.models.engine import Request
from agoranomos.models.local.trie import END, Branch
from agoranomos.models.reasoning import CLOSING
from agoranomos.randomness import named_integer

_SEEDS = 1 << 63
"""Seeds of torch's generators are smaller."""


def answer(request: Request) -> Any:
    """Sampling parameters for an answer that satisfies the request's schema.

    After thoughts its seed is another: vLLM draws by a generator of its own for each call, and the same noise again
    would tie the answer to the thoughts.
    """
    from vllm.sampling_params import StructuredOutputsParams

    constraint = None if request.schema is None else StructuredOutputsParams(json=request.schema)
    return _params(
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        seed=(named_integer(request.seed, "answer") if request.reasoning else request.seed) % _SEEDS,
        structured_outputs=constraint,
    )


def thoughts(budget: int, temperature: float, top_p: float, seed: int) -> Any:
    """Sampling parameters for free text up to the tag that ends it, which is left out."""
    return _params(max_tokens=budget, temperature=temperature, top_p=top_p, seed=seed % _SEEDS, stop=[CLOSING])


def followers(branch: Branch, temperature: float, stop_tokens: Sequence[int]) -> Any:
    """Sampling parameters for one token of those that may follow at a branch, with the log-probability of each."""
    allowed = sorted(ways(branch, stop_tokens))
    return _params(max_tokens=1, temperature=temperature, seed=0, allowed_token_ids=allowed, logprobs=len(allowed))


def conditionals(branch: Branch, found: dict[int, Any], stop_tokens: Sequence[int]) -> list[float]:
    """The log-probability of each way on at a branch, in its order, from vLLM's log-probabilities by token.

    They are normalised here: whether vLLM divided by the sum of all tokens or of those allowed, it cancels. Any stop
    token ends a text, so the probability of an end is the sum of theirs.
    """
    logs = {token: found[token].logprob for token in ways(branch, stop_tokens) if token in found}
    total = _log_sum(list(logs.values()))
    return [
        _log_sum([logs.get(token, -math.inf) for token in (stop_tokens if way == END else (way,))]) - total
        for way in branch.following
    ]


def ways(branch: Branch, stop_tokens: Sequence[int]) -> set[int]:
    """The tokens that may follow at a branch, as the model sees it."""
    ends = set(stop_tokens) if END in branch.following else set()
    return ends | {token for token in branch.following if token != END}


def _params(**given: Any) -> Any:
    from vllm.sampling_params import RequestOutputKind, SamplingParams

    return SamplingParams(output_kind=RequestOutputKind.FINAL_ONLY, **given)


def _log_sum(logs: Sequence[float]) -> float:
    largest = max(logs, default=-math.inf)
    if largest == -math.inf:
        return largest
    return largest + math.log(math.fsum(math.exp(log - largest) for log in logs))
