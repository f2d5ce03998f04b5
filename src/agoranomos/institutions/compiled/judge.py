"""`judge` over arrays of runs: the same decisions, bit for bit, thousands of runs at once."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION, Bound
from agoranomos.institutions.compiled.control import ArrayController
from agoranomos.institutions.compiled.evidence import Evidence, empty_history, evidence_after
from agoranomos.institutions.compiled.perception import perceive
from agoranomos.institutions.compiled.statistics import ArraySignal, compile_signal
from agoranomos.institutions.compiled.values import FREE, NEVER, Bools, Judged, Rounds, Standings
from agoranomos.institutions.compiled.words import Words


class CompiledJudge:
    """An institution over arrays. Made by `compile_judge`.

    Its tables fill as it is used: one object serves one thread.
    """

    def __init__(self, bound: Bound, *, citing: bool, remembers: bool) -> None:
        self.bound = bound
        self.citing = citing
        self.remembers = remembers
        institution = bound.institution
        self.signals: tuple[str, ...] = tuple(bound.signals)
        self.events: tuple[str, ...] = tuple(name for name, _ in institution.events)
        self._controller = ArrayController(bound, Words(bound), fines=remembers)
        lengths = {"firm": len(bound.facts.agents), "good": len(bound.facts.goods)}
        self._kept = {
            name: tuple(lengths[axis] for axis in bound.facts.measures[name].axes) for name in self._remembered()
        }

    def _remembered(self) -> tuple[str, ...]:
        """The measures that standings keep as evidence."""
        if not self.remembers:
            return ()
        found = [name for signal in self._signals.values() for name in signal.reads]
        late = [fine for fine in self.bound.fines.values() if fine.over_evidence or self.bound.lag]
        found += [PROFIT] if late else []
        found += [NASH_PROFIT] if any(fine.above_nash for fine in late) else []
        found += [VIOLATION] if any(fine.gaps for fine in late) else []
        return tuple(dict.fromkeys(found))

    @cached_property
    def _signals(self) -> dict[str, ArraySignal]:
        computed = [name for name in self.bound.signals if self.citing or name not in self.bound.supporting]
        return {name: compile_signal(self.bound.signals[name], self.bound.facts) for name in computed}

    @property
    def needed(self) -> tuple[str, ...]:
        """The measures that it reads."""
        fines = self.bound.fines.values() if self.remembers else ()
        own = [PROFIT] if fines else []
        own += [NASH_PROFIT] if any(fine.above_nash for fine in fines) else []
        own += [VIOLATION] if any(fine.gaps for fine in fines) else []
        return tuple(dict.fromkeys((*self._kept, *own)))

    def start(self, runs: int) -> Standings:
        """Where the agents of `runs` runs stand before the first round."""
        manifest, firms = self.bound.institution.manifest, len(self.bound.facts.agents)
        initial = np.array([counter.initial for counter in manifest.counters.values()], np.int64)
        zeros = np.zeros((runs, firms), np.int64)
        return Standings(
            state=np.full((runs, firms), self.bound.institution.states.index(manifest.initial), np.int16),
            counters=np.broadcast_to(initial, (runs, firms, len(initial))).copy(),
            rounds_in_state=zeros,
            timer=zeros.copy(),
            limit_e6=np.full((runs, firms), FREE, np.int64),
            crossed=np.full((runs, firms, len(manifest.transitions)), NEVER, np.int64),
            reported=zeros.copy(),
            evidence=zeros.copy(),
            kept=np.zeros(runs, np.int64),
            history=empty_history(self.bound, self._kept, runs),
        )

    def fired(self, standings: Standings, rounds: Rounds) -> Bools:
        """Which signals fire in this round, bool[R, N, S] in the order of the manifest.

        Those that only support a case are False, but for a judge that was compiled with `citing`.
        """
        rounds = self._perceived(rounds)
        return self._fired(evidence_after(self.bound, self._kept, standings, rounds))

    def control(self, standings: Standings, rounds: Rounds, fired: Bools) -> Judged:
        """What follows where these signals fired, bool[R, N, S]; in a round that is no evidence none does."""
        rounds = self._perceived(rounds)
        return self._controlled(standings, rounds, evidence_after(self.bound, self._kept, standings, rounds), fired)

    def judge(self, standings: Standings, rounds: Rounds) -> Judged:
        """What the institution decides about one round in every run; raises what guards raise, for all runs at once."""
        rounds = self._perceived(rounds)
        evidence = evidence_after(self.bound, self._kept, standings, rounds)
        return self._controlled(standings, rounds, evidence, self._fired(evidence))

    def _perceived(self, rounds: Rounds) -> Rounds:
        bound = self.bound
        if bound.draws and rounds.draws is None and self._draws_matter:
            raise UsageError(f"institution {bound.institution.name} draws: `draws` are needed for every agent and run")
        if not self.remembers:
            return rounds
        if bound.run_draw and rounds.run_draw is None:
            raise UsageError(f"institution {bound.institution.name} estimates: `run_draw` is needed for every run")
        missing = [name for name in self.needed if name not in rounds.measures]
        if missing:
            raise UsageError(f"institution {bound.institution.name} reads {', '.join(missing)}, which is not given")
        return perceive(bound.errors, rounds)

    @property
    def _draws_matter(self) -> bool:
        """Whether a round without draws cannot be judged: errors of reading make no difference to given signals."""
        return self.remembers or bool(self.bound.audits) or any(e.spec.jitter for e in self.bound.institution.edges)

    def _controlled(self, standings: Standings, rounds: Rounds, evidence: Evidence, fired: Bools) -> Judged:
        if not evidence.evident.all():
            fired = fired & evidence.evident[:, None, None]
        return self._controller.control(standings, rounds, evidence, fired)

    def _fired(self, evidence: Evidence) -> Bools:
        if not self.remembers:
            raise UsageError(
                "a judge compiled without `remembers` keeps no evidence for signals", advice="Give them to `control`."
            )
        seen = evidence.seen
        fired = np.zeros((*seen.shape, len(self.signals)), bool)
        for k, name in enumerate(self.signals):
            signal = self._signals.get(name)
            if signal is None:
                continue
            ready = (seen >= signal.window) & evidence.evident[:, None]
            if ready.any():
                window = {measure: evidence.last(measure, signal.window) for measure in signal.reads}
                fired[:, :, k] = signal.passes(window) & ready
        return fired


def compile_judge(bound: Bound, *, citing: bool = False, remembers: bool = True) -> CompiledJudge:
    """The institution over arrays.

    With `citing` also the signals are computed that only support a case, so that what a case cites is known. Without
    `remembers` it serves `control` with given signals alone: no evidence is kept, and no fine is reckoned. Raises
    `UsageError` for more agents than integers of 64 bits can sum quantities of.
    """
    if len(bound.facts.agents) > MOST_AGENTS:
        raise UsageError(f"{len(bound.facts.agents)} agents; the compiled form sums exactly for up to {MOST_AGENTS}")
    return CompiledJudge(bound, citing=citing, remembers=remembers)


MOST_AGENTS = 1000
"""Quantities are below 2**53 in size; a thousand of them sum up within 64 bits."""
