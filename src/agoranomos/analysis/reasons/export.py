"""What agents wrote as JSON and CSV: files of their own, beside those of behaviour."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from agoranomos.analysis.reasons.summary import ReasonsSummary
from agoranomos.statistics import Interval

NO_BEHAVIOUR = (
    "This is what agents wrote, and no behaviour: a text may say what its writer never does, and leave out what it "
    "does. No figure of conduct, outcome or welfare uses it."
)
"""What stands with these figures wherever they are shown."""


def reasons_json(found: ReasonsSummary) -> dict[str, Any]:
    """Everything in the summary, for programs; a number that does not exist is null."""
    coding = found.coding
    return {
        "note": NO_BEHAVIOUR,
        "codebook": {"edition": coding.edition, "sha256": coding.sha256, "codes": dict(coding.codes)},
        "runs": coding.runs,
        "stale": found.stale,
        "texts": dict(found.texts),
        "hidden_replies": dict(found.hidden),
        "shares": [
            {
                "arm": one.arm,
                "source": one.source,
                "code": one.code,
                "texts": one.texts,
                "coded": one.coded,
                "share": _interval(one.share),
            }
            for one in found.shares
        ],
        "judge": None
        if not coding.judge
        else {
            "model": coding.judge,
            "identity": coding.identity,
            "limit": coding.limit,
            "seed": coding.seed,
            "texts": found.asked,
            "failures": dict(found.failures),
            "agreement": [
                {
                    "code": one.code,
                    "texts": one.texts,
                    "both": one.both,
                    "rules_only": one.rules_only,
                    "judge_only": one.judge_only,
                    "neither": one.neither,
                    "turned": one.turned,
                    "kappa": _interval(one.kappa),
                    "alpha": _interval(one.alpha),
                }
                for one in found.agreements
            ],
        },
    }


def reasons_csv(found: ReasonsSummary) -> str:
    """One row an arm, source and code."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("arm", "source", "code", "runs", "texts", "coded", "share", "low", "high", "codebook_sha256"))
    for one in found.shares:
        numbers = (one.share.point, one.share.low, one.share.high)
        shown = ("" if math.isnan(number) else repr(float(number)) for number in numbers)
        writer.writerow((one.arm, one.source, one.code, one.share.n, one.texts, one.coded, *shown, found.coding.sha256))
    return text.getvalue()


def _interval(interval: Interval) -> dict[str, Any]:
    found = {name: getattr(interval, name) for name in ("point", "low", "high")}
    return {
        **{name: None if math.isnan(value) else float(value) for name, value in found.items()},
        "n": interval.n,
        "method": interval.method,
        **({"reason": interval.reason} if interval.reason else {}),
        **({"warning": interval.warning} if interval.warning else {}),
    }
