"""The memory of the agent in one seat of a market: whose rounds it holds, and what they look like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.prompted.memories import Memory, YokedMemory
from agoranomos.policies.prompted.memory import Notes, Seen
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.prompted.same_game import as_drawn
from agoranomos.policies.prompted.shown import require_shown, require_template_fits
from agoranomos.policies.prompted.yoked import YokedRun, yoked_run
from agoranomos.policies.shared import SharedRound
from agoranomos.scenarios import Scenario
from agoranomos.workspace import Workspace


def memory_in(seat: Seat, memory: Memory, window: int, stride: int, workspace: Workspace) -> Remembering:
    """The memory of the agent in `seat`.

    Raises what `yoked_run` raises, and `UsageError` for a run unlike this one and for a memory that holds what the
    market keeps from the agent.
    """
    require_shown(memory, seat.market)
    require_template_fits(memory, seat.market)
    return Remembering(seat.agent, memory, window, stride, _yoked(memory, seat, workspace), _linked(seat))


def samples(remembering: Remembering, seat: Seat) -> dict[str, tuple[Notes, Observation]]:
    """Memories to try templates on: before the first round and after it, with what is then observed, all ones."""
    shown = _shown(seat)
    shape = {agent: (1,) * len(seat.market.action_shape(agent).parts) for agent in seat.market.possible_agents}
    notes = remembering.heard(Notes(), SharedRound(1, shape, dict.fromkeys(shape, "{}")))
    return {"nothing yet": (Notes(), {}), "a round": (remembering.after(notes, shown, None), shown)}


def _linked(seat: Seat) -> tuple[str, ...] | None:
    return seat.market.neighbours(seat.agent) if isinstance(seat.market, Scenario) else None


def _yoked(memory: Memory, seat: Seat, workspace: Workspace) -> YokedRun | None:
    """The run that the memory is yoked to; raises `UsageError` where its rounds are not like those of this market."""
    if not isinstance(memory, YokedMemory):
        return None
    seat = replace(seat, market=as_drawn(seat.market, seat.seed))
    run = yoked_run(memory, seat.agent, seat.market, seat.seed, workspace, workspace.key_store.trusted())
    needed = max(seat.market.spec.rounds - 1, 1)
    if len(run.rounds) < needed:
        raise UsageError(f"the run {run.origin} has {len(run.rounds)} rounds; a memory here needs {needed} of it")
    own = Notes().after(_shown(seat), None, 1).history[0]
    if _shape(run.rounds[0]) != _shape(own):
        raise UsageError(f"what {run.agent} saw in the run {run.origin} is not what {seat.agent} sees in its market")
    return run


def _shape(seen: Seen) -> dict[str, int]:
    """How many numbers a round shows, by name."""
    return {name: len(values) for name, values in seen.seen}


def _shown(seat: Seat) -> Observation:
    """An observation in the shape that the market shows this agent after its first round, all ones."""
    space = seat.market.observation_space(seat.agent)
    return {key: np.ones(part.shape) for key, part in space.spaces.items()}
