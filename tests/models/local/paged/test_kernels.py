"""No GPU is needed: the Triton kernel runs in Triton's interpreter, and is compiled for cards that are not here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agoranomos.models.local.paged.attention import agrees, fastest
from agoranomos.models.local.paged.flash import FlashPaged
from agoranomos.models.local.paged.gathered import Gathered
from agoranomos.models.local.paged.triton_paged import TritonPaged
from agoranomos.models.local.shape import Shape

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

SHAPE = Shape(2, 4, 2, 8, 10, 100)
CPU = torch.device("cpu")


def test_the_triton_kernel_computes_attention_over_pages(tmp_path):
    pytest.importorskip("triton")
    script = Path(__file__).with_name("in_interpreter.py")
    environment = {**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    environment["TRITON_CACHE_DIR"] = str(tmp_path)
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) == 6 * 2 * 2 + 4
    assert [name for name, agreed in found.items() if not agreed] == ["planted: wrong page size", "planted: no kernel"]


@pytest.mark.parametrize("card", [80, 90])
@pytest.mark.parametrize("number", ["bf16", "fp32"])
@pytest.mark.parametrize("high", [16, 64])
def test_the_triton_kernel_compiles_for_cards(card, number, high, tmp_path, monkeypatch):
    triton = pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from agoranomos.models.local.paged import triton_kernel

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    names = triton_kernel.attend.arg_names
    fixed = {
        "group": 4, "tokens": high // 4, "high": high, "wide": 64 if number == "bf16" else 32, "size": 128,
        "padded": 128, "page": 16, "exact": number == "fp32",
    }  # fmt: skip
    pointers = dict.fromkeys(["query", "keys", "values", "out"], f"*{number}")
    tables = dict.fromkeys(["table", "starts", "lengths", "block_rows", "block_firsts"], "*i32")
    kinds = {**pointers, **tables, "scale": "fp32", **dict.fromkeys(fixed, "constexpr")}
    source = ASTSource(
        triton_kernel.attend,
        signature={name: kinds.get(name, "i32") for name in names},
        constexprs={(names.index(name),): value for name, value in fixed.items()},
    )
    compiled = triton.compile(source, target=GPUTarget("cuda", card, 32), options={"num_warps": 4})
    assert len(compiled.asm["cubin"]) > 10_000
    # 164 KiB of shared memory a block on compute capability 8.0, 100 on 8.6 and 8.9, 228 on 9.0.
    assert compiled.metadata.shared <= 99 * 1024


class _Altered:
    name, recorded = "altered", False

    def __init__(self, change):
        self._plain, self._change = Gathered(SHAPE), change

    def plan(self, counts, lengths, device):
        return self._plain.plan(counts, lengths, device)

    def __call__(self, query, keys, values, asked, scale):
        return self._change(self._plain(query, keys, values, asked, scale))


@pytest.mark.parametrize(
    ("change", "agreed"),
    [
        (lambda out: out, True),
        (lambda out: out * 1.01, False),
        (lambda out: out.index_fill(0, torch.tensor([1]), float("nan")), False),
        (lambda out: 1 / 0, False),
    ],
)
def test_a_kernel_that_departs_or_fails_is_not_taken(change, agreed):
    assert agrees(_Altered(change), Gathered(SHAPE), SHAPE, torch.float32, CPU, 16) is agreed


def test_without_cuda_the_plain_way_is_taken():
    assert fastest(SHAPE, torch.float32, CPU, 16).name == "gathered"


def test_on_cuda_the_first_way_that_agrees_is_taken(monkeypatch):
    from contextlib import nullcontext

    from agoranomos.models.local.paged import attention

    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    ways = [_Altered(lambda out: out + 1), _Altered(lambda out: out)]
    monkeypatch.setattr(attention, "_kernels", lambda shape, page: ways)
    monkeypatch.setattr(attention, "agrees", lambda way, *_: way is ways[1])
    card = torch.device("cuda")
    assert fastest(SHAPE, torch.float32, card, 16) is ways[1]
    monkeypatch.setattr(attention, "agrees", lambda way, *_: False)
    assert fastest(SHAPE, torch.float32, card, 16).name == "gathered"


def test_flash_attention_is_found_where_it_is_installed_and_torch_takes_it(monkeypatch):
    import torch.nn.attention as torch_attention

    from agoranomos.models.local.paged import flash

    assert FlashPaged.found(SHAPE, 16) is None
    monkeypatch.setattr(flash, "find_spec", lambda name: object())
    assert FlashPaged.found(SHAPE, 16) is None, "it is not here, so torch refuses to activate it"
    activated = []
    monkeypatch.setattr(torch_attention, "activate_flash_attention_impl", activated.append)
    assert FlashPaged.found(SHAPE, 16).name == "flash"
    assert activated == ["FA3"]


def test_flash_attention_is_asked_for_pages_as_torch_documents_it(monkeypatch):
    import inspect

    from torch.nn.attention import varlen

    asked = {}
    signature = inspect.signature(varlen.varlen_attn)

    def record(*args, **options):
        asked.update(signature.bind(*args, **options).arguments)
        return args[0]

    monkeypatch.setattr(varlen, "varlen_attn", record)
    agrees(FlashPaged(SHAPE), Gathered(SHAPE), SHAPE, torch.float32, CPU, 16)
    assert (asked["max_q"], asked["max_k"], asked["window_size"], asked["enable_gqa"]) == (48, 63, (-1, 0), True)
    assert asked["cu_seq_q"].tolist() == [0, 1, 2, 7, 55]
    assert asked["seqused_k"].tolist() == [1, 49, 32, 63]
    assert asked["block_table"].shape == (4, 4)
    assert asked["block_table"].dtype == asked["cu_seq_q"].dtype == torch.int32
    assert asked["key"].shape == (17, 16, 2, 8)


def test_the_plan_of_the_kernel_covers_every_token_once():
    for counts in ([1, 1, 1], [5, 1, 40], [17]):
        plan = TritonPaged(SHAPE, 16).plan(counts, counts, CPU)
        tokens = plan.high // SHAPE.group
        covered = [
            (row, first + at)
            for row, first in zip(plan.rows.tolist(), plan.firsts.tolist(), strict=True)
            for at in range(tokens)
            if first + at < counts[row]
        ]
        assert sorted(covered) == [(row, at) for row, count in enumerate(counts) for at in range(count)]
