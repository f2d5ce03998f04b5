"""How rosters name the answering policy, and how it takes a seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.answering.fitting import require_fitting, require_one_order
from agoranomos.policies.answering.parameters import AnsweringParameters
from agoranomos.policies.answering.policy import Answering
from agoranomos.policies.answering.seat_words import SeatWords
from agoranomos.policies.answering.told_again import told_again
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.policy import Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.scenarios import Scenario
from agoranomos.workspace import Workspace, find_workspace


def bind_answering(
    parameters: AnsweringParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Answering:
    """The policy for `seat`.

    Raises `UsageError` without an engine, in a market that is no scenario, where what is asked for does not go with
    the scenario (see `fitting`), or where the run to which a memory is yoked is not there.
    """
    if engine is None:
        raise UsageError(
            f"an answering policy needs an engine for the model {parameters.model!r}",
            advice="Give seat_agents an engine: open_engine(name).",
        )
    scenario = seat.market
    if not isinstance(scenario, Scenario):
        raise UsageError(
            f"an answering policy cannot sit in {scenario.facts.market}, which is no scenario: it has no words",
            advice="`prompted` and `choosing` play every market of the library.",
        )
    require_fitting(parameters, scenario, seat.agent)
    orders = scenario.orders() if parameters.orders == "rotated" else (scenario,)
    words = SeatWords(seat.agent, orders, parameters.memory)
    if isinstance(parameters.memory, YokedMemory):
        yoked, of = told_again(parameters.memory, seat, words, workspace or find_workspace())
        return Answering(parameters, words, engine, ByRule(seat), told, yoked, of)
    policy = Answering(parameters, words, engine, ByRule(seat), told)
    require_one_order(parameters, scenario, policy.reads)
    return policy


ANSWERING = PolicyType(
    name="answering",
    parameters=AnsweringParameters,
    bind=bind_answering,
    summary="A language model that plays a scenario as a conversation, by choice among its options or by reply.",
    needs_engine=True,
    perceives_text=True,
)
