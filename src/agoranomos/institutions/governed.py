"""`Governed`: a PettingZoo wrapper in which a market lives under an institution, and nothing takes effect unrecorded.

One round is `clear_and_judge`, then `commit`, then `apply`; `step` is the plain façade over the three.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions.adapter import Adapter, MarketAdapter, Outcome
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.entries import (
    AgentRecord,
    Body,
    Closed,
    DecisionRecord,
    ForkRecord,
    InstitutionRecord,
    Opened,
    Round,
    Said,
    SwitchRecord,
    canonical_json,
    encode_entry,
)
from agoranomos.institutions.inheritance import bases_of
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judge import judge, record_of
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.notices import Notice
from agoranomos.institutions.parts import encode_lines
from agoranomos.institutions.reporting import in_order, split_reports, with_report
from agoranomos.institutions.schedule import Begun, round_bodies, schedule_of
from agoranomos.institutions.talking import Talk, hearing, split_messages, spoken, with_message, with_messages
from agoranomos.markets.market import Market


class EntryLog(Protocol):
    """Where entries go: `agoranomos.logs.LogWriter`, `MemoryLog`, or anything that keeps them durably or raises."""

    def append(self, entries: Sequence[bytes]) -> Any:
        """Keep the entries; raises when it cannot, and then nothing takes effect."""
        ...


class Attestor(Protocol):
    """Signs in the actors' names: `agoranomos.institutions.attesting.Attestor`."""

    def attest(self, round_number: int, bodies: Sequence[Body], lines: Sequence[bytes]) -> tuple[bytes, ...]:
        """The lines of a round's bodies, and after them the entry that signs them."""
        ...


class PoisonedError(AgoraError):
    """The record failed, so the market stopped: nothing that is not recorded may take effect."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A round that is cleared and judged, and not yet recorded: nothing of it has taken effect.

    `begun` is the institution that begins with the next round, where one is replaced.
    """

    round: int
    entries: tuple[bytes, ...]
    outcome: Outcome
    judgement: Judgement | None
    measures: Mapping[str, Any]
    said: Talk = field(default_factory=dict)
    actions_e6: tuple[tuple[int, ...], ...] = ()
    begun: Begun | None = None


