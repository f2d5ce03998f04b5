"""The lines of theory beside a curve: how often an audit has to look, and from which share violating spreads."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.analysis.tipping.scenario_arms import ScenarioArm
from agoranomos.markets.threshold_public_goods import equilibria, expected_gain
from agoranomos.scenarios.coordination import CoordinationSpec
from agoranomos.scenarios.coordination.theory import audit_threshold, audited_game, watched_chance
from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.scenarios.role_play.audit import share_watched, threshold


@dataclass(frozen=True, slots=True)
class Theory:
    """What holds of an arm's runs, each as the least and the greatest over them; None where there is no such thing.

    `deterring`: p*, the probability of a look from which keeping the rule pays. `watched`: in which share of rounds the
    audit is expected to look. `unstable`: q*(t, k) of the audited game, the share of the others above which best
    replies drift to everybody.
    """

    deterring: tuple[float, float] | None = None
    watched: tuple[float, float] | None = None
    unstable: tuple[float, float] | None = None


def theory_of(arm: ScenarioArm, seeds: tuple[int, ...]) -> Theory:
    """What theory says of the runs of `arm` with these seeds."""
    specs = [arm.spec.drawn(seed) for seed in seeds]
    if isinstance(arm.spec, RolePlaySpec):
        points, looks = [], []
        for spec in specs:
            assert isinstance(spec, RolePlaySpec)
            assert spec.incomes is not None
            high, low = spec.incomes
            points.append(threshold(high, low, spec.audit.fine * low))
            looks.append(share_watched(spec.audit, points[-1], spec.rounds))
        return Theory(_range(points), _range(looks))
    if isinstance(arm.spec, CoordinationSpec):
        points, looks = [], []
        unstable: list[float] = []
        for spec in specs:
            assert isinstance(spec, CoordinationSpec)
            points.append(audit_threshold(spec))
            looks.append(watched_chance(spec))
            unstable.extend(_unstable(spec))
        spreads = unstable if len(unstable) == len(specs) else []
        return Theory(None if arm.spec.rule == "none" else _range(points), _range(looks), _range(spreads))
    return Theory()


def _unstable(spec: CoordinationSpec) -> tuple[float, ...]:
    """q* of the game that the audit leaves; 0 where breaking the rule pays from any share, none where it dies out.

    Nor is there one of agents who see a few neighbours, or who may come forward: it is that of a whole group, and of
    two options.
    """
    if (spec.network is not None and spec.network.kind != "complete") or spec.leniency is not None:
        return ()
    game, duty = audited_game(spec), spec.rule == "collective"
    mixed = equilibria(game).mixed
    if not mixed:
        pays = (expected_gain(game, 0.5) > 0.0) != duty
        return (0.0,) if pays else ()
    if expected_gain(game, mixed[0] / 2.0) > 0.0:
        return ()
    # Where the rule is the collective option, breaking it is to leave the group: it spreads from below the point.
    return (1.0 - mixed[0] if duty else mixed[0],)


def _range(values: list[float]) -> tuple[float, float] | None:
    return (min(values), max(values)) if values else None
