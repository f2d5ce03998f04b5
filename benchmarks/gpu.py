"""A model of 8 billion parameters on one GPU: 540 calls at a time, against one run at a time and plain `generate`.

The architecture is that of Llama 3.1 8B in bfloat16 with random weights, made from its configuration alone. A call's
prompt has 350 tokens, of which 290 are shared, and its reply 60. Measured are: the memory bandwidth of the card (a
large copy); plain `model.generate` with static batches of equal prompts, the best of some sizes; a step of decoding of
our decoder with all rows, against the time that the bytes it must read take at that bandwidth; all calls at once
through the engine; such calls as one run would make them, two at a time; replies under a grammar; and how busy the GPU
was while all ran at once, by torch's profiler. Rates are of whole calls, prompts included. Needs the [local] extra;
without xgrammar replies under a grammar are left out, without CUDA what only a GPU has.

    python benchmarks/gpu.py --out docs/measurements/gpu.json
    python benchmarks/gpu.py --small --device cpu
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.gpu_limits import covered, step_traffic
from benchmarks.gpu_model import LLAMA_8B, SCHEMA, SMALL, byte_tokenizer, call, random_model

from agoranomos.models import Completion, Engine, Request
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.decoders import decoder_for
from agoranomos.models.local.generation import Generator
from agoranomos.models.local.paged.model import PagedModel
from agoranomos.models.local.shape import PROBE, Shape, departure
from agoranomos.models.local.transformers_engine import TransformersEngine

RUN = 2
"""Calls that one run of a duopoly makes at a time."""


class Session:
    """The model, what is asked of it, and the time there is."""

    def __init__(self, given: argparse.Namespace) -> None:
        import torch

        self.given = given
        self.device = torch.device(given.device)
        self.on_cuda = self.device.type == "cuda"
        dtype = torch.bfloat16 if self.on_cuda else torch.float32
        self.started = time.perf_counter()
        self.tokenizer = byte_tokenizer()
        self.model = random_model(SMALL if given.small else LLAMA_8B, dtype, self.device)
        self.shape = Shape.of(self.model.config)
        self.chat = Chat(self.tokenizer, "random")

    def say(self, words: str) -> None:
        """Progress, to the terminal."""
        print(f"{time.perf_counter() - self.started:6.1f} s  {words}", file=sys.stderr, flush=True)

    def wait(self) -> None:
        """Let the device finish what it was given."""
        import torch

        if self.on_cuda:
            torch.cuda.synchronize(self.device)

    def timed(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """Seconds of wall clock until the device is done, and what `work` returned."""
        self.wait()
        began = time.perf_counter()
        result = work()
        self.wait()
        return time.perf_counter() - began, result

    def left(self) -> float:
        """Seconds until the measurement should be over."""
        return float(self.given.seconds) - (time.perf_counter() - self.started)

    def calls(self, count: int, *, first: int = 0, schema: dict[str, Any] | None = None) -> list[Request]:
        """So many calls; other ones for another `first`."""
        given = self.given
        return [call(first + number, given.shared, given.own, given.reply, schema) for number in range(count)]

    def prompts(self, calls: Sequence[Request]) -> list[list[int]]:
        """Their token ids."""
        return [self.chat.ids(request.messages) for request in calls]


def copy_bandwidth(session: Session) -> float:
    """Bytes read and written a second by a copy within the device's memory."""
    import torch

    size = (4 << 30) if session.on_cuda else (64 << 20)
    source = torch.randint(0, 255, (size,), dtype=torch.uint8, device=session.device)
    target = torch.empty_like(source)
    seconds = [session.timed(lambda: target.copy_(source))[0] for _ in range(7)]
    return 2 * size / statistics.median(seconds[2:])


def plain_generate(session: Session) -> list[dict[str, Any]]:
    """Static batches through `model.generate`, in rounds of as many calls as the time allows."""
    import torch

    session.model.set_attn_implementation("sdpa")
    given, rows = session.given, []
    for batch in sorted({min(batch, given.calls) for batch in given.batches}):
        # Equal lengths, so that none is padded: the kindest case for static batches.
        prompts = session.prompts(session.calls(batch))
        length = min(len(prompt) for prompt in prompts)
        ids = torch.tensor([prompt[:length] for prompt in prompts], device=session.device)

        def generate(ids: Any = ids) -> Any:
            with torch.inference_mode():
                return session.model.generate(
                    ids, attention_mask=torch.ones_like(ids), do_sample=True, top_k=0, pad_token_id=0,
                    min_new_tokens=given.reply, max_new_tokens=given.reply,
                )  # fmt: skip

        try:
            session.timed(generate)  # What is set up on first use is not measured.
            seconds, _ = session.timed(generate)
        except torch.OutOfMemoryError:
            session.say(f"plain generate, {batch} at a time: not enough memory")
            continue
        rows.append({"batch": batch, "seconds": seconds, "calls_per_second": batch / seconds})
        session.say(f"plain generate, {batch} at a time: {batch / seconds:.1f} calls/s")
    return rows


