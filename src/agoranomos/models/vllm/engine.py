"""A model that vLLM runs: vLLM batches, this puts the questions."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

from agoranomos.errors import AgoraError, MachineError, UsageError
from agoranomos.models import reasoning
from agoranomos.models.engine import Capabilities, Completion, Distribution, Question, Request, failed, unanswered
from agoranomos.models.identity import folder_digests, identity_json
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.generation import DECODING
from agoranomos.models.local.trie import OptionTrie
from agoranomos.models.questions import Put, distribution, ways_to_put
from agoranomos.models.stops import Stop
from agoranomos.models.vllm import asking
from agoranomos.models.vllm.core import MOST_SCORED, Core
from agoranomos.models.vllm.options import VllmOptions
from agoranomos.randomness import named_integer

_AFTER = f"\n{reasoning.CLOSING}\n\n"


def open_vllm(name: str, model: str, options: VllmOptions) -> VllmEngine:
    """The engine of a folder or an id; raises `MachineError` when vLLM cannot run it."""
    from importlib.metadata import PackageNotFoundError, version

    from transformers import AutoConfig, AutoTokenizer, GenerationConfig
    from transformers.utils import cached_file

    core = Core.load(name, model, options)
    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
        folder = Path(model) if Path(model).is_dir() else Path(cached_file(model, "config.json")).parent
        try:
            written_by: AutoConfig | GenerationConfig = GenerationConfig.from_pretrained(model)
        except OSError:
            written_by = AutoConfig.from_pretrained(model)
        try:
            released = version("vllm")
        except PackageNotFoundError:
            released = "unknown"
        identity = identity_json(
            **folder_digests(folder), format=core.number_format, noise=f"vllm {released}", decoding=DECODING
        )
        ends = written_by.eos_token_id
        stop_tokens = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
        return VllmEngine(name, core, Chat(tokenizer, name), sorted(stop_tokens), identity, options.batch)
    except AgoraError:
        core.close()
        raise
    except Exception as error:
        core.close()
        raise MachineError(f"{name} does not load: {type(error).__name__}: {error}") from error


class VllmEngine:
    """One model. Replies follow their seeds, but what else is in a batch moves logits, and then a reply may change."""

    def __init__(self, name: str, core: Core, chat: Chat, stop_tokens: list[int], identity: str, batch: int) -> None:
        self.name = name
        self.identity = identity
        self.width = 2 * batch
        self._core = core
        self._chat = chat
        self._stop = stop_tokens
        self._closed = False

    @property
    def capabilities(self) -> Capabilities:
        """All, but that seeds give the same reply again only where vLLM was told to be invariant to batches."""
        return Capabilities(seeds=os.environ.get("VLLM_BATCH_INVARIANT") == "1")

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`; raises `EngineLost` when vLLM's engine has died or is closed."""
        started = time.perf_counter()
        if self._closed:
            return failed("error", f"{self.name} is closed", 0.0)
        prompt: list[int] = []
        written = 0
        try:
            prompt = self._chat.ids(request.messages, thinking=request.reasoning > 0)
            if words := self._too_long(len(prompt), request.reasoning + request.max_tokens):
                return failed("overflow", words, time.perf_counter() - started, len(prompt))
            thought, read, written = await self._thoughts(
                prompt, request.reasoning, request.temperature, request.top_p, request.seed
            )
            output = await self._core.written(read, asking.answer(request))
        except Stop:
            raise
        except Exception as error:  # What a template or vLLM refuses or fails at concerns this call alone.
            lost = failed("error", f"{type(error).__name__}: {error}", time.perf_counter() - started, len(prompt))
            return replace(lost, reply_tokens=written)
        seconds = time.perf_counter() - started
        if output.finish_reason not in ("stop", "length"):
            return failed("error", f"vLLM ended the reply with {output.finish_reason!r}", seconds, len(prompt))
        text = reasoning.joined(thought, output.text) if request.reasoning else output.text
        return Completion(text, len(prompt), written + len(output.token_ids), output.finish_reason, seconds)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options, from one token for each place where they part."""
        started = time.perf_counter()
        puts = ways_to_put(question)
        if self._closed:
            return unanswered(question, "error", f"{self.name} is closed", 0.0)
        try:
            found = await asyncio.gather(*(self._put(question, put, turn) for turn, put in enumerate(puts)))
        except Stop:
            raise
        except _TooLongError as error:
            return unanswered(question, "overflow", str(error), time.perf_counter() - started, error.prompt_tokens)
        except Exception as error:
            return unanswered(question, "error", _said(error), time.perf_counter() - started)
        return distribution(
            question,
            [logs for logs, _, _, _ in found],
            reasoning=[thought for _, thought, _, _ in found] if question.reasoning else (),
            prompt_tokens=sum(prompt for _, _, prompt, _ in found),
            reply_tokens=sum(written for _, _, _, written in found),
            seconds=time.perf_counter() - started,
        )

    async def close(self) -> None:
        """End vLLM's engine; what is under way is given up."""
        self._closed = True
        await asyncio.to_thread(self._core.close)

    async def _put(self, question: Question, put: Put, turn: int) -> tuple[tuple[float, ...], str, int, int]:
        """Log-probabilities, thoughts, and the tokens of prompt and thoughts, of a question put once."""
        prompt = self._chat.ids(put.messages, thinking=question.reasoning > 0)
        trie = OptionTrie([self._chat.spoken(answer) for answer in put.answers])
        longest = max(len(sequence) for sequence in trie.sequences)
        if words := self._too_long(len(prompt), question.reasoning + longest + 1):
            raise _TooLongError(words, len(prompt))
        if any(len(asking.ways(branch, self._stop)) > MOST_SCORED for branch in trie.branches):
            raise UsageError(f"more than {MOST_SCORED} options part at one token")
        seed = named_integer(question.seed, "order", turn) if turn else question.seed
        thought, read, written = await self._thoughts(prompt, question.reasoning, question.temperature, 1.0, seed)
        outputs = await asyncio.gather(
            *(
                self._core.written([*read, *branch.path], asking.followers(branch, question.temperature, self._stop))
                for branch in trie.branches
            )
        )
        conditionals = [
            asking.conditionals(branch, output.logprobs[0], self._stop)
            for branch, output in zip(trie.branches, outputs, strict=True)
        ]
        return trie.log_probabilities(conditionals), thought, len(prompt), written

    async def _thoughts(
        self, prompt: list[int], budget: int, temperature: float, top_p: float, seed: int
    ) -> tuple[str, list[int], int]:
        """What was thought, what the model is to read before its answer, and how many tokens were written."""
        if not budget:
            return "", prompt, 0
        output = await self._core.written(prompt, asking.thoughts(budget, temperature, top_p, seed))
        return output.text, [*prompt, *self._chat.encode(output.text.rstrip() + _AFTER)], len(output.token_ids)

    def _too_long(self, prompt: int, follows: int) -> str:
        if prompt + follows <= self._core.context:
            return ""
        return (
            f"the prompt has {prompt} tokens and what follows it may have {follows}; "
            f"the model takes {self._core.context}"
        )


class _TooLongError(Exception):
    def __init__(self, words: str, prompt_tokens: int) -> None:
        super().__init__(words)
        self.prompt_tokens = prompt_tokens


def _said(error: Exception) -> str:
    return error.message if isinstance(error, AgoraError) else f"{type(error).__name__}: {error}"
