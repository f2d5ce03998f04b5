"""Null players in an arm's own scenario: its curve where nobody has an inclination that experience could change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agoranomos.analysis.tiers import Array
from agoranomos.analysis.tipping.scenario_arms import ScenarioArm
from agoranomos.errors import UsageError
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.facts import Facts
from agoranomos.randomness import Randomness
from agoranomos.scenarios.role_play import Audit
from agoranomos.statistics.tipping import constant_hazard

TRAJECTORIES = 96
FEWEST_RUNS = 16
"""Runs of each null player are so many that there are about 96 trajectories: of seeds evenly spaced among the arm's, or
where these are fewer, of each of them as often as it takes, with other draws of the players."""

_OTHER_DRAWS = 2**32
"""Between the draws of one seed's repetitions; no campaign has as many seeds."""

CONSTANT_HAZARD = "constant hazard"
_PLAYERS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "best response": ("myopic-best-response", {}, "start"),
    "win-stay, lose-shift": ("win-stay-lose-shift", {"cooperate": "comply", "defect": "violate"}, ""),
    "payoff-biased imitation": ("payoff-biased-imitation", {}, "start"),
    "Roth-Erev": ("roth-erev", {}, ""),
}
"""By what they are called: the policy, its parameters, and the one that is the arm's rate in round 1."""

NULLS = (CONSTANT_HAZARD, *_PLAYERS)


class NullCurves:
    """The null curves of arms; what was simulated once is kept."""

    def __init__(self) -> None:
        self._kept: dict[Any, Array | None] = {}

    def of(self, arm: ScenarioArm, seeds: Sequence[int], curve: Array) -> dict[str, Array]:
        """Curves [R] by name, beside the arm's own `curve` [R]; NaN where nothing could be broken.

        All but reinforcement and win-stay begin at the arm's first rate. No institution acts on them. Those that cannot
        play the scenario are left out; so is imitation of an agent that is alone, those who go by rewards where rewards
        are not shown, and those who reply to the game where its audit changes from round to round: they know but one.
        """
        judged, rounds = ~np.isnan(curve), len(curve)
        if not judged.any():
            return {}
        first = float(curve[judged][0])
        hazards = np.full(rounds, np.nan)
        hazards[judged] = constant_hazard(first, int(judged.sum()))
        found = {CONSTANT_HAZARD: hazards}
        runs = max(TRAJECTORIES // len(arm.played(seeds[0]).possible_agents), FEWEST_RUNS)
        picked = _runs_of(seeds, runs)
        # A round to two places, so that arms that differ by chance share their simulations.
        start = round(first, 2)
        for name, (policy, given, fitted) in _PLAYERS.items():
            facts = find_policy(policy).facts
            if facts is not None and _in_the_dark(arm, facts):
                continue
            parameters = {**given, fitted: start} if fitted else dict(given)
            played = arm.spec.model_dump_json(exclude={"name"})
            key = (played, picked, rounds, policy, tuple(sorted(parameters.items())))
            if key not in self._kept:
                self._kept[key] = _simulated(arm, picked, rounds, policy, parameters)
            simulated = self._kept[key]
            if simulated is not None:
                found[name] = simulated
        return found


def _runs_of(seeds: Sequence[int], runs: int) -> tuple[tuple[int, int], ...]:
    """As many pairs of a seed and how often it was taken before."""
    if len(seeds) >= runs:
        return tuple((seeds[k], 0) for k in np.linspace(0, len(seeds) - 1, runs).astype(int))
    return tuple((seeds[k % len(seeds)], k // len(seeds)) for k in range(runs))


def _in_the_dark(arm: ScenarioArm, facts: Facts) -> bool:
    if facts.reads_profit and not arm.spec.sees.own_reward:
        return True
    audit = getattr(arm.spec, "audit", None)
    return "game" in facts.needs and not facts.reads_profit and isinstance(audit, Audit) and not audit.steady


def _simulated(
    arm: ScenarioArm, seeds: Sequence[tuple[int, int]], rounds: int, policy: str, parameters: Mapping[str, Any]
) -> Array | None:
    """The mean rate [R] over runs of `policy` in every seat; None where it cannot play there, or has nobody to see."""
    kind = find_policy(policy)
    sums, counts = np.zeros(rounds), np.zeros(rounds)
    for seed, again in seeds:
        scenario = arm.played(seed)
        names, held = scenario.possible_agents, arm.seeded(seed)
        if policy == "payoff-biased-imitation" and (len(names) == 1 or scenario.spec.sees.others_actions == "nothing"):
            return None
        try:
            checked = kind.parse(parameters)
            seated = [kind.bind(checked, Seat(name, place, scenario, seed)) for place, name in enumerate(names)]
        except UsageError:
            return None
        memories = [one.start() for one in seated]
        observations, _ = scenario.reset(seed=seed)
        for number in range(1, rounds + 1):
            if not scenario.agents:
                break
            actions = {}
            for place, (name, one) in enumerate(zip(names, seated, strict=True)):
                decision: Any = one.act(
                    observations[name], None, memories[place], Randomness(seed + again * _OTHER_DRAWS, number, name)
                )
                memories[place], actions[name] = decision.memory, decision.action
            observations = scenario.step(actions)[0]
            violated: Any = scenario.measures()["violation_e6"]
            known = [one for name, one in zip(names, violated, strict=True) if one is not None and name not in held]
            sums[number - 1] += sum(known) / 1e6
            counts[number - 1] += len(known)
    return np.asarray(np.divide(sums, counts, out=np.full(rounds, np.nan), where=counts > 0))