class Governed(ParallelEnv):  # type: ignore[misc]
    """Any ParallelEnv under an institution (or under none), recorded in a log (or in none).

    `env` is a `Market` of the library, or any ParallelEnv with an `adapter`; `institution` may be one that is bound to
    this market already. `switches` names the institutions that replace it (None: none does), each by the round from
    which it holds; it begins with the standings and notices that its file begins with. Observation and action spaces
    are those of `env`; with `observe_standing` an observation becomes `{"market": ..., "standing": index of the agent's
    state}`; with `reporting` an action of `step` becomes `{"action": ..., "report": 0 or 1}`, and 1 comes forward.
    `infos[agent]` holds `profit` (before fines), `fine`, `state` and `notice`. Where the market's file has `talk`,
    observations hold `messages`, what was said to it in the last round, and with `talking` an action of `step` is
    `{"action": ..., "message": text}`. `roster` describes the agents for entry 0. An `attestor` signs every round's
    entries before they are recorded; it needs a log. `forked` names the run that this one goes on from.
    """

    def __init__(
        self,
        env: ParallelEnv,
        institution: Institution | Bound | None = None,
        log: EntryLog | None = None,
        *,
        adapter: Adapter | None = None,
        roster: Sequence[AgentRecord] = (),
        observe_standing: bool = False,
        reporting: bool = False,
        talking: bool = False,
        attestor: Attestor | None = None,
        switches: Mapping[int, Institution | Bound | None] | None = None,
        forked: ForkRecord | None = None,
    ) -> None:
        if attestor is not None and log is None:
            raise UsageError("signatures without a log would be kept nowhere", advice="Give a log too.")
        if adapter is None:
            if not isinstance(env, Market):
                raise UsageError(
                    f"{type(env).__name__} is no market of this library",
                    advice="Give an adapter: Governed(env, institution, adapter=MeasuredEnv(env, measures, kinds)).",
                )
            adapter = MarketAdapter(env)
        self.env = env
        self.adapter = adapter
        self.schedule = schedule_of(
            _bound_here(institution, adapter),
            {number: _bound_here(other, adapter) for number, other in (switches or {}).items()},
        )
        self.bound = self.schedule.first
        self.metadata = {**getattr(env, "metadata", {}), "name": f"governed-{adapter.facts.market}"}
        self.possible_agents = list(env.possible_agents)
        self.agents: list[str] = []
        self.render_mode = getattr(env, "render_mode", None)
        self._log = log
        self._attestor = attestor
        self._roster = tuple(roster)
        self._forked = forked
        self._observe_standing = observe_standing
        self._reporting = reporting
        talk = env.spec.talk if isinstance(env, Market) else None
        if talking and talk is None:
            raise UsageError(
                f"in {adapter.facts.market} nobody can talk", advice="Give its file `talk: {characters: 200}`."
            )
        self._longest = talk.characters if talk is not None else 0
        self._talking = talking
        self._said: Talk = {}
        self._spaces: dict[str, spaces.Space[Any]] = {}
        self._heard: dict[str, spaces.Space[Any]] = {}
        self._choices: dict[str, spaces.Space[Any]] = {}
        self._standings: tuple[Standing, ...] = ()
        self._notices: dict[str, Notice] = {}
        self._size = 0
        self._seed = 0
        self._round = 0
        self._pending: Pending | None = None
        self._committed = False
        self._closed = False
        self._poison = ""

    @property
    def institution(self) -> Institution | None:
        """The institution that judges the next round; None where there is none."""
        return self.bound.institution if self.bound is not None else None

    # -- spaces ------------------------------------------------------------------------------------------------------

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The inner space, or a Dict of it and the standing."""
        inner = self.env.observation_space(agent)
        if self._longest:
            if agent not in self._heard:
                self._heard[agent] = hearing(inner, self.env.heard(agent), self._longest)
            inner = self._heard[agent]
        if not self._observe_standing:
            return inner
        # One space an agent for ever: learners and PettingZoo's checks seed it and hold on to it.
        if agent not in self._spaces:
            counts = [len(phase.bound.institution.states) for phase in self.schedule.phases if phase.bound is not None]
            self._spaces[agent] = spaces.Dict({"market": inner, "standing": spaces.Discrete(max(counts, default=1))})
        return self._spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The inner action space, or a Dict of it, the choice to report and what is said."""
        inner = self.env.action_space(agent)
        if not self._reporting and not self._talking:
            return inner
        if agent not in self._choices:
            chosen: spaces.Space[Any] = with_report(inner) if self._reporting else inner
            self._choices[agent] = with_message(chosen, self._longest) if self._talking else chosen
        return self._choices[agent]

    # -- where things stand ------------------------------------------------------------------------------------------

    @property
    def round(self) -> int:
        """The number of the last round that took effect; 0 before the first."""
        return self._round

    @property
    def size(self) -> int:
        """How many entries are recorded: between rounds, the sequence number of the next round's entry."""
        return self._size

    @property
    def standings(self) -> dict[str, Standing]:
        """Every agent's standing; empty without an institution."""
        return dict(zip(self.adapter.facts.agents, self._standings, strict=bool(self._standings)))

    @property
    def notices(self) -> dict[str, Notice | None]:
        """The notice that each agent holds; None without an institution."""
        return {agent: self._notices.get(agent) for agent in self.possible_agents}

    def may_act(self, agent: str) -> bool:
        """Whether the agent is asked this round; a suspended one is not."""
        return not self._standings or not self._standing_of(agent).suspended

    # -- one run -----------------------------------------------------------------------------------------------------

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, Any], Any]:
        """Begin a run; with a log, record its entry 0 and the first notices before anything is shown.

        Raises `UsageError` when the log already holds a run.
        """
        self._require_sound()
        if self._log is not None and self._size:
            raise UsageError("a log holds one run", advice="Give each episode a log of its own.")
        self._seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else int(seed)
        observations, infos = self.env.reset(seed=self._seed, options=options)
        self.schedule = self.schedule.worded(self._seed)
        first = self.schedule.begun()
        self._append(self._recorded([self._opening(self._seed), *(first.bodies if first is not None else ())], 0))
        self.agents = list(self.env.agents)
        self._round, self._pending, self._committed, self._closed, self._said = 0, None, False, False, {}
        self.bound, self._standings, self._notices = self.schedule.first, (), {}
        if first is not None:
            self._begin(first)
        return self._observations(observations), {a: {**infos.get(a, {}), **self._info(a)} for a in self.agents}

    def clear_and_judge(
        self,
        actions: Mapping[str, Any],
        decisions: Mapping[str, DecisionRecord | None] | None = None,
        reports: Collection[str] = (),
        messages: Talk | None = None,
    ) -> Pending:
        """Clear the market and judge the round; nothing takes effect yet.

        Suspended agents' actions are replaced by the idle one. `decisions` are the accounts that the record keeps;
        `reports` names the agents that come forward, `messages` what agents say where they can talk (elsewhere nobody
        hears it, and who is suspended says nothing). Raises `UsageError` when one of them is no agent of this market.
        """
        self._require_sound()
        if not self.agents:
            raise UsageError("the run is over or was never begun", advice="Call reset() first.")
        if self._pending is not None:
            raise UsageError(f"round {self._pending.round} waits for commit() and apply()")
        told = in_order(reports, self.adapter.facts.agents)
        heard = spoken(messages or {}, self.adapter.facts.agents, self._longest)
        said = {agent: text for agent, text in heard.items() if agent in self.agents and self.may_act(agent)}
        allowed = {agent: self._limited(agent, actions) for agent in self.agents}
        moved = not isinstance(self.env, Market)  # Only a market of the library refuses an action before it moves.
        try:
            outcome = Outcome(allowed, self.env.step(allowed))
            moved = True
            self._pending = self._judged(outcome, allowed, decisions or {}, told, said)
        except BaseException as error:
            if moved:  # The environment has gone on, so this round can be neither recorded nor taken back.
                self._poison = str(error) or type(error).__name__
            raise
        self._committed = False
        return self._pending

    def _judged(
        self,
        outcome: Outcome,
        allowed: Mapping[str, Any],
        decisions: Mapping[str, DecisionRecord | None],
        reports: tuple[str, ...],
        said: Talk,
    ) -> Pending:
        number = self._round + 1
        measures = dict(self.adapter.measures(outcome))
        judgement = None
        draws: tuple[int, ...] = ()
        steady = 0
        if self.bound is not None:
            if self.bound.draws:
                draws = round_draws(self._seed, number, self.adapter.facts.agents)
            if self.bound.run_draw:
                steady = run_draw(self._seed)
            observed = Observed(number, measures, draws, reports=reports, run_draw=steady)
            judgement = judge(self.bound, self._standings, observed)
        body = Round(
            actions=self.adapter.actions_e6(allowed),
            measures=measures,
            draws=draws,
            projected=self.adapter.projected(),
            decisions=tuple(d for a in self.agents if (d := decisions.get(a)) is not None),
            cases=judgement.cases if judgement else (),
            standings=tuple(record_of(s) for s in judgement.standings) if judgement else (),
            reports=reports,
            run_draw=steady,
            messages=tuple(Said(agent, text) for agent, text in said.items()),
        )
        begun = self.schedule.begun_after(number)
        entries = self._recorded(round_bodies(body, judgement, begun), number) if self._log is not None else ()
        return Pending(number, entries, outcome, judgement, measures, said, body.actions, begun)

    def commit(self, pending: Pending) -> Any:
        """Record the round; blocks until the log has it. May be called from another thread than the rest.

        If it fails the wrapper is poisoned: it gives no output and takes no further step.
        """
        self._require_sound()
        if pending is not self._pending or self._committed:
            raise UsageError(f"round {pending.round} is not the one that waits to be recorded")
        acknowledgement = self._append(pending.entries)
        self._committed = True
        return acknowledgement

    def apply(self, pending: Pending) -> tuple[dict[str, Any], dict[str, float], Any, Any, dict[str, Any]]:
        """Let the recorded round take effect: standings, fines, notices. Returns what `step` returns."""
        self._require_sound()
        if pending is not self._pending or not self._committed:
            raise UsageError(f"round {pending.round} is not recorded; nothing takes effect before it is")
        judgement, outcome = pending.judgement, pending.outcome
        played = self.agents
        self._pending = None
        self._said = pending.said
        self._round = pending.round
        self.agents = list(self.env.agents)
        if judgement is not None:
            self._standings = judgement.standings
            self._notices = {notice.agent: notice for notice in judgement.notices}
        if pending.begun is not None:
            self._begin(pending.begun)
        rewards, infos = {}, {}
        for agent in played:
            profit = float(outcome.rewards[agent])
            fine = judgement.fine_of(agent) if judgement is not None and judgement.sanctions else 0
            rewards[agent] = self.adapter.settle(profit, fine) if fine else profit
            infos[agent] = {**outcome.infos.get(agent, {}), "profit": profit, "fine": fine / 1e6, **self._info(agent)}
        return (
            self._observations(outcome.observations),
            rewards,
            outcome.terminations,
            outcome.truncations,
            infos,
        )

    def step(self, actions: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, float], Any, Any, dict[str, Any]]:
        """One round: clear and judge, record, apply."""
        moves, said = split_messages(actions, reporting=self._reporting) if self._talking else (actions, {})
        moves, reports = split_reports(moves) if self._reporting else (moves, ())
        pending = self.clear_and_judge(moves, reports=reports, messages=said)
        self.commit(pending)
        return self.apply(pending)

    def close_run(self) -> Any:
        """Record that the run is over, once; the log may be closed after this."""
        self._require_sound()
        if self._closed or (self._log is not None and not self._size):
            raise UsageError("the run is closed" if self._closed else "no run was begun", advice="Call reset() first.")
        if self._pending is not None:
            raise UsageError(f"round {self._pending.round} waits for commit() and apply()")
        acknowledgement = self._append(self._encode([Closed(self._round)], self._round))
        self._closed, self.agents = True, []
        return acknowledgement

    def render(self) -> Any:
        """What the inner environment renders."""
        return self.env.render()

    def close(self) -> None:
        """Close the inner environment."""
        self.env.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _require_sound(self) -> None:
        if self._poison:
            raise PoisonedError(
                f"the run stopped because its record failed: {self._poison}",
                advice="What was acknowledged before is intact; run again to resume.",
            )

    def _begin(self, begun: Begun) -> None:
        """Let an institution begin, or let there be none."""
        self.bound, self._standings = begun.bound, begun.standings
        self._notices = {notice.agent: notice for notice in begun.notices}

    def _standing_of(self, agent: str) -> Standing:
        return self._standings[self.adapter.facts.agents.index(agent)]

    def _limited(self, agent: str, actions: Mapping[str, Any]) -> Any:
        limit = self._standing_of(agent).limit_e6 if self._standings else None
        if limit == 0:
            return self.adapter.idle(agent)
        if agent not in actions:
            raise UsageError(
                f"no action for {agent}", advice=f"Actions were given for: {', '.join(actions) or 'none'}."
            )
        return actions[agent] if limit is None else self.adapter.constrain(agent, actions[agent], limit)

    def opening_bytes(self, seed: int) -> int:
        """How long entry 0 is with this seed; it is written in parts where a line is too short for it."""
        return len(encode_entry(self._opening(seed), 0, 0))

    def _opening(self, seed: int) -> Opened:
        description = self.adapter.describe()
        rounds = int(description.get("rounds", getattr(self.env, "max_cycles", 0)) or 0)
        facts = self.adapter.facts
        first, *later = self.schedule.phases
        switches = tuple(SwitchRecord(phase.first_round, _institution_record(phase.bound)) for phase in later)
        market, institution = canonical_json(description), _institution_record(first.bound)
        return Opened(seed, rounds, market, facts, institution, self._roster, switches, self._forked)

    def _encode(self, bodies: Sequence[Body], round_number: int) -> tuple[bytes, ...]:
        """The lines of the entries, those in parts that are too long for one."""
        lines: list[bytes] = []
        for body in bodies:
            lines += encode_lines(body, round_number, self._size + len(lines))
        return tuple(lines)

    def _recorded(self, bodies: Sequence[Body], round_number: int) -> tuple[bytes, ...]:
        """The entries of a round, signed by its actors where they sign."""
        lines = self._encode(bodies, round_number)
        if self._attestor is None:
            return lines
        if len(lines) != len(bodies):
            raise UsageError(f"an entry of round {round_number} is too long for actors to sign: it would be in parts")
        return self._attestor.attest(round_number, bodies, lines)

    def _append(self, entries: tuple[bytes, ...]) -> Any:
        if self._log is None:
            return None
        try:
            acknowledgement = self._log.append(entries)
        except BaseException as error:
            self._poison = str(error) or type(error).__name__
            raise
        self._size += len(entries)
        return acknowledgement

    def _observations(self, observations: Mapping[str, Any]) -> dict[str, Any]:
        if self._longest:
            observations = {a: with_messages(inner, self._said, self.env.heard(a)) for a, inner in observations.items()}
        if not self._observe_standing:
            return dict(observations)
        return {
            agent: {"market": inner, "standing": n.state_index if (n := self._notices.get(agent)) else 0}
            for agent, inner in observations.items()
        }

    def _info(self, agent: str) -> dict[str, Any]:
        notice = self._notices.get(agent)
        return {"state": notice.state, "notice": notice.text} if notice is not None else {}


def _bound_here(institution: Institution | Bound | None, adapter: Adapter) -> Bound | None:
    """The institution bound to the market; raises `UsageError` for one that cannot govern it."""
    bound = bind(institution, adapter.facts) if isinstance(institution, Institution) else institution
    if bound is not None:
        if bound.facts != adapter.facts:
            raise UsageError(f"the institution was bound to another market than this {adapter.facts.market}")
        _require_caps(bound.institution, adapter)
    return bound


def _institution_record(bound: Bound | None) -> InstitutionRecord | None:
    if bound is None:
        return None
    institution, source = bound.institution, bound.institution.source
    bases = tuple(base.text for base in bases_of(source))
    return InstitutionRecord(institution.name, institution.semantic_sha256, institution.file_sha256, source.text, bases)


def _require_caps(institution: Institution, adapter: Adapter) -> None:
    """Raise `UsageError` for an institution that would cap what cannot be capped."""
    for edge in institution.edges:
        stuck = next((agent for agent in adapter.facts.agents if edge.spec.cap and not adapter.can_cap(agent)), None)
        if stuck is not None:
            raise UsageError(
                f"edge {edge.key} caps, but the actions of {stuck} are no quantities",
                advice="Suspend instead, or give the environment a Box action space.",
            )
