"""The models of one session of a campaign: each is open once, behind one queue for all runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from agoranomos.campaigns.plan import PlannedRun
from agoranomos.models import Engine, Stop
from agoranomos.models.calls.model_queue import ModelQueue
from agoranomos.models.calls.traffic import Traffic

if TYPE_CHECKING:
    from agoranomos.models.calls.meter import Meter
    from agoranomos.models.calls.store import CallStore


class SessionModels:
    """Engines and the queues before them, by the model's name as rosters write it.

    `opener` opens one by its name. `store` and `meter` are the caller's, and serve all of them.
    """

    def __init__(
        self, opener: Callable[[str], Engine], store: CallStore | None = None, meter: Meter | None = None
    ) -> None:
        self._opener = opener
        self._store = store
        self._meter = meter
        self._engines: list[Engine] = []
        self._queues: dict[str, ModelQueue] = {}
        self.identities: dict[str, str] = {}
        """What answers, by the model's name; empty where nothing need be remembered."""

    async def open(self, runs: Sequence[PlannedRun], say: Callable[[str], None]) -> None:
        """Open every model that `runs` ask, off the event loop; raises what the opener raises."""
        for model in dict.fromkeys(model for run in runs for model in run.arm.models):
            say(f"Opening {model}")
            engine = await asyncio.to_thread(self._opener, model)
            self._engines.append(engine)
            # An identity may be the digest of gigabytes.
            identity = self.identities[model] = await asyncio.to_thread(_identity, engine)
            stored = None if self._store is None else self._store.of(identity, model)
            self._queues[model] = ModelQueue(engine, stored, self._meter)

    def engines(self, run: PlannedRun) -> dict[str, Engine]:
        """The engines of a run's agents, as that run is to ask them."""
        return {model: self._queues[model].lane("/".join(map(str, run.key))) for model in run.arm.models}

    @property
    def widths(self) -> Mapping[str, int]:
        """How many calls each model makes good use of at once."""
        return {model: queue.engine.width for model, queue in self._queues.items()}

    @property
    def traffic(self) -> Traffic:
        """What all of them answered so far."""
        return sum((queue.traffic for queue in self._queues.values()), Traffic())

    def stop(self, why: Stop) -> None:
        """Make no further call to any model."""
        for queue in self._queues.values():
            queue.stop(why)

    async def idle(self) -> None:
        """Return when no call is under way."""
        for queue in self._queues.values():
            await queue.idle()

    async def close(self) -> None:
        """Close every engine that was opened."""
        for engine in self._engines:
            await engine.close()


def _identity(engine: Engine) -> str:
    return engine.identity
