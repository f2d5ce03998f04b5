"""What `agora replay --json` says of one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agoranomos.cli.replay_table import COUNTED
from agoranomos.institutions.counterfactual import NOT_CAUSAL
from agoranomos.markets.facts import SCALE

if TYPE_CHECKING:
    from agoranomos.campaigns.replaying import ReplayedRun
    from agoranomos.institutions import Institution, Tally
    from agoranomos.institutions.counterfactual import Judged


def as_document(run: ReplayedRun, others: Sequence[Institution]) -> dict[str, Any]:
    """One run as plain values: the judgements on record, and what each of `others` makes of the same conduct."""
    own = run.own
    return {
        "log": str(run.folder),
        "arm": run.arm,
        "rounds": own.rounds,
        "entries": own.entries,
        "closed": own.closed,
        "welfare_per_round": run.economy.welfare,
        "recorded": _recorded(run),
        **({"not_causal": NOT_CAUSAL} if others else {}),
        "counterfactuals": [
            _counterfactual(run, other, judged) for other, judged in zip(others, run.others, strict=True)
        ],
    }


def _recorded(run: ReplayedRun) -> dict[str, Any]:
    own = run.own
    switches = [{"from": number, "institution": name, "semantic_sha256": sha} for number, name, sha in own.switches]
    return {
        "institution": own.institution,
        "semantic_sha256": own.semantic_sha256,
        **({"switches": switches} if switches else {}),
        "agents": {
            agent: {**_acts(run, agent, tally), "state": own.states.get(agent, "")}
            for agent, tally in own.tallies.items()
        },
    }


def _counterfactual(run: ReplayedRun, other: Institution, judged: Judged) -> dict[str, Any]:
    own = run.own.tallies
    return {
        "institution": other.name,
        "semantic_sha256": other.semantic_sha256,
        "causal": False,
        "rounds_without_evidence": judged.disturbed,
        "agents": {
            agent: {
                **_acts(run, agent, tally),
                "state": judged.states[agent],
                "would_sit_out": judged.would_sit_out[agent],
            }
            for agent, tally in judged.tallies.items()
        },
        "difference": {
            agent: {name: getattr(tally, name) - getattr(own[agent], name) for name in COUNTED}
            for agent, tally in judged.tallies.items()
        },
    }


def _acts(run: ReplayedRun, agent: str, tally: Tally) -> dict[str, Any]:
    after_fines = run.economy.profits[agent] - tally.fines_e6 / SCALE
    return {**{name: getattr(tally, name) for name in COUNTED}, "profit_after_fines": after_fines}
