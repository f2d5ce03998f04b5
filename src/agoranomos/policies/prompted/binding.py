"""How rosters name the prompted policy, and how it takes a seat."""

from __future__ import annotations

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.player import Players
from agoranomos.policies.prompted.policy import Prompted, PromptedParameters
from agoranomos.policies.prompted.template import read_template
from agoranomos.workspace import Workspace, find_workspace, resolve


def bind_prompted(
    parameters: PromptedParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Prompted:
    """The policy for `seat`, its template found in the workspace or the library.

    Raises `UsageError` without an engine or for a market that the templates cannot speak of, `DocumentError` for a
    fault in the template.
    """
    if engine is None:
        raise UsageError(
            f"a prompted policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    path = resolve("policies", parameters.template, workspace or find_workspace())
    template = read_template(path)
    firm = Firm.of(seat, template.form.market)
    return Prompted(parameters, firm, engine, template, told, _shown(seat), Players(seat, template.form, firm))


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
