"""A campaign's summary as plain values: for `summary.json`, for CSV files, for programs that ask with `--json`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from agoranomos.analysis.arms import MEASURES, ArmSummary
from agoranomos.analysis.calibration import Calibration
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.choices import ChoiceSummary
from agoranomos.analysis.export_findings import findings_json, findings_rows, plain
from agoranomos.analysis.export_runs import runs_csv
from agoranomos.campaigns.tables import SANCTION_KINDS
from agoranomos.statistics import Interval

SUMMARY_VERSION = 1


def as_json(summary: CampaignSummary) -> dict[str, Any]:
    """The summary as JSON values; what is undefined is null, with the reason beside it."""
    return {
        "version": SUMMARY_VERSION,
        "campaign": summary.name,
        "complete": summary.complete,
        "runs": {
            "planned": summary.planned,
            "finished": summary.finished,
            "failed": summary.failed,
            "not_needed": summary.not_needed,
        },
        "outcome": summary.outcome,
        "case_cost": summary.case_cost,
        "models": list(summary.models),
        "departures": {
            "before": list(summary.departures.before),
            "deviations": [asdict(one) for one in summary.departures.deviations],
        },
        **findings_json(summary.findings),
        "arms": [_arm(arm) for arm in summary.arms],
        "comparisons": list(_comparisons(summary)),
        "regimes": list(_regimes(summary)),
        "manipulation_checks": [
            {"name": c.name, "must": c.must, "verdict": c.verdict, "figures": list(c.figures)} for c in summary.checks
        ],
    }


def csv_files(summary: CampaignSummary) -> dict[str, str]:
    """The text of each CSV file by its name; undefined numbers are empty. Choices have a file where there are any."""
    choices = [row for arm in summary.arms for row in _choice_rows(arm)]
    return {
        "arms.csv": _csv(row for arm in summary.arms for row in _arm_rows(arm)),
        "runs.csv": runs_csv(summary.arms),
        "enforcement.csv": _csv(_enforcement_row(arm) for arm in summary.arms),
        "comparisons.csv": _csv(_comparisons(summary)),
        "regimes.csv": _csv(_regimes(summary)),
        **({"choices.csv": _csv(choices)} if choices else {}),
        **{name: _csv(rows) for name, rows in findings_rows(summary.findings).items()},
    }


def _arm(summary: ArmSummary) -> dict[str, Any]:
    arm, conduct = summary.arm, summary.conduct
    return {
        "arm": arm.name,
        "regime": arm.regime,
        "told": arm.told,
        "institution": arm.institution,
        "roster": arm.roster,
        "market": arm.market,
        "policies": list(arm.policies),
        "models": list(arm.models),
        "runs": {"planned": arm.planned, "finished": len(summary.results), "failed": len(arm.failed)},
        "nash": {
            "price": plain(summary.nash.mean_price) if "nash" in arm.benchmarks else None,
            "consumer_surplus": plain(summary.nash.consumer_surplus) if "nash" in arm.benchmarks else None,
            "welfare": plain(summary.nash.welfare) if "nash" in arm.benchmarks else None,
            "profit": plain(summary.nash.total_profit) if "nash" in arm.benchmarks else None,
        },
        "tier_form": "gap" if summary.by_gap else "paper",
        "means": {measure: interval_json(summary.means[measure]) for measure in MEASURES},
        "means_last_rounds": {measure: interval_json(summary.means_last[measure]) for measure in MEASURES},
        "other_means": {measure: interval_json(found) for measure, found in summary.others.items()},
        "other_means_last_rounds": {measure: interval_json(found) for measure, found in summary.others_last.items()},
        "benchmarks": {
            name: {"profit": plain(known.total_profit), "welfare": plain(known.welfare)}
            | {measure: plain(value) for measure, value in known.others.items()}
            for name, known in arm.benchmarks.items()
        },
        "tier_with_suspended_rounds": interval_json(summary.tier_all),
        "price_without_suspended_rounds": interval_json(summary.price_free),
        "tier_shares": [plain(share) for share in summary.tier_shares],
        "calibrated_tier_shares": [plain(share) for share in summary.calibrated_shares],
        "null_play": _calibration(summary.null.whole),
        "enforcement": _enforcement_row(summary),
        "conduct": {
            "decisions": conduct.decisions,
            "calls": conduct.calls,
            "failures": dict(conduct.failures),
            "repaired_moves": conduct.repaired,
            "projected_moves": conduct.projected,
            "runs_over_repair_limit": conduct.runs_over_repair_limit,
            "prompt_tokens": conduct.prompt_tokens,
            "reply_tokens": conduct.reply_tokens,
        },
        "choices": [_choices(found) for found in summary.choices],
        "choices_hidden": summary.choices_hidden,
    }


def _choices(found: ChoiceSummary) -> dict[str, Any]:
    return {
        "scored": found.scored,
        "model": found.model,
        "agents": list(found.agents),
        "decisions": found.decisions,
        "options": [
            {"option": one.option, "probability": interval_json(one.probability), "chosen": interval_json(one.chosen)}
            for one in found.options
        ],
        "accused_probability": interval_json(found.accused),
        "sanctioned_probability": interval_json(found.sanctioned),
        "entropy_bits": interval_json(found.entropy),
        "order_effect": interval_json(found.order_effect),
    }


def _choice_rows(summary: ArmSummary) -> Iterable[dict[str, Any]]:
    """One row an option, then one for each quantity of the whole choice, of every menu and way of scoring."""
    for found in summary.choices:
        options = [("option", one.option, one.probability, one.chosen.point) for one in found.options]
        whole = [
            ("accused", "", found.accused, float("nan")),
            ("sanctioned", "", found.sanctioned, float("nan")),
            ("entropy_bits", "", found.entropy, float("nan")),
            ("order_effect", "", found.order_effect, float("nan")),
        ]
        for quantity, option, interval, chosen in (*options, *whole):
            yield {
                "arm": summary.arm.name,
                "scored": found.scored,
                "model": found.model,
                "agents": " ".join(found.agents),
                "decisions": found.decisions,
                "quantity": quantity,
                "option": option,
                "mean": plain(interval.point),
                "low": plain(interval.low),
                "high": plain(interval.high),
                "n": interval.n,
                "chosen": plain(chosen),
            }


def _calibration(null: Calibration | None) -> dict[str, Any] | None:
    if null is None:
        return None
    return {
        "rounds": null.rounds,
        "runs": null.runs,
        "noise": null.noise,
        **{
            form: {
                "cv_quantile": plain(found.cv_quantile),
                "hhi_quantile": plain(found.hhi_quantile),
                "tier_shares": [plain(share) for share in found.tier_shares],
                "mild_or_more": plain(found.mild_or_more),
                "false_accusations": plain(found.false_accusations),
            }
            for form, found in (("paper", null.paper), ("gap", null.gap))
        },
    }


def _arm_rows(summary: ArmSummary) -> Iterable[dict[str, Any]]:
    for rounds, means in (("all", summary.means), ("last", summary.means_last)):
        others = summary.others if rounds == "all" else summary.others_last
        for measure, found in (*((m, means[m]) for m in MEASURES), *others.items()):
            yield {
                "arm": summary.arm.name,
                "regime": summary.arm.regime,
                "roster": summary.arm.roster,
                "market": summary.arm.market,
                "rounds": rounds,
                "measure": measure,
                "mean": plain(found.point),
                "low": plain(found.low),
                "high": plain(found.high),
                "n": found.n,
                "reason": found.reason,
            }


def _enforcement_row(summary: ArmSummary) -> dict[str, Any]:
    found = summary.enforcement
    kinds = ("case", "warning", *SANCTION_KINDS, "transition", "blocked")
    return {
        "arm": summary.arm.name,
        "runs": found.runs,
        "agent_rounds": found.agent_rounds,
        **{f"{kind}s" if kind != "blocked" else kind: found.acts.get(kind, 0) for kind in kinds},
        "sanctions": found.sanctions,
        "cases_per_run": plain(found.per_run(found.cases)),
        "cases_per_100_agent_rounds": plain(found.per_100(found.cases)),
        "sanctions_per_run": plain(found.per_run(found.sanctions)),
        "sanctions_per_100_agent_rounds": plain(found.per_100(found.sanctions)),
        "runs_accused": plain(found.accused.point),
        "runs_accused_low": plain(found.accused.low),
        "runs_accused_high": plain(found.accused.high),
        "runs_sanctioned": plain(found.sanctioned.point),
        "runs_sanctioned_low": plain(found.sanctioned.low),
        "runs_sanctioned_high": plain(found.sanctioned.high),
        "fines_amount_per_run": plain(found.fines),
        "suspended_rounds_per_run": plain(found.suspended_rounds),
        "lost_welfare_per_run": plain(found.lost_welfare),
    }


def _comparisons(summary: CampaignSummary) -> Iterable[dict[str, Any]]:
    for comparison in summary.comparisons:
        for contrast in comparison.contrasts:
            welch, effect = contrast.welch, contrast.effect
            yield {
                "first": comparison.first,
                "second": comparison.second,
                "roster": comparison.roster,
                "market": comparison.market,
                "identical": comparison.identical,
                "role": "exploratory",
                "measure": contrast.measure,
                "first_mean": plain(contrast.first_mean),
                "second_mean": plain(contrast.second_mean),
                "difference": plain(welch.difference),
                "low": plain(welch.low),
                "high": plain(welch.high),
                "welch_t": plain(welch.t),
                "welch_df": plain(welch.df),
                "welch_p": plain(welch.p),
                "cohens_d": plain(effect.d),
                "n_first": welch.n_first,
                "n_second": welch.n_second,
                "reason": welch.reason,
                "break_even_case_cost": plain(comparison.break_even),
            }


def _regimes(summary: CampaignSummary) -> Iterable[dict[str, Any]]:
    for pooled in summary.regimes:
        yield {
            "first": pooled.first_regime,
            "second": pooled.second_regime,
            "measure": pooled.measure,
            "role": "exploratory",
            "rosters": len(pooled.differences),
            "mean_difference": plain(pooled.sign_flip.mean),
            "sign_flip_p": plain(pooled.sign_flip.p),
            "sign_flip_floor": plain(pooled.sign_flip.floor),
            "welch_p": plain(pooled.welch.p),
            "cohens_d": plain(pooled.effect.d),
            "n_first": pooled.welch.n_first,
            "n_second": pooled.welch.n_second,
            "reason": pooled.sign_flip.reason or pooled.welch.reason,
        }


def interval_json(found: Interval) -> dict[str, Any]:
    """A mean with its bounds; `reason` says why there are none."""
    return {
        "mean": plain(found.point),
        "low": plain(found.low),
        "high": plain(found.high),
        "level": found.level,
        "n": found.n,
        "reason": found.reason,
    }


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    listed = list(rows)
    if not listed:
        return ""
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in listed for key in row)), lineterminator="\n")
    writer.writeheader()
    for row in listed:
        writer.writerow({key: "" if value is None else value for key, value in row.items()})
    return text.getvalue()
