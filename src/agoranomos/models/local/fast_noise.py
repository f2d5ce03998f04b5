"""Whether noise can be drawn by the kernel of `noise_kernel` on a device: where it runs and draws what `noise` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from agoranomos.models.local.noise import uniform, words

Tensor = Any
Noisiest = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
"""The function `noise_kernel.noisiest`."""


@cache
def kernel_for(device: Any) -> Noisiest | None:
    """The kernel, tried on a torch device once; None off CUDA, without Triton, or where it does not agree."""
    if device.type != "cuda" or find_spec("triton") is None:
        return None
    try:
        from agoranomos.models.local.noise_kernel import noisiest

        return noisiest if agrees(noisiest, device) else None
    except Exception:  # A card, a driver or a compiler that Triton cannot work with: then noise is drawn the long way.
        return None


def agrees(noisiest: Noisiest, device: Any) -> bool:
    """Whether the kernel picks, on every row of a small batch, the token that counting noise picks."""
    import torch

    draws = torch.Generator(device="cpu").manual_seed(0)
    rows, vocabulary = 64, 3000
    scaled = 2 * torch.randn((rows, vocabulary), generator=draws).to(device)
    scaled[::3, ::2] = float("-inf")
    low, high, step = torch.randint(0, 1 << 32, (3, rows), generator=draws).to(device)
    noisy = torch.arange(rows, device=device) % 8 != 7
    columns = torch.arange(vocabulary, device=device).expand(rows, vocabulary)
    named = words(
        low[:, None].expand_as(columns), high[:, None].expand_as(columns), step[:, None] + columns * 0, columns
    )
    gumbel = -(-uniform(named.to(torch.float64)).log()).log()
    expected = torch.where(noisy[:, None], scaled + gumbel, scaled.to(torch.float64)).argmax(dim=1)
    return bool((noisiest(scaled, noisy, low, high, step) == expected).all())
