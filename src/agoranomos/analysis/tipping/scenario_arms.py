"""Which arms of a campaign play scenarios, and what their runs were drawn to be: from the plan alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from agoranomos.campaigns import CampaignFolder
from agoranomos.errors import AgoraError, MachineError
from agoranomos.markets.registry import find_market_type
from agoranomos.scenarios import Scenario, ScenarioSpec
from agoranomos.scenarios.settings import setting_of, unit_of


@dataclass(frozen=True, slots=True)
class ScenarioArm:
    """An arm whose market is a scenario; `spec` is the planned one, `institution` is empty where there is none.

    `players` are digests of what sits in each seat, the same in two arms where their agents are.
    """

    name: str
    regime: str
    roster: str
    market: str
    institution: str
    players: tuple[str, ...]
    spec: ScenarioSpec

    def played(self, seed: int) -> Scenario[Any]:
        """The scenario that the run with this seed had, before its first round."""
        built = find_market_type(self.spec.type).build(self.spec.drawn(seed))
        built.reset(seed=seed)
        return cast(Scenario[Any], built)

    def seeded(self, seed: int) -> tuple[str, ...]:
        """The seats of this run that the scenario plays itself, whose number is set and not found."""
        seats = getattr(self.spec.drawn(seed), "seeded", None)
        return tuple(seats.seats or ()) if seats is not None else ()

    def unit(self, seed: int) -> float:
        """What payoffs of this run are counted in: the income of the required option, where there is one, else 1."""
        return unit_of(self.spec.drawn(seed))

    def setting(self, seed: int) -> str:
        """What this run shares with others: its setting, either way round, or where it has none, its seed."""
        return setting_of(self.spec.drawn(seed)) or f"seed {seed}"


def scenario_arms(folder: Path) -> tuple[ScenarioArm, ...]:
    """The arms of the campaign in `folder` that play scenarios, in the order of its plan; mostly none.

    Arms whose plan is of a specification that this program does not know are left out. Raises `MachineError` for a
    plan that cannot be read.
    """
    if not (folder / "plan.json").is_file():
        return ()
    try:
        arms = json.loads(CampaignFolder(folder).plan_bytes()).get("arms") or ()
    except (OSError, ValueError, RecursionError, AttributeError) as error:
        raise MachineError(f"cannot read {folder / 'plan.json'}: {error}") from error
    found = [_arm(planned) for planned in arms]
    return tuple([arm for arm in found if arm is not None])


def _arm(planned: Mapping[str, Any]) -> ScenarioArm | None:
    market = planned.get("market") or {}
    specification = market.get("specification") or {}
    if specification.get("kind") != "scenario":
        return None
    try:
        spec = find_market_type(str(specification.get("type"))).spec.model_validate(specification)
    except (AgoraError, ValidationError):
        return None
    if not isinstance(spec, ScenarioSpec):
        return None
    spec = spec.model_copy(update={"rounds": planned.get("rounds") or spec.rounds})
    institution = planned.get("institution") or {}
    roster = planned.get("roster") or {}
    return ScenarioArm(
        name=str(planned["name"]),
        regime=str(planned.get("regime") or ""),
        roster=str(roster.get("name") or ""),
        market=str(market.get("name") or spec.name),
        institution=str(institution.get("name") or "") if isinstance(institution, Mapping) else str(institution),
        players=tuple(str(agent.get("description_sha256")) for agent in roster.get("agents") or ()),
        spec=spec,
    )
