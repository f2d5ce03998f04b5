"""vLLM's asynchronous engine on an event loop of its own.

It ties itself to the loop it is made or first used on, and engines here outlive loops, so a thread of ours runs one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from itertools import count
from typing import Any, TypeVar

from agoranomos.errors import MachineError
from agoranomos.models.stops import EngineLost
from agoranomos.models.vllm.options import VllmOptions

T = TypeVar("T")

MOST_SCORED = 1024
"""Options of a question that may part at one token, with the model's stop tokens."""


class Core:
    """A model that vLLM has loaded. `written` is asked from any event loop."""

    def __init__(self, name: str, made: Callable[[], Any]) -> None:
        """`made` gives vLLM's engine, and is called on the loop that the engine will live on."""
        self.name = name
        self._numbers = count()
        self._ended = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"engine {name}", daemon=True)
        self._thread.start()

        async def make() -> Any:
            return made()

        try:
            self._engine = asyncio.run_coroutine_threadsafe(make(), self._loop).result()
        except BaseException:
            self._end()
            raise

    @classmethod
    def load(cls, name: str, model: str, options: VllmOptions) -> Core:
        """Load a model; raises `MachineError` with what vLLM says where it cannot."""
        try:
            return cls(name, lambda: _made(model, options))
        except Exception as error:  # Whatever vLLM meets: cards, drivers, files, the network, another version's names.
            words = str(error).strip().splitlines()
            raise MachineError(
                f"vLLM cannot run {name}: {type(error).__name__}: {words[0] if words else ''}",
                advice="Its own messages above say more; `memory`, `context` and `gpus` change what it takes.",
            ) from error

    @property
    def context(self) -> int:
        """The most tokens of a prompt and its reply."""
        return int(self._engine.model_config.max_model_len)

    @property
    def number_format(self) -> str:
        """The format of the weights."""
        return str(self._engine.model_config.dtype).removeprefix("torch.")

    async def written(self, prompt: Sequence[int], params: Any) -> Any:
        """What vLLM writes after `prompt`: its `CompletionOutput`. Raises `EngineLost` when vLLM's engine has died."""
        return await self._there(self._written(list(prompt), params))

    def close(self) -> None:
        """End vLLM's engine and the thread; what is under way is given up."""
        if self._ended:
            return
        self._engine.shutdown()
        self._end()

    def _end(self) -> None:
        async def give_up() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self._ended = True
        asyncio.run_coroutine_threadsafe(give_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _there(self, asked: Coroutine[Any, Any, T]) -> T:
        if self._ended:
            asked.close()
            raise EngineLost(f"{self.name} is closed")
        try:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))
        except asyncio.CancelledError:
            if self._ended:
                raise EngineLost(f"{self.name} was closed while it was asked") from None
            raise

    async def _written(self, prompt: list[int], params: Any) -> Any:
        from vllm.v1.engine.exceptions import EngineDeadError

        last = None
        try:
            async for output in self._engine.generate(
                {"prompt_token_ids": prompt}, params, request_id=f"agora-{next(self._numbers)}"
            ):
                last = output
        except EngineDeadError as error:
            raise EngineLost(
                f"the vLLM engine of {self.name} has died: {error}",
                advice="Its own messages above say why; run the same command again to go on.",
            ) from error
        assert last is not None, "vLLM ends a request with an output"
        return last.outputs[0]


def _made(model: str, options: VllmOptions) -> Any:
    from vllm.config import StructuredOutputsConfig
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    arguments: dict[str, Any] = {"dtype": options.dtype} if options.dtype else {}
    if options.context is not None:
        arguments["max_model_len"] = options.context
    return AsyncLLM.from_engine_args(
        AsyncEngineArgs(
            model=model,
            max_num_seqs=options.batch,
            gpu_memory_utilization=options.memory,
            tensor_parallel_size=options.gpus,
            enable_prefix_caching=True,
            # Options are scored by what remains when nothing else may be written.
            logprobs_mode="processed_logprobs",
            max_logprobs=MOST_SCORED,
            structured_outputs_config=StructuredOutputsConfig(backend="xgrammar", disable_any_whitespace=True),
            disable_log_stats=True,
            **arguments,
        )
    )
