"""How rosters name the choosing policy, and how it takes a seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.choosing.menu import listed_menu, menu_of
from agoranomos.policies.choosing.policy import Choosing, ChoosingParameters
from agoranomos.policies.choosing.template import read_question
from agoranomos.policies.policy import Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import require_spoken_of
from agoranomos.policies.prompted.seat_memory import memory_in, samples
from agoranomos.workspace import Workspace, find_workspace, resolve


def bind_choosing(
    parameters: ChoosingParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Choosing:
    """The policy for `seat`, its template found in the workspace or the library.

    Raises `UsageError` without an engine, for a market or a memory that the template does not speak of, for options
    that are no actions and for too many, `DocumentError` for a fault in the template.
    """
    if engine is None:
        raise UsageError(
            f"a choosing policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    workspace = workspace or find_workspace()
    remembering = memory_in(seat, parameters.memory, parameters.window, parameters.stride, workspace)
    template = read_question(resolve("policies", parameters.template, workspace))
    require_spoken_of(remembering.as_template, template.form.memory, template.name, "`choosing-any` is")
    firm = Firm.of(seat, template.form.market)
    shape = seat.market.action_shape(seat.agent)
    if parameters.options:
        menu = listed_menu(shape, firm.capacity, parameters.options)
    else:
        menu = menu_of(shape, firm.capacity, parameters.levels)
    tried = samples(remembering, seat)
    return Choosing(parameters, firm, shape, menu, engine, template, told, ByRule(seat), remembering, tried)


CHOOSING = PolicyType(
    name="choosing",
    parameters=ChoosingParameters,
    bind=bind_choosing,
    summary="A language model that acts on how probable it finds each of a few options.",
    needs_engine=True,
    perceives_text=True,
)
