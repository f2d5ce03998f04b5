"""The noisiest token of each row in one Triton kernel: what `sampling` computes step by step, for CUDA.

Noise of a whole vocabulary for hundreds of rows is tens of millions of draws. Computed operator by operator, each of
the hundred operators of a draw goes once through the memory of the card; here the logits are read once.
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl

Tensor = Any

_WIDE = 1024


def noisiest(scaled: Tensor, noisy: Tensor, low: Tensor, high: Tensor, step: Tensor) -> Tensor:
    """The token of each row with the greatest sum of scaled logit and Gumbel noise; of equals, the smallest.

    `scaled` is [rows, vocabulary] float32, the others [rows]: whether a row has noise at all, the words of its seed,
    and its step. Returns int64 [rows]; for a row without any logit above minus infinity, the size of the vocabulary.
    """
    import torch

    rows, vocabulary = scaled.shape
    blocks = triton.cdiv(vocabulary, _WIDE)
    most = torch.empty((rows, blocks), dtype=torch.float64, device=scaled.device)
    winners = torch.empty((rows, blocks), dtype=torch.int64, device=scaled.device)
    names = [word.contiguous() for word in (low, high, step)]
    _draw[(rows, blocks)](
        scaled, scaled.stride(0), noisy.to(torch.int32), *names, most, winners, vocabulary, blocks, wide=_WIDE
    )
    best = most.amax(dim=1, keepdim=True)
    return winners.masked_fill((most < best) | (most == float("-inf")), vocabulary).amin(dim=1)


@triton.jit  # type: ignore[untyped-decorator]
def _draw(  # type: ignore[no-untyped-def]
    scaled, scaled_row, noisy, low, high, step, most, winners, vocabulary, blocks,
    wide: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    block = tl.program_id(1)
    token = block * wide + tl.arange(0, wide)
    logit = tl.load(scaled + row * scaled_row + token, mask=token < vocabulary, other=float("-inf")).to(tl.float64)
    if tl.load(noisy + row) != 0:
        # Philox4x32-10, as in `noise`: counter (token, step, 0, 0), key the words of the seed.
        c0 = token.to(tl.uint32)
        c1 = tl.full([wide], 0, tl.uint32) + tl.load(step + row).to(tl.uint32)
        c2 = tl.full([wide], 0, tl.uint32)
        c3 = tl.full([wide], 0, tl.uint32)
        k0 = tl.full([wide], 0, tl.uint32) + tl.load(low + row).to(tl.uint32)
        k1 = tl.full([wide], 0, tl.uint32) + tl.load(high + row).to(tl.uint32)
        one = tl.full([wide], 0xD2511F53, tl.uint32)
        two = tl.full([wide], 0xCD9E8D57, tl.uint32)
        for _ in tl.static_range(10):
            b0, b2 = c0, c2
            c0 = tl.umulhi(two, b2) ^ c1 ^ k0
            c2 = tl.umulhi(one, b0) ^ c3 ^ k1
            c1 = two * b2
            c3 = one * b0
            k0 = k0 + 0x9E3779B9
            k1 = k1 + 0xBB67AE85
        uniform = (c0.to(tl.float64) + 0.5) * (1.0 / 4294967296.0)
        logit = logit - tl.log(-tl.log(uniform))
    best = tl.max(logit, 0)
    winner = tl.min(tl.where(logit == best, token, vocabulary), 0)
    tl.store(most + row * blocks + block, best)
    tl.store(winners + row * blocks + block, winner.to(tl.int64))
