"""What a campaign of scenarios comes to: curves with intervals, null curves, theory, and the measures of tipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agoranomos.analysis.tiers import Array
from agoranomos.analysis.tipping.draws import draws
from agoranomos.analysis.tipping.groups import Group, group_of
from agoranomos.analysis.tipping.null_curves import NullCurves
from agoranomos.analysis.tipping.scenario_arms import ScenarioArm, scenario_arms
from agoranomos.analysis.tipping.theory import Theory, theory_of
from agoranomos.analysis.tipping.tips import distinct, tip_of
from agoranomos.analysis.tipping.trajectories import PAYOFFS, Trajectories, trajectories
from agoranomos.scenarios import DelegatedSpec
from agoranomos.statistics import Interval, bootstrap_cluster_mean, rate_interval
from agoranomos.statistics.tipping import (
    ChangePoint,
    Drift,
    area,
    drift,
    experience_effect,
    hazard,
    persistence,
    sharpness,
    shift,
    violation_rate,
)


@dataclass(frozen=True, slots=True)
class TippingArm:
    """One arm. `rates` has one interval a round, `of_all` the rate with unread answers in the denominator, [R].

    `change` is the step upwards of all trajectories together, at the same round, and `fall` the one of how often the
    rule is kept. `under_audit` is V from the round on in which audits begin less V before, where they begin later than
    in the first: what looks change, and time with them. (Hysteresis would be what is left once nobody looks again.)
    `payoffs` are means a round by `PAYOFFS`; `unread` is the share of decisions without an answer that could be read.
    """

    arm: ScenarioArm
    data: Trajectories
    rates: Sequence[Interval]
    of_all: Array
    area: Interval
    hazards: Sequence[Interval]
    persistence: Interval
    drift: Drift
    change: ChangePoint
    fall: ChangePoint
    sharpness: float
    payoffs: Mapping[str, Interval]
    unread: Interval
    under_audit: Interval | None
    group: Group | None
    nulls: Mapping[str, Array]
    theory: Theory

    @property
    def curve(self) -> Array:
        """V_r, [R]."""
        return np.array([rate.point for rate in self.rates])

    @property
    def ends(self) -> tuple[Interval, Interval]:
        """The rates of the first and of the last round in which anything could be broken; of none, those of any."""
        known = [rate for rate in self.rates if not np.isnan(rate.point)] or list(self.rates)
        return known[0], known[-1]


@dataclass(frozen=True, slots=True)
class Experience:
    """The effect of having been shown `violations` rounds that broke the rule and paid, over none."""

    shown: str
    base: str
    violations: int
    effect: Interval


@dataclass(frozen=True, slots=True)
class TippingResults:
    """The arms in the order of the plan, and the experience effects between them."""

    arms: tuple[TippingArm, ...]
    experience: tuple[Experience, ...]

    def __getitem__(self, name: str) -> TippingArm:
        """The arm called `name`; raises `KeyError` for another."""
        return next((one for one in self.arms if one.arm.name == name), None) or _missing(name)


def tipping_results(folder: Path) -> TippingResults | None:
    """The results of the campaign in `folder`; None where no arm plays a scenario, or none has a finished run.

    Scenarios with principals are left out: their duties are broken by more than two options, and the null players of
    tipping say nothing about them.

    Raises `MachineError` for a plan that cannot be read, and what Arrow raises for tables that are damaged.
    """
    nulls = NullCurves()
    arms_told = [arm for arm in scenario_arms(folder) if not isinstance(arm.spec, DelegatedSpec)]
    found = [trajectories(folder, arm) for arm in arms_told]
    arms = tuple([_arm(one, nulls) for one in found if one is not None])
    return TippingResults(arms, _experience(arms)) if arms else None


def _arm(data: Trajectories, nulls: NullCurves) -> TippingArm:
    violated, moves = data.violated[data.free], data.moves[data.free]
    settings = _free_settings(data)
    rates = violation_rate(violated, settings, draws(data, "rate"))
    curve = np.array([rate.point for rate in rates])
    shown = None if not data.by_chance else data.chances[data.free]
    told_apart = distinct(data)
    return TippingArm(
        arm=data.arm,
        data=data,
        rates=rates,
        of_all=np.nan_to_num(violated).mean(axis=0) if len(violated) else np.full(violated.shape[1], np.nan),
        area=area(violated, settings, draws(data, "area")),
        hazards=hazard(moves, settings, draws(data, "hazard"), chances=shown),
        persistence=persistence(moves, settings, draws(data, "persistence"), chances=shown),
        drift=drift(violated, settings),
        change=tip_of(told_apart),
        fall=tip_of(1.0 - told_apart),
        sharpness=sharpness(curve),
        payoffs={name: _payoff(data, name) for name in PAYOFFS},
        unread=rate_interval(data.unread, data.decisions),
        group=group_of(data),
        under_audit=_under_audit(data, violated, settings),
        nulls=nulls.of(data.arm, data.seeds, curve),
        theory=theory_of(data.arm, data.seeds),
    )


def _free_settings(data: Trajectories) -> list[str]:
    return [setting for setting, is_free in zip(data.settings, data.free, strict=True) if is_free]


def _under_audit(data: Trajectories, violated: Array, settings: Sequence[str]) -> Interval | None:
    audit = getattr(data.arm.spec, "audit", None)
    rounds = violated.shape[1]
    if audit is None or not 1 < audit.from_round <= rounds:
        return None
    before, later = range(1, audit.from_round), range(audit.from_round, rounds + 1)
    return shift(violated, before, later, settings, draws(data, "under audit"))


def _payoff(data: Trajectories, name: str) -> Interval:
    values = data.payoffs[name]
    known = ~np.isnan(values)
    settings = [setting for setting, is_known in zip(data.run_settings, known, strict=True) if is_known]
    return bootstrap_cluster_mean(values[known], settings, draws(data, name), resamples=4_000)


def _experience(arms: Sequence[TippingArm]) -> tuple[Experience, ...]:
    """Arms that differ only in how many of their fabricated rounds broke the rule, each against the one with none."""
    alike: dict[tuple[str, ...], list[TippingArm]] = {}
    for one in arms:
        made = one.arm.spec.fabricated
        if made is not None:
            plain = one.arm.spec.model_copy(update={"fabricated": None, "name": "any"})
            key = *one.arm.players, one.arm.regime, str(made.rounds), plain.model_dump_json()
            alike.setdefault(key, []).append(one)
    found = []
    for members in alike.values():
        shown = {one.arm.name: made.violations for one in members if (made := one.arm.spec.fabricated) is not None}
        base = next((one for one in members if not shown[one.arm.name]), None)
        for one in members:
            if base is None or one is base:
                continue
            effect = experience_effect(
                *(one.data.violated[one.data.free], _free_settings(one.data)),
                *(base.data.violated[base.data.free], _free_settings(base.data)),
                draws(one.data, "shown"),
            )
            found.append(Experience(one.arm.name, base.arm.name, shown[one.arm.name], effect))
    return tuple(found)


def _missing(name: str) -> TippingArm:
    raise KeyError(name)
