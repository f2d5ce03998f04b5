"""The benchmark for GPUs, on the CPU: that it runs, what it computes, and that it claims nothing a CPU cannot show."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from benchmarks.gpu_limits import covered, step_traffic  # noqa: E402

from agoranomos.models.local.shape import Shape  # noqa: E402

LLAMA_8B = Shape(layers=32, heads=32, shared_heads=8, size=128, vocabulary=128_256, context=131_072)


def test_a_step_reads_all_weights_and_every_key_and_value_shared_ones_once():
    traffic = step_traffic(LLAMA_8B, 15_000_000_000, 2, rows=540, shared=288, own=90)
    token = 2 * 32 * 8 * 128 * 2
    assert token == 128 << 10
    assert traffic.least == 15_000_000_000 + token * (288 + 540 * 90)
    assert traffic.unshared == 15_000_000_000 + token * 540 * 378


@pytest.mark.parametrize(
    ("intervals", "length"),
    [([], 0), ([(1, 3)], 2), ([(1, 3), (2, 5)], 4), ([(4, 5), (1, 2), (1, 2)], 2), ([(0, 10), (2, 3)], 10)],
)
def test_overlapping_kernels_are_counted_once(intervals, length):
    assert covered(intervals) == length


def test_calls_have_the_lengths_that_are_asked_for_and_part_where_they_should():
    pytest.importorskip("transformers")
    from benchmarks.gpu_model import byte_tokenizer, call

    from agoranomos.models.local.chat import Chat

    chat = Chat(byte_tokenizer(), "bytes")
    prompts = [chat.ids(call(number, 290, 60, 10).messages) for number in range(40, 60)]
    assert {len(prompt) for prompt in prompts} == {350}
    assert {tuple(prompt[:290]) for prompt in prompts} == {tuple(prompts[0][:290])}
    assert len({prompt[290] for prompt in prompts}) == 10


def test_the_benchmark_runs_without_a_gpu_and_leaves_out_what_only_a_gpu_has(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    out = tmp_path / "gpu.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), "--small", "--device", "cpu", "--out", str(out)]
    done = subprocess.run(
        [*command, "--calls", "8", "--reply", "16", "--batches", "4", "8", "--seconds", "60"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(out.read_text())
    assert found["device"] == "CPU"
    assert found["busy"] is None
    assert found["logits_apart_from_the_models_own"] < 1e-5
    assert found["decoding"]["rows"] == 8
    assert found["decoding"]["shared_tokens_in_the_same_pages"] == 288
    assert [row["batch"] for row in found["plain_generate"]] == [4, 8]
    assert found["all_calls_at_once"]["failures"] == 0
    assert found["all_calls_at_once"]["calls"] == 8
    assert found["times_one_run_at_a_time"] > 0


def test_without_cuda_the_benchmark_says_so():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "torch sees no CUDA device; try: --small --device cpu" in done.stderr
