"""The kernel that draws noise, on the CPU, and planted faults; run with TRITON_INTERPRET=1 from `test_fast_noise`."""

from __future__ import annotations

import json

import torch

from agoranomos.models.local.fast_noise import agrees
from agoranomos.models.local.noise_kernel import noisiest
from agoranomos.models.local.sampling import Draw, draw_tokens


def main() -> None:
    cpu = torch.device("cpu")
    found = {
        "agrees": agrees(noisiest, cpu),
        "planted: another step": agrees(lambda s, n, low, high, step: noisiest(s, n, low, high, step + 1), cpu),
        "planted: words exchanged": agrees(lambda s, n, low, high, step: noisiest(s, n, high, low, step), cpu),
        "planted: all rows noisy": agrees(lambda s, n, *rest: noisiest(s, n | True, *rest), cpu),
    }
    draws = torch.Generator().manual_seed(5)
    for vocabulary in (7, 1024, 2500):
        logits = torch.randn((9, vocabulary), generator=draws)
        logits[2] = float("-inf")
        logits[3, 0] = 4.0
        logits[3, 1:] = float("-inf")
        asked = [Draw(0.7 if row % 4 else 0.0, 1.0, row * 10**17 + vocabulary, row) for row in range(9)]
        expected = draw_tokens(logits, asked)
        scaled = logits / torch.tensor([draw.temperature or 1.0 for draw in asked])[:, None]
        low, high, step = torch.tensor([[d.seed & 0xFFFFFFFF, d.seed >> 32 & 0xFFFFFFFF, d.step] for d in asked]).T
        tokens = noisiest(scaled, torch.tensor([d.temperature > 0 for d in asked]), low, high, step).tolist()
        found[f"as drawn, vocabulary {vocabulary}"] = expected == [-1 if t == vocabulary else t for t in tokens]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
