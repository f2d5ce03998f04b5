"""A model in this process, through torch and transformers: one thread runs it for everybody who waits."""

from __future__ import annotations

import asyncio
import atexit
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.models.engine import Capabilities, Completion, Distribution, Question, Request, failed, unanswered
from agoranomos.models.local.generation import Counts, Generator, Refused
from agoranomos.models.local.jobs import Answered, Job
from agoranomos.models.local.task import Answer, Task
from agoranomos.models.questions import ways_to_put
from agoranomos.models.stops import EngineLost

if TYPE_CHECKING:
    from agoranomos.models.local.options import LocalOptions


class TransformersEngine:
    """Requests of all agents and runs join one batch, each with its own grammar and seed; torch releases the GIL."""

    def __init__(self, name: str, generator: Generator, *, batch: int = 16) -> None:
        self.name = name
        self._generator = generator
        self._batch = batch
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._under_way: list[Job] = []
        self._closed = self._ended = False
        self._lost: EngineLost | None = None
        self._thread = threading.Thread(target=self._serve, name=f"engine {name}", daemon=True)
        self._thread.start()
        # A thread that is still inside torch when the interpreter goes down would abort the process.
        atexit.register(self._stop)

    @classmethod
    def load(cls, source: Path | str, *, name: str, options: LocalOptions) -> TransformersEngine:
        """The engine of a GGUF file, a folder, or a model's id; raises `MachineError` when it does not load."""
        from agoranomos.models.local.loading import load_generator

        generator = load_generator(source, name, options)
        return cls(name, generator, batch=options.batch or generator.decoder.batch)

    @property
    def identity(self) -> str:
        """The digests of the model's files, its number format, and what makes noise of a seed."""
        return self._generator.identity

    @property
    def width(self) -> int:
        """Twice the batch, so that what leaves a pass is followed at once by what waits."""
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
        if self._closed:
            return failed("error", f"{self.name} is closed", 0.0)
        answer = await self._asked(request)
        assert isinstance(answer, Completion)
        return answer

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options; raises `UsageError` for a question that cannot be put."""
        ways_to_put(question)
        if self._closed:
            return unanswered(question, "error", f"{self.name} is closed", 0.0)
        answer = await self._asked(question)
        assert isinstance(answer, Distribution)
        return answer

    async def close(self) -> None:
        """Answer what is under way, then free the model."""
        await asyncio.to_thread(self._stop)
        atexit.unregister(self._stop)

    async def _asked(self, asked: Request | Question) -> Answered:
        if self._lost is not None:
            raise self._lost
        loop = asyncio.get_running_loop()
        job = Job(asked, loop, loop.create_future(), time.perf_counter())
        self._jobs.put(job)
        if self._lost is not None:  # Lost while this was put: nobody will look at it.
            raise self._lost
        if self._ended:  # Closed meanwhile: likewise.
            self._refuse_late(job)
        return await job.future

    def _stop(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        try:
            self._work()
        except Exception as error:  # A fault of our own. Whoever waits for this thread must not wait for ever.
            self._lose(error, self._under_way, "This is a fault of the engine; please report it.")

    def _work(self) -> None:
        jobs: list[Job] = []
        waiting: list[Task] = []
        open_for_more = True
        while open_for_more or jobs:
            arrived = self._arrivals(block=open_for_more and not jobs)
            open_for_more = open_for_more and None not in arrived
            self._under_way = [*jobs, *(job for job in arrived if job is not None)]
            for job in self._prepared(arrived):
                jobs.append(job)
                waiting += job.tasks
            jobs, waiting = self._wanted(jobs, waiting)
            entering = waiting[: self._room(jobs)]
            try:
                waiting = self._passed(jobs, waiting, entering)
            except Exception as error:  # Whatever the model throws becomes a counted failure, and the engine lives on,
                if _is_fatal(error):  # unless the device will do nothing more for this process.
                    self._lose(error, jobs, "The device takes no more work from this process.")
                    return
                jobs, waiting = self._failed(error, jobs, entering)
            jobs = self._delivered(jobs)
        self._ended = True
        for late in self._arrivals(block=False):
            if late is not None:
                self._refuse_late(late)

    def _refuse_late(self, job: Job) -> None:
        job.refuse("error", f"{self.name} is closed")

    def _failed(self, error: Exception, jobs: list[Job], entering: Sequence[Task]) -> tuple[list[Job], list[Task]]:
        """What is left, jobs and waiting tasks, without what took part in the pass that failed or was to enter it."""
        admitted = {id(task) for task in entering}
        part = [job for job in jobs if any(task.row is not None or id(task) in admitted for task in job.tasks)]
        for job in part:
            job.fail(error)
            self._generator.release(job.tasks)
        left = [job for job in jobs if job not in part]
        return left, [task for job in left for task in job.tasks if not task.done]

    def _lose(self, error: Exception, jobs: Sequence[Job], why: str) -> None:
        """Answer nothing more: what is asked now and later hears that the engine is gone."""
        self._lost = EngineLost(
            f"{self.name} is gone: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            advice=f"{why} Run the same command again to go on.",
        )
        for job in [*jobs, *(job for job in self._arrivals(block=False) if job is not None)]:
            job.lose(self._lost)

    def _arrivals(self, *, block: bool) -> list[Job | None]:
        arrived = [self._jobs.get()] if block else []
        try:
            while True:
                arrived.append(self._jobs.get_nowait())
        except queue.Empty:
            return arrived

    def _prepared(self, arrived: Sequence[Job | None]) -> list[Job]:
        """The jobs that can be run, with their tasks; the others are answered."""
        prepared: list[Job] = []
        for job in arrived:
            if job is None or job.unwanted:
                continue
            try:
                tasks = self._tasks(job.asked)
            except Exception as error:  # A chat template or a schema that fails concerns this job alone.
                job.fail(error)
                continue
            if isinstance(tasks, Refused):
                job.refuse(tasks.failure, tasks.words, tasks.prompt_tokens)
            else:
                job.tasks = tasks
                prepared.append(job)
        return prepared

    def _tasks(self, asked: Request | Question) -> Sequence[Task] | Refused:
        if isinstance(asked, Question):
            return self._generator.prepare_question(asked)
        prepared = self._generator.prepare(asked)
        return prepared if isinstance(prepared, Refused) else [prepared]

    def _wanted(self, jobs: list[Job], waiting: list[Task]) -> tuple[list[Job], list[Task]]:
        """Both without what nobody waits for any more, whose memory is given back."""
        unwanted = [job for job in jobs if job.unwanted]
        if not unwanted:
            return jobs, waiting
        for job in unwanted:
            self._generator.release(job.tasks)
        dropped = {id(task) for job in unwanted for task in job.tasks}
        return [job for job in jobs if not job.unwanted], [task for task in waiting if id(task) not in dropped]

    def _room(self, jobs: Sequence[Job]) -> int:
        """How many tasks may enter the batch."""
        active = sum(task.row is not None for job in jobs for task in job.tasks)
        return max(self._batch - active, 0)

    def _passed(self, jobs: Sequence[Job], waiting: list[Task], entering: Sequence[Task]) -> list[Task]:
        """Admit what there is memory for, and run one pass; returns the tasks that still wait."""
        if not jobs:
            return waiting
        left = self._generator.admit(entering)
        active = [task for job in jobs for task in job.tasks if task.row is not None]
        if left and not active:
            left[0].error = "the model's memory has no room for this, even with nothing else in it"
        self._generator.step(active)
        for task in active:
            if task.done:
                self._generator.release([task])
        return [task for task in [*left, *waiting[len(entering) :]] if not task.done]

    def _delivered(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that go on; the others are answered."""
        for job in jobs:
            if all(task.done for task in job.tasks):
                try:
                    job.finish([self._generator.text(task.tokens) for task in job.tasks if isinstance(task, Answer)])
                except Exception as error:  # Tokens that no text can be made of concern this job alone.
                    job.fail(error)
        return [job for job in jobs if not all(task.done for task in job.tasks)]


def _is_fatal(error: Exception) -> bool:
    """Whether an accelerator reported a fault after which it takes no more work; want of memory is not such a one."""
    import torch

    kind = getattr(torch, "AcceleratorError", None)
    return kind is not None and isinstance(error, kind)
