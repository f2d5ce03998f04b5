"""How rosters name the tool-using policy, and how it takes a seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.policy import Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.tool_using.parameters import ToolUsingParameters
from agoranomos.policies.tool_using.policy import ToolUsing
from agoranomos.policies.tool_using.python_tool import PythonTool
from agoranomos.scenarios.tool_use import ToolUse
from agoranomos.scenarios.tool_use.sandbox import Limits
from agoranomos.workspace import Workspace


def bind_tool_using(
    parameters: ToolUsingParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> ToolUsing:
    """The policy for `seat`.

    Raises `UsageError` without an engine, in a market of another type than tool use, and with a memory too short for
    the rounds that are fabricated.
    """
    if engine is None:
        raise UsageError(
            f"a tool-using policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    if not isinstance(seat.market, ToolUse):
        raise UsageError(
            f"policy 'tool-using' solves the problems of a scenario of `type: tool-use`; {seat.market.facts.market} "
            f"is of type {seat.market.spec.type}",
            advice="Choose `market: tool-use`, or the policy `answering`.",
        )
    made = seat.market.spec.fabricated
    if made is not None and made.rounds > parameters.window:
        raise UsageError(
            f"{seat.market.facts.market} begins with {made.rounds} fabricated rounds, and a window of "
            f"{parameters.window} does not hold them all",
            advice=f"Write `window: {made.rounds}` in the roster, or fewer `rounds` under `fabricated`.",
        )
    tool = PythonTool(Limits(seconds=parameters.seconds), parameters.isolation)
    return ToolUsing(parameters, seat.market, seat.agent, engine, tool, ByRule(seat), told)


TOOL_USING = PolicyType(
    name="tool-using",
    parameters=ToolUsingParameters,
    bind=bind_tool_using,
    summary="A language model that answers problems directly or has its programs run, and remembers what that earned.",
    needs_engine=True,
    perceives_text=True,
)
