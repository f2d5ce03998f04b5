"""What a campaign's page says that comes from its tables: arms with their intervals, comparisons, checks, costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.deviations import departures_in_words
from agoranomos.analysis.export import as_json, interval_json
from agoranomos.analysis.export_findings import plain
from agoranomos.statistics import Interval


def summary_page(summary: CampaignSummary) -> dict[str, Any]:
    """What a page says that comes from a campaign's tables."""
    exported = as_json(summary)
    return {
        "complete": summary.complete,
        "mock_only": summary.mock_only,
        "checks": exported["manipulation_checks"],
        "arms": [_arm(arm) for arm in summary.arms],
        "comparisons": [*_planned_comparisons(exported), *_explored(summary)],
        "notes": departures_in_words(summary.departures),
        "costs": {"accounts": list(_accounts(exported)), "errors": exported.get("errors")},
    }


def _arm(summary: ArmSummary) -> dict[str, Any]:
    """An arm: `cases`, `sanctions` and `fines` are means a run, `calls`, `tokens` and `failures` totals over runs."""
    arm, conduct, acts = summary.arm, summary.conduct, summary.enforcement
    known = bool(summary.results)
    means = {**summary.means, **summary.others}
    return {
        "arm": arm.name,
        "regime": arm.regime,
        "roster": arm.roster,
        "market": arm.market,
        "institution": arm.institution,
        "models": [model for model in dict.fromkeys(arm.models) if model],
        "runs": arm.planned,
        "finished": len(summary.results),
        "failed": len(arm.failed),
        "measures": {name: _interval(found) for name, found in means.items() if found.n},
        "benchmarks": {
            name: {"price": plain(known.mean_price), "profit": plain(known.total_profit)}
            | {"welfare": plain(known.welfare), "consumer_surplus": plain(known.consumer_surplus)}
            for name, known in arm.benchmarks.items()
        },
        "failures": dict(conduct.failures) if known else None,
        "calls": conduct.calls if known else None,
        "tokens": conduct.prompt_tokens + conduct.reply_tokens if known else None,
        "fines": plain(acts.fines),
        "cases": plain(acts.per_run(acts.cases)),
        "sanctions": plain(acts.per_run(acts.sanctions)),
    }


def _interval(found: Interval) -> dict[str, Any]:
    return {**interval_json(found), "method": found.method, "warning": found.warning}


def _planned_comparisons(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the campaign said before it ran that it would compare; `kind` is the role that its report gives it."""
    for answer in exported.get("hypotheses", ()):
        yield {
            "name": answer["name"],
            "a": answer["first"],
            "b": answer["second"],
            "outcome": answer["outcome"],
            "difference": answer["estimate"]["point"],
            "low": answer["estimate"]["low"],
            "high": answer["estimate"]["high"],
            "level": answer["estimate"]["level"],
            "method": answer["estimate"]["method"],
            "p": answer["p"],
            "holm": answer["p_holm"],
            "n": answer["pairs"],
            "reason": answer["estimate"]["reason"],
            "verdict": answer["verdict"],
            "kind": answer["role"],
        }


def _accounts(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Who gained and who paid, for each comparison that was planned."""
    for answer in exported.get("hypotheses", ()):
        about = {"hypothesis": answer["name"], "first": answer["first"], "second": answer["second"]}
        yield {**about, "lines": answer["accounts"]}


def _explored(summary: CampaignSummary) -> Iterator[dict[str, Any]]:
    """Every two arms of one roster and market, measure by measure, by Welch's test; nobody planned these."""
    for comparison in summary.comparisons:
        for contrast in comparison.contrasts:
            welch = contrast.welch
            yield {
                "name": "",
                "a": comparison.first,
                "b": comparison.second,
                "outcome": contrast.measure,
                "difference": plain(welch.difference),
                "low": plain(welch.low),
                "high": plain(welch.high),
                "level": welch.level,
                "method": "Welch t",
                "p": plain(welch.p),
                "holm": None,
                "n": min(welch.n_first, welch.n_second),
                "reason": welch.reason,
                "verdict": "",
                "kind": "exploratory",
            }
