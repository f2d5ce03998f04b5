"""Draws tokens by the Gumbel-max trick on named noise.

The noise of a token is a function of (seed, step, token) alone, so a reply does not depend on what else is in the
batch. Batching moves logits by about 1e-5; the arg max of logits plus fixed noise is stable against that, while the
inverse of a cumulative sum is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agoranomos.randomness import named_generator


def draw_token(logits: NDArray[np.float32], temperature: float, seed: int, step: int) -> int:
    """The token, an index into `logits` (shape [vocabulary], minus infinity where forbidden), of one step.

    Distributed as softmax(logits / temperature); the greatest logit at temperature 0.
    """
    if temperature == 0:
        return int(np.argmax(logits))
    # -log of a standard exponential variable is a standard Gumbel variable.
    exponential = named_generator(seed, "token", step).standard_exponential(logits.shape[0], dtype=np.float32)
    # In single precision a draw can be 0, whose infinite noise would let even a forbidden token win.
    noise = -np.log(np.maximum(exponential, np.finfo(np.float32).tiny))
    return int(np.argmax(logits / np.float32(temperature) + noise))
