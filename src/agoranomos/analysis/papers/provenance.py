"""What every caption ends with: how much was run, by whom, and under which plan. Made from the summary, never typed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.inference import Answer
from agoranomos.analysis.papers.seats import people_in_words, without_models_in_words
from agoranomos.campaigns import CampaignFolder

SHOWN = 16
"""Digits of a plan's digest in a caption; `captions.json` has all 64."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """`campaign` and `plan` (the SHA-256 of its plan, empty where there is none) name it; the others are clauses.

    `n` says how many runs, arms and rounds, and what counts as a unit; `models` which language models took part, and
    which people.
    """

    campaign: str
    plan: str
    n: str
    models: str

    @property
    def sentence(self) -> str:
        """All of it, as a caption ends."""
        plan = f"plan {self.plan[:SHOWN]}" if self.plan else "plan unknown"
        return f"{self.n}. {self.models}. Campaign {self.campaign}, {plan}."

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return asdict(self)


def provenance_of(summary: CampaignSummary) -> Provenance:
    """What is to be said of the campaign that `summary` is of."""
    folder = CampaignFolder(summary.folder)
    plan = hashlib.sha256(folder.plan_bytes()).hexdigest() if folder.plan_file.is_file() else ""
    return Provenance(summary.name, plan, _n(summary), _models(summary))


def _n(summary: CampaignSummary) -> str:
    per_arm = sorted({len(arm.results) for arm in summary.arms})
    rounds = sorted({int(value) for arm in summary.arms for value in arm.results.column("rounds")})
    count = f"{summary.finished:,} {_of(summary.finished, 'run')}"
    if summary.finished != summary.planned:
        count = f"{summary.finished:,} of {summary.planned:,} planned runs"
    if summary.not_needed:
        count = f"{summary.finished:,} runs ({summary.not_needed:,} of {summary.planned:,} were not needed)"
    runs = f"n = {count} in {len(summary.arms)} {_of(len(summary.arms), 'arm')}"
    return f"{runs}, {_span(per_arm)} an arm, {_span(rounds)} rounds each; {_units(summary)}" if rounds else runs


def _units(summary: CampaignSummary) -> str:
    """What counts as independent, where hypotheses are judged; runs, where there are none."""
    inference = summary.findings.inference if summary.findings is not None else None
    if inference is None:
        return "no clusters, runs are the units"
    if not inference.clusters:
        units = sorted({_independent(answer) for answer in inference.answers})
        shared = any(answer.units is not None for answer in inference.answers)
        as_one = " (those that share a run count as one)" if shared else ""
        return f"no clusters: pairs are the units{as_one}, {_span(units)} a hypothesis"
    found = sorted({answer.main.clusters for answer in inference.answers})
    within = f", {' and '.join(inference.clusters[1:])} within" if len(inference.clusters) > 1 else ""
    return f"clusters: {inference.clusters[0]}{within}, {_span(found)} a hypothesis"


def _independent(answer: Answer) -> int:
    """How many pairs of a hypothesis do not depend on each other, where nothing clusters them."""
    return answer.pairs if answer.units is None else len(set(answer.units))


def _models(summary: CampaignSummary) -> str:
    if not summary.models:
        return f"No language model took part: {without_models_in_words(summary)}"
    named = ", ".join(summary.models)
    people = people_in_words(summary)
    played = f"; {people}" if people else ""
    if summary.mock_only:
        return f"No language model took part: a mock engine drew the replies ({named}){played}"
    return f"Language {_of(len(summary.models), 'model')}: {named}{played}"


def _of(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def _span(values: list[int]) -> str:
    if not values:
        return "0"
    return f"{values[0]:,}" if len(values) == 1 else f"{values[0]:,} to {values[-1]:,}"
