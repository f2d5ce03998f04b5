"""What a campaign planned to infer, read from its `plan.json`: hypotheses, clusters, exclusions, stopping rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from agoranomos.campaigns import Campaign
from agoranomos.campaigns.hypothesis import Hypothesis
from agoranomos.campaigns.pairing import PlannedArm, pairs, planned_arm
from agoranomos.errors import Finding, UsageError
from agoranomos.markets.catalogue import described_market
from agoranomos.scenarios.settings import setting_of


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as far as inference goes by it.

    `late` names hypotheses that were written, or given other rules, after runs had been finished; `withdrawn` those
    that were confirmatory then and are not any more: dropped, or late.
    """

    campaign: Campaign
    arms: tuple[PlannedArm, ...]
    late: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    settings: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """The setting of each seed in each arm that is the first of a pair, where `setting` is among the clusters."""

    def units(self, arm: PlannedArm, seed: int, batch: int) -> tuple[str, ...]:
        """What the run has in common with others: one name for each of the campaign's clusters."""
        known = {
            "roster": arm.roster_name,
            "market": arm.market_name,
            "setting": self.settings.get(arm.name, {}).get(seed, ""),
            "batch": str(batch),
        }
        return tuple(known[name] for name in self.campaign.clusters)

    def pairs(self, hypothesis: Hypothesis) -> tuple[tuple[PlannedArm, PlannedArm], ...]:
        """The arms that the hypothesis holds against each other."""
        return tuple(pairs(hypothesis, self.arms))

    def outcome(self, hypothesis: Hypothesis) -> str:
        """What the hypothesis is about: its own outcome, or the campaign's."""
        return hypothesis.outcome or self.campaign.outcome or ""

    def role(self, name: str) -> str:
        """`confirmatory`, or `exploratory`: so planned, or written when results could have been seen."""
        return "exploratory" if name in self.late else self.campaign.hypotheses[name].role


def planned(plan: Mapping[str, Any], late: Collection[str] = (), withdrawn: Collection[str] = ()) -> Planned | None:
    """What the plan's document says of inference; None where it names no hypothesis.

    Raises `Finding` where the document is no plan of this program.
    """
    campaign = plan.get("campaign") or {}
    if not campaign.get("hypotheses"):
        return None
    try:
        read = Campaign.model_validate(campaign)
        arms = tuple(planned_arm(arm) for arm in plan["arms"])
        settings = _settings(read, arms, plan["arms"]) if "setting" in read.clusters else {}
    except (ValidationError, UsageError, KeyError, TypeError) as error:
        raise Finding(f"plan.json is damaged: {str(error).splitlines()[0]}") from None
    return Planned(read, arms, frozenset(late), frozenset(withdrawn), settings)


def _settings(campaign: Campaign, arms: Sequence[PlannedArm], described: Any) -> dict[str, dict[int, str]]:
    compared = [pairs(hypothesis, arms) for hypothesis in campaign.hypotheses.values()]
    firsts = {first.name for found in compared for first, _ in found}
    specs = {
        arm["name"]: described_market(arm["market"]["specification"]) for arm in described if arm["name"] in firsts
    }
    return {
        name: {seed: str(setting_of(spec.drawn(seed))) for seed in campaign.all_seeds} for name, spec in specs.items()
    }
