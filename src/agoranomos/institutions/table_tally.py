"""What the judgement of a table comes to, agent by agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agoranomos.institutions.judgement import CaseRecord, Sanction
from agoranomos.institutions.table import JudgedRound
from agoranomos.institutions.tally import Acts


@dataclass(frozen=True, slots=True)
class TableTally(Acts):
    """What an institution would have done to one agent; `first_case` is the round of the first, as the table has it."""

    state: str = ""
    first_case: int | None = None


@dataclass(frozen=True, slots=True)
class RoundActs:
    """The cases and sanctions of one round."""

    round: int
    cases: tuple[CaseRecord, ...]
    sanctions: tuple[Sanction, ...]


def tallied(
    tallies: dict[str, TableTally], agents: Sequence[str], judged: JudgedRound
) -> tuple[dict[str, TableTally], RoundActs | None]:
    """The tallies with one more round, and its acts if there were any."""
    judgement = judged.judgement
    after = {
        agent: _moved(tallies.get(agent), standing.state)
        for agent, standing in zip(agents, judgement.standings, strict=True)
    }
    if not judgement.cases and not judgement.sanctions:
        return after, None
    for case in judgement.cases:
        own = after[case.agent]
        first = own.first_case if own.first_case is not None else judged.round
        after[case.agent] = replace(own, cases=own.cases + 1, first_case=first)
    for sanction in judgement.sanctions:
        own = after[sanction.agent]
        after[sanction.agent] = replace(
            own,
            fines=own.fines + (sanction.sanction == "fine"),
            fines_e6=own.fines_e6 + sanction.amount_e6,
            suspensions=own.suspensions + (sanction.sanction == "suspension"),
            caps=own.caps + (sanction.sanction == "cap"),
            forfeitures=own.forfeitures + (sanction.sanction == "forfeiture"),
        )
    return after, RoundActs(judged.round, judgement.cases, judgement.sanctions)


def _moved(tally: TableTally | None, state: str) -> TableTally:
    if tally is None:
        return TableTally(state=state)
    return tally if tally.state == state else replace(tally, state=state)
