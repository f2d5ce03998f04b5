"""What other institutions would have made of conduct that is on record. Nothing here is causal.

Agents acted as they did under the institution of the record, or under none. Judged by another one, their conduct stays
what it was: nobody answers to a fine that was never due. So the answer is about the graph (whom it accuses of what, and
what it takes), and not about what agents would have done under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.compiled.judge import MOST_AGENTS
from agoranomos.institutions.conduct_arrays import ConductArrays
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.fold import Conduct, Tally, tallied
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judge import initial_standings, judge
from agoranomos.institutions.judgement import Observed

NOT_CAUSAL = (
    "NOT CAUSAL: agents acted under the institution on record, and might have acted otherwise under another one. "
    "This is what the other graph makes of the same conduct, not what it would have led to."
)
"""What stands beside every figure that comes from a counterfactual."""

WORTH_ARRAYS = 8
"""From so many runs of one kind on, arrays judge faster than one run after another."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One run as an institution judges it: acts and last state by agent.

    `disturbed` rounds are no evidence, because somebody sat out by the order of the institution of the record.
    `would_sit_out` counts, by agent, the rounds in which this institution would have had it sit out, though it acted.
    """

    tallies: dict[str, Tally]
    states: dict[str, str]
    disturbed: int
    would_sit_out: dict[str, int]


class Conducts:
    """Recorded runs, held so that one institution after another can judge them."""

    def __init__(self, conducts: Iterable[Conduct]) -> None:
        self._all = tuple(conducts)
        self._groups: list[tuple[list[int], ConductArrays | None]] = []
        order = sorted(range(len(self._all)), key=lambda place: _kind(self._all[place]))
        for _, alike in groupby(order, key=lambda place: _kind(self._all[place])):
            places = list(alike)
            some = [self._all[place] for place in places]
            fits = len(places) >= WORTH_ARRAYS and len(some[0].facts.agents) <= MOST_AGENTS
            self._groups.append((places, ConductArrays(some) if fits else None))

    def judged_by(self, institution: Institution) -> list[Judged]:
        """Every run as the institution judges it, in the order in which they were given.

        Raises `UsageError` where it cannot govern the market of a run.
        """
        found: dict[int, Judged] = {}
        for places, arrays in self._groups:
            bound = bind(institution, self._all[places[0]].facts)
            some = [self._all[place] for place in places]
            judged = [judged_alone(one, bound) for one in some] if arrays is None else _judged_together(arrays, bound)
            found.update(zip(places, judged, strict=True))
        return [found[place] for place in range(len(self._all))]


def judged_alone(conduct: Conduct, bound: Bound) -> Judged:
    """One run, judged round after round by the interpreted `judge`."""
    agents = conduct.facts.agents
    standings = initial_standings(bound)
    tallies = {agent: Tally() for agent in agents}
    would = dict.fromkeys(agents, 0)
    disturbed = 0
    for one in conduct.observed:
        draws = one.draws or (round_draws(conduct.seed, one.round, agents) if bound.draws else ())
        steady = one.run_draw or (run_draw(conduct.seed) if bound.run_draw else 0)
        disturbed += one.disturbed
        for agent, standing in zip(agents, standings, strict=True):
            would[agent] += standing.suspended and not one.disturbed
        seen = Observed(one.round, one.measures, draws, one.disturbed, one.reports, steady)
        judgement = judge(bound, standings, seen)
        standings = judgement.standings
        if judgement.cases or judgement.transitions:
            tallies = {agent: tallied(tally, judgement, agent) for agent, tally in tallies.items()}
    states = {agent: standing.state for agent, standing in zip(agents, standings, strict=True)}
    return Judged(tallies, states, disturbed, would)


def _judged_together(arrays: ConductArrays, bound: Bound) -> list[Judged]:
    """Many runs at once, by the compiled `judge`: the same decisions, counted the same."""
    counted = arrays.judged_by(bound)
    agents, states = bound.facts.agents, bound.institution.states
    return [
        Judged(
            {agent: Tally(**counted.acts(run, seat)) for seat, agent in enumerate(agents)},
            {agent: states[int(counted.state[run, seat])] for seat, agent in enumerate(agents)},
            int(counted.disturbed[run]),
            dict(zip(agents, counted.would_sit_out[run].tolist(), strict=True)),
        )
        for run in range(arrays.runs)
    ]


def _kind(conduct: Conduct) -> tuple[int, str]:
    """Runs of one kind can be judged together: as many rounds in the same market."""
    return len(conduct.observed), repr(conduct.facts)
