"""No GPU is needed: the kernel runs in Triton's interpreter, and is compiled for cards that are not here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agoranomos.models.local import fast_noise
from agoranomos.models.local.fast_noise import kernel_for

torch = pytest.importorskip("torch")
HERE = Path(__file__).parent


def test_the_kernel_draws_what_counting_noise_draws(tmp_path):
    pytest.importorskip("triton")
    environment = {**os.environ, "TRITON_INTERPRET": "1", "TRITON_CACHE_DIR": str(tmp_path)}
    script = str(HERE / "in_triton_interpreter.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) == 7
    assert {name for name, agreed in found.items() if not agreed} == {name for name in found if "planted" in name}


@pytest.mark.parametrize("card", [80, 90])
def test_the_kernel_compiles_for_cards(card, tmp_path, monkeypatch):
    triton = pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from agoranomos.models.local import noise_kernel

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    kinds = {
        "scaled": "*fp32", "scaled_row": "i64", "noisy": "*i32", "low": "*i64", "high": "*i64", "step": "*i64",
        "most": "*fp64", "winners": "*i64", "vocabulary": "i32", "blocks": "i32", "wide": "constexpr",
    }  # fmt: skip
    names = noise_kernel._draw.arg_names
    source = ASTSource(
        noise_kernel._draw,
        signature={name: kinds[name] for name in names},
        constexprs={(names.index("wide"),): 1024},
    )
    compiled = triton.compile(source, target=GPUTarget("cuda", card, 32))
    assert len(compiled.asm["cubin"]) > 5_000
    assert "st.local" not in compiled.asm["ptx"]


def test_off_cuda_there_is_no_kernel():
    assert kernel_for(torch.device("cpu")) is None


def test_a_kernel_that_fails_or_departs_is_not_used(monkeypatch):
    monkeypatch.setattr(fast_noise, "find_spec", lambda name: object())
    kernel_for.cache_clear()
    monkeypatch.setattr(fast_noise, "agrees", lambda *_: (_ for _ in ()).throw(RuntimeError("no driver")))
    assert kernel_for(torch.device("cuda", 0)) is None
    kernel_for.cache_clear()
    monkeypatch.setattr(fast_noise, "agrees", lambda *_: False)
    assert kernel_for(torch.device("cuda", 0)) is None
    kernel_for.cache_clear()
    if fast_noise.find_spec("triton"):
        pytest.importorskip("triton")
        monkeypatch.setattr(fast_noise, "agrees", lambda *_: True)
        assert kernel_for(torch.device("cuda", 0)) is not None
    kernel_for.cache_clear()


def test_where_there_is_a_kernel_it_draws(monkeypatch):
    from agoranomos.models.local import sampling
    from agoranomos.models.local.sampling import Draw, draw_tokens

    asked = []

    def noisiest(scaled, noisy, low, high, step):
        asked.append((noisy.tolist(), low.tolist(), high.tolist(), step.tolist()))
        return torch.tensor([3, 1, 5])

    monkeypatch.setattr(sampling, "kernel_for", lambda device: noisiest)
    logits = torch.zeros((3, 5))
    logits[2] = float("-inf")
    draws = [Draw(1.0, 1.0, (7 << 32) + 2, 4), Draw(0.0, 1.0, 1, 5), Draw(1.0, 1.0, 1, 6)]
    assert draw_tokens(logits, draws) == [3, 1, -1]
    assert asked == [([True, False, True], [2, 1, 1], [7, 0, 0], [4, 5, 6])]
