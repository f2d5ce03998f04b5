"""One model on the nodes of a Ray cluster: copies of its engine, each an actor in a process of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.errors import MachineError, UsageError
from agoranomos.models import (
    Capabilities,
    Completion,
    Distribution,
    Engine,
    EngineLost,
    Question,
    Request,
    open_engine,
)
from agoranomos.workspace import Workspace

RESTARTS = 5
"""How often a copy is started again elsewhere after its node or process died."""

SECONDS_TO_RETURN = 120
"""How long a call waits, asked again every second, for a copy that Ray says is away for now."""


@dataclass(frozen=True, slots=True)
class About:
    """What an engine says of itself."""

    identity: str
    width: int
    capabilities: Capabilities


class HostedEngine:
    """The actor. The engine is opened where it is first needed, so that an actor that was started again has one too."""

    def __init__(self, name: str, workspace: Workspace) -> None:
        self._name = name
        self._workspace = workspace
        self._engine: Engine | None = None

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self._name, self._workspace)
        return self._engine

    async def about(self) -> About:
        """Opens the engine; raises what that raises."""
        engine = self._opened()
        return About(engine.identity, engine.width, engine.capabilities)

    async def complete(self, request: Request) -> Completion:
        """The model's reply."""
        return await self._opened().complete(request)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options."""
        return await self._opened().choose(question)


class RayEngine:
    """Asks that copy which has the fewest calls. Where its node dies, Ray starts it again elsewhere and asks anew.

    What was asked of a copy that died has not been answered, so nothing is asked twice that was.
    """

    def __init__(self, ray: Any, name: str, workspace: Workspace) -> None:
        """Start the copies and have them load the model; raises what opening it raises, `UsageError` where they differ.

        One a GPU where the cluster has any, or else one a node.
        """
        self.name = name
        self._ray = ray
        # Only a mock asks the agent what it would play; that holds the whole market, and is not sent for nothing.
        self._brings_player = name.startswith("mock/")
        gpus = 0 if self._brings_player else int(ray.cluster_resources().get("GPU", 0))
        hosted = ray.remote(
            num_gpus=1 if gpus else 0,
            num_cpus=0 if gpus or self._brings_player else 1,
            max_restarts=RESTARTS,
            max_task_retries=-1,  # until the copy is there again, or has been started as often as it may be
        )(HostedEngine)
        places = _places(ray, gpus)
        self._copies = [hosted.options(scheduling_strategy=place).remote(name, workspace) for place in places]
        self._calls: Counter[int] = Counter()
        self._away: set[int] = set()
        self._gone: set[int] = set()
        abouts = self._wait([copy.about.remote() for copy in self._copies])
        if len({about.identity for about in abouts}) > 1:
            self._kill()
            raise UsageError(
                f"the copies of {name} on the nodes of the cluster are not the same model",
                advice="Put the same weights on every node, or where all of them read.",
            )
        self.identity: str = abouts[0].identity
        self.width: int = sum(about.width for about in abouts)
        self.capabilities: Capabilities = abouts[0].capabilities

    def _wait(self, answers: list[Any]) -> list[About]:
        try:
            found: list[About] = self._ray.get(answers)
            return found
        except self._ray.exceptions.RayTaskError as error:
            self._kill()
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            self._kill()
            raise MachineError(f"no node of the Ray cluster could open {self.name}: {error}") from error

    async def complete(self, request: Request) -> Completion:
        """The reply of one of the copies; raises `EngineLost` where they are gone for good."""
        asked = request if self._brings_player else replace(request, player=None)
        reply: Completion = await self._ask("complete", asked)
        return reply

    async def choose(self, question: Question) -> Distribution:
        """The probabilities that one of the copies finds; raises `EngineLost` where they are gone for good."""
        asked = question if self._brings_player else replace(question, player=None)
        found: Distribution = await self._ask("choose", asked)
        return found

    async def _ask(self, method: str, asked: Request | Question) -> Any:
        errors, why = self._ray.exceptions, ""
        for _ in range(SECONDS_TO_RETURN):
            left = [copy for copy in range(len(self._copies)) if copy not in self._gone]
            if not left:
                break
            place = min(left, key=lambda copy: (copy in self._away, self._calls[copy]))
            self._calls[place] += 1
            try:
                answer = await getattr(self._copies[place], method).remote(asked)
                self._away.discard(place)
                return answer
            except errors.RayTaskError as error:
                raise error.cause from None
            except errors.ActorUnavailableError as error:
                why = str(error)
                self._away.add(place)
            except errors.RayError as error:
                why = str(error)
                self._gone.add(place)
                continue
            finally:
                self._calls[place] -= 1
            await asyncio.sleep(1)
        raise EngineLost(
            f"{self.name} is gone from the Ray cluster: {(why.splitlines() or ['no reason is given'])[0]}",
            advice="Look at the nodes (`ray status`).",
        )

    async def close(self) -> None:
        """End the copies."""
        self._kill()

    def _kill(self) -> None:
        for copy in self._copies:
            self._ray.kill(copy)


def _places(ray: Any, gpus: int) -> list[Any]:
    """Where copies begin: as many as there are GPUs, wherever those are, or else one on each node that has a core.

    A copy whose node is gone begins again on any other.
    """
    if gpus:
        return ["SPREAD"] * gpus
    strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    return [strategy(node, soft=True) for node in nodes] or ["DEFAULT"]
