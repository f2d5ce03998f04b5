"""Hypotheses, looks, accounts and errors as plain values and rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from agoranomos.analysis.costs import HARM, WINDOW, ArmErrors, Line
from agoranomos.analysis.findings import Findings
from agoranomos.analysis.inference import Answer
from agoranomos.analysis.inference.sequence import SequencePath
from agoranomos.statistics import Estimate, Interval


def findings_json(found: Findings | None) -> dict[str, Any]:
    """What a summary holds of the campaign's hypotheses; empty where it wrote none."""
    if found is None:
        return {}
    inference = found.inference
    return {
        "hypotheses": [_answer(found, answer) for answer in inference.answers],
        "clusters": list(inference.clusters),
        "exclude": [{"share": rule.share, "above": rule.above} for rule in inference.exclude],
        "stopping": None if inference.path is None else _path(inference.path, inference.role_of_rule),
        "errors": {"harm": HARM, "window": WINDOW, "arms": [_errors(one) for one in found.errors.values()]},
    }


def findings_rows(found: Findings | None) -> dict[str, list[dict[str, Any]]]:
    """The rows of `hypotheses.csv`, `accounts.csv`, `errors.csv` and `looks.csv`; no file where there is nothing."""
    if found is None:
        return {}
    rows = {
        "hypotheses.csv": [row for answer in found.inference.answers for row in _rows(answer)],
        "accounts.csv": [
            {"hypothesis": answer.name, "role": answer.role, **_line(line)}
            for answer in found.inference.answers
            for line in found.accounts[answer.name]
        ],
        "errors.csv": [_flat_errors(one) for one in found.errors.values()],
        "looks.csv": _looks(found),
    }
    return {name: listed for name, listed in rows.items() if listed}


def _answer(found: Findings, answer: Answer) -> dict[str, Any]:
    flip, worst, equivalence = answer.sign_flip, answer.worst_case, answer.equivalence
    return {
        "name": answer.name,
        "role": answer.role,
        "first": answer.hypothesis.first,
        "second": answer.hypothesis.second,
        "outcome": answer.outcome,
        "expects": answer.hypothesis.expects,
        "margin": answer.hypothesis.margin,
        "pairs": answer.pairs,
        "missing": asdict(answer.missing),
        "first_mean": plain(answer.first_mean),
        "second_mean": plain(answer.second_mean),
        "estimate": _estimate(answer.main),
        "sequential": answer.sequential,
        "supporting": [{"name": row.name, "unit": row.unit, **_estimate(row.found)} for row in answer.supporting],
        "sign_flip": {"p": plain(flip.p), "floor": plain(flip.floor), "units": flip.clusters, "reason": flip.reason},
        "equivalence": None
        if equivalence is None
        else {
            "p": plain(equivalence.p),
            "low": plain(equivalence.low),
            "high": plain(equivalence.high),
            "margin": equivalence.margin,
            "reason": equivalence.reason,
        },
        "worst_case": None
        if worst is None
        else {
            "least": plain(worst.least),
            "most": plain(worst.most),
            "low": plain(worst.low),
            "high": plain(worst.high),
            "missing": worst.missing,
            "reason": worst.reason,
        },
        "p": plain(answer.p),
        "p_holm": plain(answer.p_adjusted),
        "verdict": answer.verdict,
        "accounts": [_line(line) for line in found.accounts[answer.name]],
    }


def _rows(answer: Answer) -> Iterator[dict[str, Any]]:
    """The method that the plan calls for first, then the others."""
    shared = {
        "hypothesis": answer.name,
        "role": answer.role,
        "first": answer.hypothesis.first,
        "second": answer.hypothesis.second,
        "outcome": answer.outcome,
        "pairs": answer.pairs,
        "missing": answer.missing.total,
    }
    main = {"p_holm": plain(answer.p_adjusted), "verdict": answer.verdict}
    yield {**shared, "decides": True, "name": answer.main.method, "unit": "outcome", **_estimate(answer.main), **main}
    for row in answer.supporting:
        yield {**shared, "decides": False, "name": row.name, "unit": row.unit, **_estimate(row.found)}


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "point": plain(found.point),
        "low": plain(found.low),
        "high": plain(found.high),
        "p": plain(found.p),
        "level": found.level,
        "n": found.n,
        "units": found.clusters,
        "method": found.method,
        "reason": found.reason,
        "warning": found.warning,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "bearer": line.item.bearer,
        "item": line.item.name,
        "first": plain(line.first),
        "second": plain(line.second),
        "difference": plain(line.difference.point),
        "low": plain(line.difference.low),
        "high": plain(line.difference.high),
        "pairs": line.difference.n,
        "reason": line.difference.reason,
    }


def _errors(found: ArmErrors) -> dict[str, Any]:
    return {
        "arm": found.arm,
        "runs": found.runs,
        "harmful": found.harmful,
        "innocents_accused": _share(found.innocents_accused),
        "guilty_missed": _share(found.guilty_missed),
        "unfounded_cases": _share(found.unfounded),
    }


def _flat_errors(found: ArmErrors) -> dict[str, Any]:
    row: dict[str, Any] = {"arm": found.arm, "runs": found.runs, "harmful": found.harmful}
    for name, share in _errors(found).items():
        if isinstance(share, dict):
            row |= {name: share["share"], **{f"{name}_{key}": share[key] for key in ("low", "high", "n")}}
    return row


def _share(found: Interval) -> dict[str, Any]:
    return {"share": plain(found.point), "low": plain(found.low), "high": plain(found.high), "n": found.n}


def _looks(found: Findings) -> list[dict[str, Any]]:
    path, role = found.inference.path, found.inference.role_of_rule
    if path is None:
        return []
    return [{"hypothesis": path.hypothesis, "role": role, **look} for look in _path(path, role)["looks"]]


def _path(path: SequencePath, role: str) -> dict[str, Any]:
    return {
        "hypothesis": path.hypothesis,
        "role": role,
        "method": path.method,
        "level": path.level,
        "left_out": path.left_out,
        "decided_at": None if path.decided is None else path.decided.look.n,
        "verdict": None if path.decided is None else path.decided.verdict,
        "looks": [
            {
                "seed": taken.seed,
                "pairs": taken.look.n,
                "left_out": taken.left_out,
                "difference": plain(taken.look.point),
                "low": plain(taken.look.low),
                "high": plain(taken.look.high),
                "p": plain(taken.look.p),
                "verdict": taken.verdict or "",
            }
            for taken in path.looks
        ],
    }


def plain(value: float) -> float | None:
    """A number as JSON has it; None where it is undefined or without bound."""
    return float(value) if math.isfinite(value) else None
