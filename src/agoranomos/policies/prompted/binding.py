"""How rosters name the prompted policy, and how it takes a seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.policy import Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.policies.prompted.player import Players
from agoranomos.policies.prompted.policy import Prompted
from agoranomos.policies.prompted.seat_memory import memory_in, samples
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

    Raises `UsageError` without an engine, for a market or a memory that the template cannot speak of, or where the run
    to which a memory is yoked is not there; `DocumentError` for a fault in the template.
    """
    if engine is None:
        raise UsageError(
            f"a prompted policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    workspace = workspace or find_workspace()
    remembering = memory_in(seat, parameters.memory, parameters.window, parameters.stride, workspace)
    path = resolve("policies", parameters.template, workspace)
    template = read_template(path).remembering(remembering.as_template)
    firm = Firm.of(seat, template.form.market)
    players = Players(seat, template.form, firm)
    return Prompted(parameters, firm, engine, template, told, remembering, samples(remembering, seat), players)


PROMPTED = PolicyType(
    name="prompted",
    parameters=PromptedParameters,
    bind=bind_prompted,
    summary="A language model that is told its costs, its capacity and its market data, and answers with quantities.",
    needs_engine=True,
    perceives_text=True,
)
