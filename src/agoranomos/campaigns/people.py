"""People in seats of a campaign: who sits where, what they decided before a run broke off, who must be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agoranomos.agents import Agent, Roster, RosterEntry
from agoranomos.campaigns.recorded import Recording
from agoranomos.errors import UsageError, unknown_name
from agoranomos.institutions import Institution
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.institutions.institution import REPORTED
from agoranomos.institutions.parts import whole_entries
from agoranomos.markets.facts import SCALE

if TYPE_CHECKING:
    from agoranomos.campaigns.arm import Arm
    from agoranomos.campaigns.plan import PlannedRun
    from agoranomos.policies.human import Move, Person, Situation

# What a person is shown is loaded where there is one: campaigns without people start as fast as before.

POLICY = "human"


def with_people(roster: Roster, agents: Sequence[str], people: Sequence[str], *, reports: bool) -> Roster:
    """The roster of a market of these `agents` with `people` in their seats; with `reports` they may come forward.

    Nothing disturbs what a person does, whatever noise the seat had. Raises `UsageError` for an unknown agent.
    """
    entries = list(roster.entries(len(agents)))
    for name in people:
        if name not in agents:
            raise unknown_name("agent", name, agents)
        entries[agents.index(name)] = RosterEntry(policy=POLICY, parameters={"reports": reports})
    return roster.model_copy(update={"agents": tuple(entries)}) if people else roster


def listens(institution: Institution) -> bool:
    """Whether it makes a difference to this institution that an agent comes forward."""
    fines = (one.fine for edge in institution.edges for one in (edge.spec, edge.written))
    return any(REPORTED in guard.names for guard in institution.guards) or any(
        fine is not None and fine.leniency is not None for fine in fines
    )


def require_people(runs: Iterable[PlannedRun], person: Person | None) -> None:
    """Raise `UsageError` for a run that a person is to play and cannot.

    Nobody sits there, a hand that is not the person's would disturb what is decided, or not every round is made safe.
    """
    arms = {run.arm.name: run.arm for run in runs}
    for arm in arms.values():
        people = [seat.agent for seat in arm.agents if seat.policy == POLICY]
        if not people:
            continue
        if person is None:
            raise UsageError(
                f"arm {arm.name}: {people[0]} is played by a person, and nobody sits there",
                advice=f"`agora view --play CAMPAIGN --as {people[0]}` opens a page for the person; "
                "`agora run` needs another policy in the roster.",
            )
        _require_own_hand(arm, people)
        if arm.durable != "round":
            raise UsageError(
                f"arm {arm.name}: {people[0]} is played by a person, and its log would be safe once a run only",
                advice="Write `durable: round` in the campaign, so that nobody has to decide a round twice.",
            )


def _require_own_hand(arm: Arm, people: Sequence[str]) -> None:
    entries = arm.roster.entries(len(arm.agents))
    for seat, entry in zip(arm.agents, entries, strict=True):
        if seat.agent in people and (entry.noise or entry.tremble):
            raise UsageError(
                f"arm {arm.name}: {seat.agent} is played by a person, and its roster adds noise or a tremble",
                advice="Leave `noise` and `tremble` out of that entry: what a person decides is done.",
            )


def with_person(agents: Sequence[Agent], person: Person | None, recording: Recording | None) -> tuple[Agent, ...]:
    """The agents with `person` in the seats for people; what they decided in `recording` is not asked again."""
    if person is None:
        return tuple(agents)
    from agoranomos.policies.human import attended

    port = person if recording is None else RecordedPerson(person, recording)
    return tuple(replace(agent, policy=attended(agent.policy, port)) for agent in agents)


class Nobody:
    """Decides nothing: for runs that are played again from their record."""

    async def decide(self, situation: Situation) -> Move:
        """Raises `UsageError`."""
        from agoranomos.policies.human import nobody_sits

        raise nobody_sits(situation.agent)


NOBODY = Nobody()


class RecordedPerson:
    """Gives what is recorded of a person's decisions, and asks the person for everything else.

    An entry holds the action as it cleared, which clears to the same again: no person's action is projected, and what
    an institution capped is within the cap. It holds what was said, and whether the agent came forward.
    """

    def __init__(self, person: Person, recording: Recording) -> None:
        self._person = person
        self._moves = _moves(recording.entries)

    async def decide(self, situation: Situation) -> Move:
        """The recorded move of this agent in this round, or a new one."""
        move = self._moves.get((situation.agent, situation.round))
        if move is None or situation.refused:
            return await self._person.decide(situation)
        return move if move.numbers else replace(move, numbers=_whatever(situation))


def _whatever(situation: Situation) -> tuple[float, ...]:
    """Some action: where none is recorded of an agent that was asked, the market counted none."""
    return situation.choices[0].numbers if situation.choices else tuple(part.low for part in situation.parts)


def _moves(lines: Sequence[bytes]) -> dict[tuple[str, int], Move]:
    from agoranomos.policies.human import Move

    moves: dict[tuple[str, int], Move] = {}
    agents: Sequence[str] = ()
    for whole in whole_entries(lines):
        entry = decode_entry(whole.line)
        body: Any = entry.body
        if entry.kind == "opened":
            agents = body.facts.agents
        if isinstance(body, Round):
            said = {one.agent: one.text for one in body.messages}
            for agent, row in zip(agents, body.actions, strict=True):
                numbers = tuple(number / SCALE for number in row)
                moves[agent, entry.round] = Move(numbers, agent in body.reports, said.get(agent, ""))
    return moves