def decoding(session: Session, decoder: PagedModel, bandwidth: float) -> dict[str, Any]:
    """Steps of decoding with all rows at once: tokens a second, and the share of what the bandwidth allows."""
    given = session.given
    prompts = session.prompts(session.calls(given.calls, first=10_000))
    first = prompts[0]
    shared = min(next(at for at in range(len(p)) if p[at] != first[at]) for p in prompts[1:])
    seed = decoder.row(len(first))
    assert seed is not None
    decoder.read([(seed, first)])
    decoder.keep(first[:shared], seed)
    decoder.release([seed])
    rows = [decoder.row(len(prompt) + given.reply, prompt[:-1]) for prompt in prompts]
    fitting = [(row, prompt) for row, prompt in zip(rows, prompts, strict=True) if row is not None]
    known = fitting[0][0].length
    work = [(row, prompt[row.length :]) for row, prompt in fitting]
    prompt_seconds, logits = session.timed(lambda: decoder.read(work))
    tokens = logits.argmax(dim=1).tolist()
    seconds = []
    for _ in range(given.reply - 1):
        step = [(row, [token]) for (row, _), token in zip(fitting, tokens, strict=True)]
        took, logits = session.timed(lambda step=step: decoder.read(step))
        seconds.append(took)
        tokens = logits.argmax(dim=1).tolist()
    a_step = statistics.median(seconds[3:])
    mean_length = statistics.fmean(row.length for row, _ in fitting) - given.reply / 2
    decoder.release(row for row, _ in fitting)
    embeddings = session.model.get_input_embeddings().weight
    weights = sum(weight.nbytes for weight in session.model.parameters() if weight is not embeddings)
    traffic = step_traffic(session.shape, weights, embeddings.element_size(), len(fitting), known, mean_length - known)
    session.say(f"decoding, {len(fitting)} rows: {1000 * a_step:.2f} ms a step")
    return {
        "rows": len(fitting),
        "shared_tokens_in_the_same_pages": known,
        "mean_tokens_of_a_row": mean_length,
        "prompts_tokens_per_second": sum(len(tokens) for _, tokens in work) / prompt_seconds,
        "milliseconds_per_step": 1000 * a_step,
        "tokens_per_second": len(fitting) / a_step,
        "least_bytes_per_step": traffic.least,
        "bytes_per_step_nothing_shared": traffic.unshared,
        "share_of_the_bandwidth_limit": traffic.least / bandwidth / a_step,
        "share_of_the_bandwidth_limit_nothing_shared": traffic.unshared / bandwidth / a_step,
        "attention": decoder.attention.name,
        "recorded_sizes": [] if decoder.steps is None else decoder.steps.recorded,
        "recording_failed": "" if decoder.steps is None else decoder.steps.failure,
    }


def asked(engine: Engine, calls: Sequence[Request], together: int) -> list[Completion]:
    """The replies to `calls`, so many asked together at a time."""

    async def ask() -> list[Completion]:
        done: list[Completion] = []
        for start in range(0, len(calls), together):
            done += await asyncio.gather(*(engine.complete(request) for request in calls[start : start + together]))
        return done

    return asyncio.run(ask())


def through_the_engine(session: Session, engine: Engine, calls: Sequence[Request], together: int) -> dict[str, Any]:
    """Rates of `calls`, so many at a time."""
    seconds, done = session.timed(lambda: asked(engine, calls, together))
    tokens = sum(completion.reply_tokens for completion in done)
    session.say(f"engine, {together} at a time: {len(done) / seconds:.1f} calls/s, {tokens / seconds:.0f} tokens/s")
    return {
        "together": together,
        "calls": len(done),
        "seconds": seconds,
        "calls_per_second": len(done) / seconds,
        "reply_tokens_per_second": tokens / seconds,
        "prompt_tokens_per_second": sum(completion.prompt_tokens for completion in done) / seconds,
        "failures": sum(completion.finish == "error" for completion in done),
    }


