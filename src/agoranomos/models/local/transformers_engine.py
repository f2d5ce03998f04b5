"""A model in this process, through torch and transformers: one thread runs it for everybody who waits."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.models.engine import Capabilities, Completion, Distribution, Question, Request, failed, unanswered
from agoranomos.models.local.generation import Counts, Generator, Refused, Reply

if TYPE_CHECKING:
    from agoranomos.models.local.options import LocalOptions


@dataclass(eq=False)
class _Job:
    """A request that waits. Its future belongs to the event loop it came from."""

    request: Request
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Completion]
    started: float

    def answer(self, completion: Completion) -> None:
        def deliver() -> None:
            if not self.future.done():
                self.future.set_result(completion)

        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            self.loop.call_soon_threadsafe(deliver)

    def fail(self, error: Exception) -> None:
        self.answer(failed("error", f"{type(error).__name__}: {error}", self.elapsed))

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self.started


class TransformersEngine:
    """Requests of all agents and runs join one batch, each with its own grammar and seed; torch releases the GIL."""

    def __init__(self, name: str, generator: Generator, *, batch: int = 16) -> None:
        self.name = name
        self._generator = generator
        self._batch = batch
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name=f"engine {name}", daemon=True)
        self._thread.start()
        # A thread that is still inside torch when the interpreter goes down would abort the process.
        atexit.register(self._stop)

    @classmethod
    def load(cls, source: Path | str, *, name: str, options: LocalOptions) -> TransformersEngine:
        """The engine of a GGUF file, a folder, or a model's id; raises `MachineError` when it does not load."""
        from agoranomos.models.local.loading import load_generator

        return cls(name, load_generator(source, name, options), batch=options.batch)

    @property
    def identity(self) -> str:
        """The model by name."""
        return self.name

    @property
    def width(self) -> int:
        """Twice the batch: those that wait are sorted by what they share."""
        return 2 * self._batch

    @property
    def capabilities(self) -> Capabilities:
        """All of them."""
        return Capabilities()

    @property
    def counts(self) -> Counts:
        """Tokens asked for, found in the cache, and read so far."""
        return self._generator.counts

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`."""
        started = time.perf_counter()
        if self._closed:
            return failed("error", f"{self.name} is closed", 0.0)
        loop = asyncio.get_running_loop()
        job = _Job(request, loop, loop.create_future(), started)
        self._jobs.put(job)
        return await job.future

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options."""
        return unanswered(question, "error", "options are not scored yet", 0.0)

    async def close(self) -> None:
        """Answer what is under way, then free the model."""
        await asyncio.to_thread(self._stop)
        atexit.unregister(self._stop)

    def _stop(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        active: list[tuple[_Job, Reply]] = []
        waiting: list[_Job] = []
        open_for_more = True
        while open_for_more or active or waiting:
            arrived = self._arrivals(block=open_for_more and not active and not waiting)
            open_for_more = open_for_more and None not in arrived
            waiting += [job for job in arrived if job is not None]
            active = [pair for pair in active if not pair[0].future.cancelled()]
            room = self._batch - len(active)
            chosen, waiting = waiting[:room], waiting[room:]
            try:
                active += self._admitted(chosen)
                self._generator.step([reply for _, reply in active])
            except Exception as error:  # Whatever the model throws becomes a counted failure, and the engine lives on.
                for job in [*chosen, *(job for job, _ in active)]:
                    job.fail(error)
                active = []
            active = self._delivered(active)

    def _arrivals(self, *, block: bool) -> list[_Job | None]:
        arrived = [self._jobs.get()] if block else []
        try:
            while True:
                arrived.append(self._jobs.get_nowait())
        except queue.Empty:
            return arrived

    def _admitted(self, jobs: Sequence[_Job]) -> list[tuple[_Job, Reply]]:
        admitted = []
        for job in jobs:
            if job.future.cancelled():
                continue
            try:
                prepared = self._generator.prepare(job.request)
            except Exception as error:  # A chat template or a schema that fails concerns this request alone.
                job.fail(error)
                continue
            if isinstance(prepared, Refused):
                job.answer(failed(prepared.failure, prepared.words, job.elapsed, prepared.prompt_tokens))
            else:
                admitted.append((job, prepared))
        self._generator.admit([reply for _, reply in admitted])
        return admitted

    def _delivered(self, active: Sequence[tuple[_Job, Reply]]) -> list[tuple[_Job, Reply]]:
        for job, reply in active:
            if reply.finish:
                text = self._generator.text(reply)
                job.answer(Completion(text, len(reply.prompt), len(reply.tokens), reply.finish, job.elapsed))
        return [(job, reply) for job, reply in active if not reply.finish]
