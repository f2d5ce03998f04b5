"""The pairs that a hypothesis is judged by: the same seed in two arms, and why a planned pair is not among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.inference.exclusion import excluded_by
from agoranomos.analysis.inference.planned import Planned
from agoranomos.campaigns.hypothesis import Exclusion, Hypothesis
from agoranomos.campaigns.stopping import Seen


@dataclass(frozen=True, slots=True)
class Missing:
    """Planned pairs that are not judged by, each counted once, for the first of these reasons that holds of a run.

    `excluded` broke a rule that was written before; `undefined` has no value of the outcome; `failed` and `unfinished`
    have no log.
    """

    failed: int = 0
    unfinished: int = 0
    excluded: int = 0
    undefined: int = 0

    @property
    def total(self) -> int:
        """Pairs that are missing for whatever reason."""
        return self.failed + self.unfinished + self.excluded + self.undefined


@dataclass(frozen=True, slots=True)
class Pairs:
    """The outcome in the first arm and in the second, (n,), and what each pair has in common.

    `arms` numbers the pair of arms. `clusters` names the units that do not depend on each other: the first that the
    plan's `clusters` names (None: it names none); `nested` the units within them, by the others that it names. Where it
    names none, and a run stands in several pairs (one arm against each level of a factor), `sharing` names the pairs of
    a seed that hang together so: they are one unit. `of_missing` names the units of the pairs that are missing.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    seeds: tuple[int, ...]
    arms: tuple[int, ...]
    clusters: tuple[str, ...] | None
    nested: tuple[str, ...] | None
    missing: Missing
    sharing: tuple[str, ...] | None = None
    of_missing: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...] | None:
        """What does not depend on each other, for each pair; None where pairs do not."""
        return self.sharing if self.clusters is None else self.clusters

    @property
    def differences(self) -> NDArray[np.float64]:
        """First less second, (n,)."""
        return self.first - self.second


class Values:
    """What finished runs came to, looked up by arm and seed; each arm is read once for each outcome."""

    def __init__(self, arms: Sequence[ArmSummary], exclude: Sequence[Exclusion]) -> None:
        self._arms = {arm.arm.name: arm for arm in arms}
        self._exclude = tuple(exclude)
        self._found: dict[tuple[str, str], Mapping[int, Seen]] = {}

    def of(self, arm: str, outcome: str) -> Mapping[int, Seen]:
        """The outcome of every finished run of the arm, by seed."""
        if (arm, outcome) not in self._found:
            self._found[arm, outcome] = self._read(arm, outcome)
        return self._found[arm, outcome]

    def failed(self, arm: str, seed: int) -> bool:
        """Whether the run was given up."""
        return arm in self._arms and seed in self._arms[arm].arm.failed

    def _read(self, name: str, outcome: str) -> Mapping[int, Seen]:
        arm = self._arms.get(name)
        if arm is None:
            return {}
        values = arm.values(outcome)
        if not self._exclude:
            return {run.seed: Seen(float(value)) for run, value in zip(arm.results, values, strict=True)}
        return {
            run.seed: Seen(float(value), bool(excluded_by(run, self._exclude)))
            for run, value in zip(arm.results, values, strict=True)
        }


def pairs_of(
    planned: Planned, hypothesis: Hypothesis, values: Values, seeds: Sequence[int], further: Sequence[int] = ()
) -> Pairs:
    """The pairs of the hypothesis among `seeds`, in their order within each pair of arms.

    `further` are seeds that need not have been run: a pair of them that is not finished is not missing.
    """
    outcome, batch_of = planned.outcome(hypothesis), planned.campaign.batch_of
    rows: list[tuple[float, float, int, int]] = []
    units: list[tuple[str, ...]] = []
    of_missing: list[tuple[str, ...]] = []
    missing = dict.fromkeys(("failed", "unfinished", "excluded", "undefined"), 0)
    compared, named = planned.pairs(hypothesis), planned.campaign.clusters
    hanging = _hanging_together([(one.name, other.name) for one, other in compared])
    for number, (one, other) in enumerate(compared):
        first, second = values.of(one.name, outcome), values.of(other.name, outcome)
        for seed in (*seeds, *further):
            runs = first.get(seed), second.get(seed)
            unit = planned.units(one, seed, batch_of[seed]) if named else (f"{hanging[number]}/{seed}",)
            why = _why_missing(runs, values.failed(one.name, seed) or values.failed(other.name, seed))
            if not why and runs[0] is not None and runs[1] is not None:
                rows.append((runs[0].value, runs[1].value, seed, number))
                units.append(unit)
            elif why in ("excluded", "undefined") or seed not in further:
                missing[why] += 1
                of_missing.append(unit)
    shares_runs = not named and len(set(hanging)) < len(hanging)
    return Pairs(
        first=np.array([row[0] for row in rows], dtype=np.float64),
        second=np.array([row[1] for row in rows], dtype=np.float64),
        seeds=tuple(row[2] for row in rows),
        arms=tuple(row[3] for row in rows),
        clusters=tuple(unit[0] for unit in units) if named else None,
        nested=tuple("/".join(unit[1:]) for unit in units) if len(named) > 1 else None,
        missing=Missing(**missing),
        sharing=tuple(unit[0] for unit in units) if shares_runs else None,
        of_missing=tuple(unit[0] for unit in of_missing) if named or shares_runs else (),
    )


def _why_missing(runs: tuple[Seen | None, Seen | None], failed: bool) -> str:
    there = [run for run in runs if run is not None]
    if len(there) < len(runs):
        return "failed" if failed else "unfinished"
    if any(run.excluded for run in there):
        return "excluded"
    return "undefined" if any(np.isnan(run.value) for run in there) else ""


def _hanging_together(compared: Sequence[tuple[str, str]]) -> list[int]:
    """A number for each pair of arms; those that have an arm in common, if only through others, have the same one."""
    group: dict[str, int] = {}
    for number, (first, second) in enumerate(compared):
        met = {group[name] for name in (first, second) if name in group}
        group |= dict.fromkeys((first, second), number)
        group |= {name: number for name, of in group.items() if of in met}
    return [group[first] for first, _ in compared]
