"""The Python tool as an engine: what it is asked is a program, and its reply is how that ended and what it printed.

Being an engine, it is recorded, fed back on resuming, and withheld, just as the model that wrote the program.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import get_args

from agoranomos.models import Capabilities, Completion, Distribution, Message, Question, Request, unanswered
from agoranomos.models.identity import identity_json
from agoranomos.scenarios.tool_use.sandbox import Ended, Isolation, Limits, Ran, run_python

WIDTH = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""So many programs run at once in this process, one a processor: what time does to a program is its own doing."""

_RUNNING = ThreadPoolExecutor(WIDTH, thread_name_prefix="agora-tool")


@dataclass(frozen=True, slots=True)
class PythonTool:
    """Runs the last message of a request, shut in; it waits while as many run as there are processors."""

    limits: Limits
    isolation: Isolation = "enforced"

    name = "tool/python"
    width = WIDTH
    capabilities = Capabilities(schema=False, scores="none", seeds=True, reasoning=False)

    @property
    def identity(self) -> str:
        """Which Python runs."""
        return identity_json(tool="python", version=platform.python_version())

    async def complete(self, request: Request) -> Completion:
        """How the program ended and what it printed, as `written`; raises `MachineError` where none can be run."""
        started = time.perf_counter()
        work = partial(run_python, request.messages[-1].content, self.limits, isolation=self.isolation)
        ran = await asyncio.get_running_loop().run_in_executor(_RUNNING, work)
        return Completion(written(ran), 0, 0, "stop", time.perf_counter() - started)

    async def choose(self, question: Question) -> Distribution:
        """Nothing: a tool finds nothing probable."""
        return unanswered(question, "error", "a tool has no probabilities", 0.0)

    async def close(self) -> None:
        """Nothing is held."""


_SCHEMA = {
    "type": "object",
    "properties": {"ended": {"enum": list(get_args(Ended))}, "output": {"type": "string"}},
    "required": ["ended", "output"],
}


def program(code: str, caller: tuple[str, int, int]) -> Request:
    """The request to run `code`; its schema is that of what `written` writes."""
    return Request(
        (Message("user", code),), max_tokens=Limits().output, temperature=0.0, seed=0, caller=caller, schema=_SCHEMA
    )


def written(ran: Ran) -> str:
    """How a program ended and what it printed, as a reply."""
    return json.dumps({"ended": ran.ended, "output": ran.output})


def read(reply: str) -> Ran:
    """What `written` wrote."""
    return Ran(**json.loads(reply))
