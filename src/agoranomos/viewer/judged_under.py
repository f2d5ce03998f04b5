"""A run's conduct, round after round, as another institution would have judged it. Nothing here is causal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from agoranomos.institutions import Institution
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.counterfactual import NOT_CAUSAL
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.fold import Conduct
from agoranomos.institutions.judge import initial_standings, judge, record_of
from agoranomos.institutions.judgement import Observed
from agoranomos.viewer.drawings import drawing_json


def judged_under(conduct: Conduct, institution: Institution) -> dict[str, Any]:
    """What the institution makes of the conduct, in the words of a log's entries, and its drawing.

    Of a round that is `disturbed` nothing counts as evidence: somebody sat out by the order of the institution on
    record. Raises `UsageError` where the institution cannot govern the market.
    """
    bound = bind(institution, conduct.facts)
    return {
        "institution": institution.name,
        "semantic_sha256": institution.semantic_sha256,
        "note": NOT_CAUSAL,
        "rounds": list(_rounds(conduct, bound)),
        "drawing": drawing_json(institution),
    }


def _rounds(conduct: Conduct, bound: Bound) -> Iterator[dict[str, Any]]:
    agents, standings = conduct.facts.agents, initial_standings(bound)
    for one in conduct.observed:
        draws = one.draws or (round_draws(conduct.seed, one.round, agents) if bound.draws else ())
        steady = one.run_draw or (run_draw(conduct.seed) if bound.run_draw else 0)
        judgement = judge(
            bound, standings, Observed(one.round, one.measures, draws, one.disturbed, one.reports, steady)
        )
        standings = judgement.standings
        yield {
            "round": one.round,
            "disturbed": one.disturbed,
            "cases": msgspec.to_builtins(judgement.cases),
            "transitions": msgspec.to_builtins(judgement.transitions),
            "sanctions": msgspec.to_builtins(judgement.sanctions),
            "announced": msgspec.to_builtins(judgement.announced),
            "standings": msgspec.to_builtins([record_of(standing) for standing in standings]),
        }