def one_run(session: Session, engine: Engine) -> dict[str, Any]:
    """As one run asks: two calls at a time, for as long as a tenth of the time allows."""
    seconds, _ = session.timed(lambda: asked(engine, session.calls(RUN, first=20_000), RUN))
    rounds = max(2, min(20, int(session.given.seconds / 10 / seconds)))
    return through_the_engine(session, engine, session.calls(RUN * rounds, first=21_000), RUN)


def busy(session: Session, engine: Engine) -> dict[str, Any] | None:
    """The share of wall time in which at least one kernel or copy ran on the GPU; None without one."""
    if not session.on_cuda:
        return None
    from torch.autograd import DeviceType
    from torch.profiler import ProfilerActivity, profile

    calls = session.calls(session.given.calls, first=40_000)
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        seconds, _ = session.timed(lambda: asked(engine, calls, len(calls)))
    ran = [
        (event.time_range.start, event.time_range.end)
        for event in seen.events()
        if event.device_type == DeviceType.CUDA
    ]
    session.say(f"profiled: {len(ran)} kernels and copies")
    return {"share": covered(ran) / 1e6 / seconds, "kernels_and_copies": len(ran), "seconds": seconds}


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """All of it."""
    import torch
    import transformers

    session = Session(given)
    parameters = sum(weight.numel() for weight in session.model.parameters())
    session.say(f"{parameters / 1e9:.2f} billion parameters")
    bandwidth = copy_bandwidth(session)
    session.say(f"copy: {bandwidth / 1e9:.0f} GB/s")
    plain = plain_generate(session)
    with torch.inference_mode():
        probe = session.model(input_ids=torch.tensor([PROBE], device=session.device)).logits[0, -1].float()
    if session.on_cuda:
        torch.cuda.empty_cache()
    room = None if session.on_cuda else 256 << 20
    decoder = decoder_for(session.model, "paged", rows=given.calls, cache_bytes=room)
    assert isinstance(decoder, PagedModel)
    apart = departure(decoder, probe)
    decode = decoding(session, decoder, bandwidth)
    generator = Generator(decoder, session.chat, [session.tokenizer.eos_token_id])
    engine = TransformersEngine("random", generator, batch=given.calls)
    asked(engine, session.calls(given.calls, first=30_000), given.calls)  # Records what is not recorded yet.
    together = through_the_engine(session, engine, session.calls(given.calls), given.calls)
    alone = one_run(session, engine)
    constrained = None
    if find_spec("xgrammar") is not None and session.left() > 0:
        calls = session.calls(given.calls, first=50_000, schema=SCHEMA)
        asked(engine, calls[:RUN], RUN)
        constrained = through_the_engine(session, engine, calls, given.calls)
    at_work = busy(session, engine) if session.left() > 0 else None
    asyncio.run(engine.close())
    best = max(plain, key=lambda row: row["calls_per_second"], default=None)
    return {
        "device": torch.cuda.get_device_name(session.device) if session.on_cuda else "CPU",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "model": {
            "architecture": "a small Llama" if given.small else "Llama 3.1 8B, random weights",
            "parameters": parameters,
            "number_format": str(session.model.dtype).removeprefix("torch."),
        },
        "copy_bytes_per_second": bandwidth,
        "logits_apart_from_the_models_own": apart,
        "decoding": decode,
        "all_calls_at_once": together,
        "one_run_at_a_time": alone,
        "under_a_grammar": constrained,
        "plain_generate": plain,
        "busy": at_work,
        "times_one_run_at_a_time": together["calls_per_second"] / alone["calls_per_second"],
        "times_plain_generate": together["calls_per_second"] / best["calls_per_second"] if best else None,
        "seconds": time.perf_counter() - session.started,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true", help="a tiny model and few calls, to try the script")
    parser.add_argument("--calls", type=int, help="calls at a time")
    parser.add_argument("--shared", type=int, default=290, help="tokens that all prompts begin with")
    parser.add_argument("--own", type=int, default=60, help="tokens of a prompt that are its own")
    parser.add_argument("--reply", type=int, help="tokens of a reply")
    parser.add_argument("--batches", type=int, nargs="*", help="sizes of plain generate's batches")
    parser.add_argument("--seconds", type=float, default=420, help="parts that can be left out begin before that")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    given.calls = given.calls or (24 if given.small else 540)
    given.reply = given.reply or (24 if given.small else 60)
    given.batches = given.batches or ([4, 24] if given.small else [32, 128, 540])
    import torch

    if given.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("torch sees no CUDA device; try: --small --device cpu")
    text = json.dumps(measure(given), indent=2) + "\n"
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
