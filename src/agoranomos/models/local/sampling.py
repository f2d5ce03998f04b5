"""Draws tokens by the Gumbel-max trick on named noise, for all rows of a batch at once.

The noise of a token is a function of (seed, step, token) alone, so a reply does not depend on what else is in the
batch. Batching moves logits by about 1e-5; the arg max of logits plus fixed noise is stable against that, while the
inverse of a cumulative sum is not.

Noise is bounded, so most tokens of a vocabulary cannot win whatever theirs would be; it is computed for the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.models.local.fast_noise import kernel_for
from agoranomos.models.local.noise import GREATEST, seed_words, uniform, words

Tensor = Any

_SLACK = 1e-3
"""More than single precision can move a bound by."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How one token is drawn: temperature 0 takes the greatest logit; `top_p` below 1 leaves out the tail."""

    temperature: float
    top_p: float
    seed: int
    step: int


def draw_tokens(logits: Tensor, draws: Sequence[Draw]) -> list[int]:
    """A token for each row of `logits` (shape [rows, vocabulary], float32, minus infinity where forbidden).

    Distributed as softmax(logits / temperature), less its tail; -1 where a row holds nothing that can be drawn, because
    all is forbidden or its logits are no numbers. Computed where the logits are; only token ids leave the device.
    """
    import torch

    if logits.device.type == "mps":  # It has no double precision.
        logits = logits.cpu()
    device = logits.device
    scales = torch.tensor([draw.temperature or 1.0 for draw in draws], dtype=torch.float32, device=device)
    scaled = logits / scales[:, None]
    _leave_out_tails(scaled, [draw.top_p if draw.temperature else 1.0 for draw in draws])
    best, leader = scaled.max(dim=1)
    if any(draw.temperature for draw in draws):
        leader = _noisiest(scaled, best, leader, draws)
    # A comparison with a NaN is false, so rows of no numbers are among those that have no winner.
    return [int(token) for token in torch.where(best > -math.inf, leader, -1).tolist()]


def _noisiest(scaled: Tensor, best: Tensor, leader: Tensor, draws: Sequence[Draw]) -> Tensor:
    """The token with the greatest sum of scaled logit and noise in each row, the leader in greedy ones."""
    import torch

    names = [(*seed_words(draw.seed), draw.step) for draw in draws]
    low, high, step = torch.tensor(names, dtype=torch.int64, device=scaled.device).T
    greedy = torch.tensor([draw.temperature == 0 for draw in draws], device=scaled.device)
    if (noisiest := kernel_for(scaled.device)) is not None:
        return noisiest(scaled, ~greedy, low, high, step)
    # What is further below the leader than its own noise can be exceeded by cannot win.
    floor = best + (_gumbel(low, high, step, leader) - GREATEST).to(torch.float32) - _SLACK
    rows, tokens = (scaled >= torch.where(greedy, best, floor)[:, None]).nonzero(as_tuple=True)
    sums = scaled[rows, tokens].to(torch.float64)
    sums = torch.where(greedy[rows], sums, sums + _gumbel(low[rows], high[rows], step[rows], tokens))
    most = torch.full_like(best, -math.inf, dtype=torch.float64).scatter_reduce(0, rows, sums, "amax")
    # Of equals, the token with the smallest id.
    winners = torch.where(sums == most[rows], tokens, scaled.shape[1])
    return torch.full_like(leader, scaled.shape[1]).scatter_reduce(0, rows, winners, "amin")


def _gumbel(low: Tensor, high: Tensor, step: Tensor, token: Tensor) -> Tensor:
    """Standard Gumbel noise in double precision: minus the logarithm of a standard exponential variable."""
    import torch

    return -(-uniform(words(low, high, step, token).to(torch.float64)).log()).log()


def _leave_out_tails(scaled: Tensor, top_ps: Sequence[float]) -> None:
    """Set what lies outside the nucleus of a row to minus infinity, in place.

    The nucleus (Holtzman et al., "The curious case of neural text degeneration", ICLR 2020, section 3.1) is the
    smallest set of most probable tokens whose probabilities sum to `top_p`; those that tie with its last are in it too.
    """
    import torch

    rows = [row for row, top_p in enumerate(top_ps) if top_p < 1]
    if not rows:
        return
    at = torch.tensor(rows, device=scaled.device)
    shares = torch.tensor([top_ps[row] for row in rows], dtype=torch.float64, device=scaled.device)
    part = scaled[at].to(torch.float64)
    total = part.logsumexp(dim=1)
    # All tokens below this bound together have less than 1 - top_p, so the nucleus lies above it.
    bound = total + torch.log1p(-shares) - math.log(scaled.shape[1])
    most = int((part >= bound[:, None]).sum(dim=1).max().clamp(min=1))
    values = part.topk(most, dim=1).values
    before = (values - total[:, None]).exp().cumsum(dim=1).roll(1, dims=1)
    before[:, 0] = 0
    last = values.masked_fill(before >= shares[:, None], math.inf).amin(dim=1)
    scaled[at] = scaled[at].masked_fill(part < last[:, None], -math.inf)
