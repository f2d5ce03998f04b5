"""What a campaign found of what it set out to show: each hypothesis, what its effect cost, and the errors beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.costs import ArmErrors, Line, accounts, audits_of, errors_of
from agoranomos.analysis.deviations import Departures
from agoranomos.analysis.inference import Answer, Inference, infer, planned


@dataclass(frozen=True, slots=True)
class Findings:
    """`accounts` are those of each hypothesis, by its name; `errors` those of the arms that hypotheses compare."""

    inference: Inference
    accounts: Mapping[str, tuple[Line, ...]]
    errors: Mapping[str, ArmErrors]

    def accounts_stand_under(self, answer: Answer) -> str:
        """The hypothesis before this one that compares the same runs, whose accounts are the same; empty where none."""
        before = self.inference.answers[: self.inference.answers.index(answer)]
        return next((one.name for one in before if (one.judged, one.units) == (answer.judged, answer.units)), "")

    def errors_beside(self, answer: Answer) -> list[ArmErrors]:
        """The errors of the arms that the hypothesis compares, those of governed arms among them, each once."""
        names = dict.fromkeys(arm for pair in answer.judged for arm in pair)
        return [self.errors[name] for name in names if name in self.errors]


def findings(
    folder: Path, plan: Mapping[str, Any], arms: Sequence[ArmSummary], departures: Departures, case_cost: float
) -> Findings | None:
    """The findings of the campaign in `folder`; None where its plan names no hypothesis.

    `departures` say which hypotheses are as old as its runs; `case_cost` is what a case costs society.
    """
    inference = infer(planned(plan, departures.late, departures.withdrawn), arms)
    if inference is None:
        return None
    by_name = {arm.arm.name: arm for arm in arms}
    compared = {name for answer in inference.answers for pair in answer.judged for name in pair}
    audits = audits_of(folder, compared)
    return Findings(
        inference,
        {
            answer.name: accounts(by_name, answer.judged, answer.units, case_cost, audits)
            for answer in inference.answers
        },
        errors_of(folder, compared),
    )
