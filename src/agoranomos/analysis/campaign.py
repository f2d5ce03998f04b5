"""A whole campaign, summarised from its folder: arms, comparisons, checks, and whether it is complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agoranomos.analysis.arm_data import ArmData
from agoranomos.analysis.arms import ArmSummary, summarise_arm
from agoranomos.analysis.calibration import Calibration, calibrate
from agoranomos.analysis.checks import Check, manipulation_checks
from agoranomos.analysis.comparisons import Comparison, PooledContrast, compare_arms, compare_regimes
from agoranomos.analysis.deviations import Departures, departures_in
from agoranomos.analysis.findings import Findings, findings
from agoranomos.analysis.runs import LAST, Null
from agoranomos.analysis.tables import open_arms
from agoranomos.campaigns import Campaign, CampaignFolder
from agoranomos.documents import read_document
from agoranomos.errors import AgoraError, MachineError, UsageError
from agoranomos.markets import CournotSpec
from agoranomos.markets.cournot.equilibrium import nash


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """What a report says. `outcome` is the measure that the campaign named before it ran; empty where it named none.

    `case_cost` is the price of a case that welfare was reduced by; `departures` are the other plans that were followed;
    `findings` are of the hypotheses that it wrote before it ran, None where it wrote none.
    """

    folder: Path
    name: str
    title: str
    outcome: str
    case_cost: float
    arms: tuple[ArmSummary, ...]
    comparisons: tuple[Comparison, ...]
    regimes: tuple[PooledContrast, ...]
    checks: tuple[Check, ...]
    departures: Departures
    findings: Findings | None

    @property
    def planned(self) -> int:
        """Runs that the plan has."""
        return sum(summary.arm.planned for summary in self.arms)

    @property
    def finished(self) -> int:
        """Runs that are finished."""
        return sum(len(summary.results) for summary in self.arms)

    @property
    def failed(self) -> int:
        """Runs that were given up."""
        return sum(len(summary.arm.failed) for summary in self.arms)

    @property
    def complete(self) -> bool:
        """Whether every planned run is finished, or was not needed any more."""
        return self.finished + self.not_needed == self.planned

    @property
    def not_needed(self) -> int:
        """Runs that were not begun because the stopping rule had been met."""
        if self.findings is None:
            return 0
        seeds = self.findings.inference.not_needed
        return sum(seed in seeds for summary in self.arms for seed in summary.arm.unfinished)

    @property
    def models(self) -> tuple[str, ...]:
        """The language models that any agent asked."""
        return tuple(sorted({model for summary in self.arms for model in summary.arm.models if model}))

    @property
    def mock_only(self) -> bool:
        """Whether every model is the mock engine, which draws replies and models nothing."""
        return bool(self.models) and all(model.startswith("mock/") for model in self.models)


def summarise(folder: Path, *, case_cost: float = 0.0) -> CampaignSummary:
    """Everything that is to be said of the campaign in `folder`, from its tables and its plan alone.

    Raises `UsageError` where there are no tables or a negative price of a case, `MachineError` where they are
    unreadable.
    """
    if not case_cost >= 0:
        raise UsageError(f"a case cost of {case_cost}; a number from 0 was expected")
    arms = open_arms(folder)
    plan = _plan(folder)
    simulated: dict[tuple[str, int], Calibration | None] = {}
    summaries = tuple(
        summarise_arm(arm, _null(arm, _specification(plan, arm.name), simulated), case_cost=case_cost) for arm in arms
    )
    planned = {arm["name"]: arm for arm in plan.get("arms") or () if arm.get("name")}
    campaign, departures = plan.get("campaign") or {}, departures_in(folder)
    return CampaignSummary(
        folder=folder,
        name=str(campaign.get("name") or folder.name),
        title=_title(folder),
        outcome=str(campaign.get("outcome") or ""),
        case_cost=case_cost,
        arms=summaries,
        comparisons=compare_arms(summaries, planned),
        regimes=compare_regimes(summaries, planned),
        checks=manipulation_checks(summaries),
        departures=departures,
        findings=findings(folder, plan, summaries, departures, case_cost),
    )


def _plan(folder: Path) -> Mapping[str, Any]:
    if not (folder / "plan.json").is_file():
        return {}
    try:
        plan = json.loads(CampaignFolder(folder).plan_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise MachineError(f"cannot read {folder / 'plan.json'}: {error}") from error
    return plan if isinstance(plan, dict) else {}


def _title(folder: Path) -> str:
    """The title that the campaign's text gives it; empty where the text is gone or says nothing."""
    try:
        return read_document(folder / "campaign.yaml", Campaign).title
    except AgoraError:
        return ""


def _specification(plan: Mapping[str, Any], arm: str) -> CournotSpec | None:
    """The arm's market as planned; None where null play is not defined for it (another type, costs drawn anew)."""
    for planned in plan.get("arms") or ():
        if planned.get("name") == arm:
            try:
                spec = CournotSpec.model_validate((planned.get("market") or {}).get("specification"))
                return spec if spec.drawn(0) == spec else None
            except ValidationError:
                return None
    return None


def _null(arm: ArmData, spec: CournotSpec | None, simulated: dict[tuple[str, int], Calibration | None]) -> Null:
    if spec is None or not arm.runs:
        return Null()
    rounds = arm.runs.longest

    def of(length: int) -> Calibration | None:
        key = (spec.model_dump_json(), length)
        if key not in simulated:
            simulated[key] = calibrate(nash(spec).quantity, spec.capacity, length) if length else None
        return simulated[key]

    return Null(whole=of(rounds), last=of(min(rounds, LAST)))
