"""The kernel on the CPU, against the plain way, and planted faults; run with TRITON_INTERPRET=1 from `test_kernels`."""

from __future__ import annotations

import json

import torch

from agoranomos.models.local.paged import triton_kernel
from agoranomos.models.local.paged.attention import agrees
from agoranomos.models.local.paged.gathered import Gathered
from agoranomos.models.local.paged.model import PagedModel
from agoranomos.models.local.paged.triton_paged import TritonPaged
from agoranomos.models.local.shape import Shape
from models.local.tiny_model import tiny_llama, tiny_tokenizer

SHAPES = [(4, 2, 8), (9, 3, 64), (8, 1, 16), (4, 4, 32), (7, 1, 20), (32, 1, 16)]


def main() -> None:
    cpu = torch.device("cpu")
    found: dict[str, object] = {}
    for heads, shared, size in SHAPES:
        shape = Shape(1, heads, shared, size, 10, 100)
        for page in (4, 16):
            for dtype in (torch.float32, torch.float16):
                name = f"{heads} heads, {shared} shared, size {size}, page {page}, {dtype}"
                found[name] = agrees(TritonPaged(shape, page), Gathered(shape), shape, dtype, cpu, page)

    shape = Shape(1, 4, 2, 8, 10, 100)
    wrong = TritonPaged(shape, 8)  # Believes in pages of 8 where they have 4 tokens.
    found["planted: wrong page size"] = agrees(wrong, Gathered(shape), shape, torch.float32, cpu, 4)
    attend = triton_kernel.attend
    triton_kernel.attend = None
    found["planted: no kernel"] = agrees(TritonPaged(shape, 4), Gathered(shape), shape, torch.float32, cpu, 4)
    triton_kernel.attend = attend

    tokenizer = tiny_tokenizer()
    plain = tiny_llama(tokenizer)
    shape = Shape.of(plain.config)
    for steps in (0, 8):
        decoder = PagedModel(tiny_llama(tokenizer), 64, page=4, steps=steps, attention=TritonPaged(shape, 4))
        row, other = decoder.row(40), decoder.row(40)
        decoder.read([(row, list(range(3, 24)))])
        logits = decoder.read([(row, [5, 6]), (other, [7])])
        with torch.inference_mode():
            expected = plain(input_ids=torch.tensor([[*range(3, 24), 5, 6]])).logits[0, -1]
        found[f"whole model, steps {steps}"] = bool((logits[0] - expected).abs().max() < 1e-4)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
