"""Draws tokens by the Gumbel-max trick on named noise, for all rows of a batch at once.

A token is drawn in two steps: a page of 256 consecutive tokens by the logarithms of the pages' total weights, then a
token of that page by its logit. Each step takes the arg max of logits plus Gumbel noise, whose distribution is their
softmax, and the product of the two is the softmax over all tokens. So a vocabulary of 49,152 tokens takes noise for 192
pages and 256 places, not for each token.

The noise is a function of (seed, step, page or place) alone, so a reply does not depend on what else is in the batch.
Batching moves logits by about 1e-5; the arg max of logits plus fixed noise is stable against that, while the inverse of
a cumulative sum is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.models.local.noise import seed_words, uniform, words

Tensor = Any

PAGE = 256
PAGES, PLACES = 0, 1
"""The streams of noise for pages of a vocabulary and for places on a page."""


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
    best, tokens = logits.max(dim=1)
    if any(draw.temperature for draw in draws):
        greedy = torch.tensor([draw.temperature == 0 for draw in draws], device=logits.device)
        tokens = torch.where(greedy, tokens, _noisiest(_scaled(logits, best, draws), draws))
    return [int(token) for token in torch.where(best.isfinite(), tokens, -1).tolist()]


def _scaled(logits: Tensor, best: Tensor, draws: Sequence[Draw]) -> Tensor:
    """Logits over temperature, 0 for the greatest of each row; the vocabulary is filled up to whole pages."""
    import torch

    temperatures = torch.tensor([draw.temperature or 1.0 for draw in draws], dtype=torch.float32, device=logits.device)
    scaled = (logits - best[:, None]) / temperatures[:, None]
    _leave_out_tails(scaled, [draw.top_p if draw.temperature else 1.0 for draw in draws])
    return torch.nn.functional.pad(scaled, (0, -scaled.shape[1] % PAGE), value=-math.inf)


def _noisiest(scaled: Tensor, draws: Sequence[Draw]) -> Tensor:
    """The token that each row draws."""
    import torch

    rows = torch.arange(len(scaled), device=scaled.device)
    names = torch.tensor([(*seed_words(draw.seed), draw.step) for draw in draws], dtype=torch.int64).to(scaled.device)
    paged = scaled.view(len(scaled), -1, PAGE)
    page = (paged.exp().sum(dim=2).log() + _gumbel(names, PAGES, paged.shape[1])).argmax(dim=1)
    place = (paged[rows, page] + _gumbel(names, PLACES, PAGE)).argmax(dim=1)
    return page * PAGE + place


def _gumbel(names: Tensor, stream: int, count: int) -> Tensor:
    """Standard Gumbel noise in double precision, [rows, count], for rows of (seed's low word, high word, step).

    Minus the logarithm of a standard exponential variable.
    """
    import torch

    blocks = torch.arange(-(-count // 4), device=names.device)
    drawn = torch.stack(words(names[:, 0:1], names[:, 1:2], names[:, 2:3], stream, blocks), dim=2)
    return -(-uniform(drawn.flatten(1)[:, :count].to(torch.float64)).log()).log()


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
