"""How rosters name the prompted policy, and how it takes a seat."""

from __future__ import annotations

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.logs import KeyStore
from agoranomos.models import Engine
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.policies.prompted.memory import Notes, Seen
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.policies.prompted.player import Players
from agoranomos.policies.prompted.policy import Prompted
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.prompted.template import read_template
from agoranomos.policies.prompted.yoked import YokedRun, yoked_run
from agoranomos.policies.shared import SharedRound
from agoranomos.workspace import Workspace, find_workspace, resolve, state_folder


def bind_prompted(
    parameters: PromptedParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Prompted:
    """The policy for `seat`, its template found in the workspace or the library.

    Raises `UsageError` without an engine, for a market or a memory that the template cannot speak of, or where the run
    to which a memory is yoked is not there; `DocumentError` for a fault in the template.
    """
    if engine is None:
        raise UsageError(
            f"a prompted policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    workspace = workspace or find_workspace()
    remembering = Remembering(
        seat.agent, parameters.memory, parameters.window, parameters.stride, _yoked(parameters, seat, workspace)
    )
    path = resolve("policies", parameters.template, workspace)
    template = read_template(path).remembering(remembering.as_template)
    firm = Firm.of(seat, template.form.market)
    players = Players(seat, template.form, firm)
    return Prompted(parameters, firm, engine, template, told, remembering, _samples(remembering, seat), players)


def _samples(remembering: Remembering, seat: Seat) -> dict[str, tuple[Notes, Observation]]:
    """Memories before the first round and after it, with what the agent then observes: all ones."""
    shown = _shown(seat)
    shape = {agent: (1,) * len(seat.market.action_shape(agent).parts) for agent in seat.market.possible_agents}
    notes = remembering.heard(Notes(), SharedRound(1, shape, dict.fromkeys(shape, "{}")))
    return {"nothing yet": (Notes(), {}), "a round": (remembering.after(notes, shown, None), shown)}


def _yoked(parameters: PromptedParameters, seat: Seat, workspace: Workspace) -> YokedRun | None:
    """The run that the memory is yoked to; raises `UsageError` where its rounds are not like those of this market."""
    if not isinstance(parameters.memory, YokedMemory):
        return None
    trusted = KeyStore(state_folder() / "keys").trusted()
    run = yoked_run(parameters.memory, seat.agent, seat.seed, workspace, trusted)
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


PROMPTED = PolicyType(
    name="prompted",
    parameters=PromptedParameters,
    bind=bind_prompted,
    summary="A language model that is told its costs, its capacity and its market data, and answers with quantities.",
    needs_engine=True,
    perceives_text=True,
)
