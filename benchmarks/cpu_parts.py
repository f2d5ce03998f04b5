"""Where the CPU time of a campaign goes, part by part, while the meter is installed.

Each part's methods are timed by the clock of the thread that they run in, less what they call of another part. What no
method takes is the event loop, hand-offs between threads, and the meter itself, which costs a few microseconds a call.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from agoranomos.campaigns import driver, players, runner
from agoranomos.institutions import Governed, governed
from agoranomos.logs import LogWriter, writer
from agoranomos.logs.storage import DiskStorage
from agoranomos.markets import Cournot
from agoranomos.models.calls.model_queue import ModelQueue
from agoranomos.policies.prompted import Prompted, asking, policy
from agoranomos.policies.prompted.remembering import Remembering

Places = tuple[tuple[Any, str], ...]

_SYNCS = ("fdatasync", "fsync_folder")
_FILES = ("append", "pread", "create", "make_folder", "replace", "holds", "lock", "close")

AGENT: dict[str, Places] = {
    "prompt": ((Prompted, "_move_prompt"),),
    "prompt digest": ((asking, "prompt_sha256"),),
    "reading the reply": ((policy, "read_reply"),),
    "memory": ((Remembering, "after"),),
    "rest of the policy": ((Prompted, "act"),),
}
"""What the agent itself does around a call."""

WORLD: dict[str, Places] = {
    "market": ((Cournot, "step"), (Cournot, "measures")),
    "judge": ((governed, "judge"),),
    "rest of the governed market": ((Governed, "clear_and_judge"), (Governed, "apply"), (Governed, "reset")),
}
"""What the market and the institution do in a round, shared by its calls."""

HARNESS: dict[str, Places] = {
    "queue": ((ModelQueue, "answer"),),
    "record of the decision": ((runner, "_record"),),
    "encoding entries": ((Governed, "_recorded"),),
    "log: signature": ((writer, "sign_note"),),
    "log: syncs": tuple((DiskStorage, name) for name in _SYNCS),
    "log: writes and reads": tuple((DiskStorage, name) for name in _FILES),
    "rest of the log": ((LogWriter, "append"), (LogWriter, "_close_append"), (LogWriter, "put_blob")),
    "timings and progress": ((driver._Driver, "_round_done"),),
    "setting a run up": ((players, "set_up"),),
    "runner": ((players, "run_one"),),
    "driver and ledger": ((players.CoroutinePlayer, "play"), (driver._Driver, "_attempt")),
}
"""What brings the call to the model and the round to the disk."""

ENGINE = "engine"


class Parts:
    """CPU seconds by part, of all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._own = threading.local()

    @contextmanager
    def installed(self, engine: type) -> Iterator[None]:
        """Measure while the block runs; what `engine` takes is a part too."""
        groups = {**AGENT, **WORLD, **HARNESS, ENGINE: ((engine, "complete"),)}
        kept = [(part, owner, name, getattr(owner, name)) for part, group in groups.items() for owner, name in group]
        for part, owner, name, method in kept:
            setattr(owner, name, self._timed(part, method))
        try:
            yield
        finally:
            for _, owner, name, method in kept:
                setattr(owner, name, method)

    def table(self, calls: int, used: float) -> dict[str, dict[str, float]]:
        """Microseconds a call: the harness's parts, the agent's, the market's; `used` is all, the engine's left out."""
        groups = {"harness": HARNESS, "agent": AGENT, "market_and_judge": WORLD}
        table = {
            name: {part: round(self.seconds[part] / calls * 1e6, 1) for part in group} for name, group in groups.items()
        }
        named = sum(sum(group.values()) for group in table.values())
        table["harness"]["event loop, threads, the rest"] = round(used / calls * 1e6 - named, 1)
        return table

    def _timed(self, part: str, method: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(method):
            return lambda *given, **named: _Steps(self, part, method(*given, **named))

        def timed(*given: Any, **named: Any) -> Any:
            self.enter()
            try:
                return method(*given, **named)
            finally:
                self.leave(part)

        return timed

    def enter(self) -> None:
        """A method of some part begins, or goes on, in this thread."""
        self._own.__dict__.setdefault("open", []).append([time.thread_time(), 0.0])

    def leave(self, part: str) -> None:
        """It ends, or waits."""
        began, of_others = self._own.open.pop()
        took = time.thread_time() - began
        with self._lock:
            self.seconds[part] += took - of_others
        if self._own.open:
            self._own.open[-1][1] += took


class _Steps(Coroutine[Any, Any, Any]):
    """A coroutine each of whose steps is timed."""

    def __init__(self, parts: Parts, part: str, inner: Coroutine[Any, Any, Any]) -> None:
        self._parts, self._part, self._inner = parts, part, inner

    def send(self, value: Any) -> Any:
        self._parts.enter()
        try:
            return self._inner.send(value)
        finally:
            self._parts.leave(self._part)

    def throw(self, *given: Any) -> Any:
        return self._inner.throw(*given)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        answer = None
        while True:
            try:
                waits_for = self.send(answer)
            except StopIteration as end:
                return end.value
            answer = yield waits_for
