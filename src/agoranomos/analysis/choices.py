"""What agents that act on distributions found probable: options, cases and sanctions, by arm and way of scoring.

A distribution that was scored directly and one that follows the model's reasoning are different quantities. Nothing
here averages over both: it raises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.statistics import Interval, mean_interval

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class ChoiceDecision:
    """One decision whose distribution is known; rows are in the order of `options`.

    `chosen` is the index of the option that was acted on (None where it was another call of the decision). `accused`
    and `sanctioned` say what each option would have brought; None where that is not known.
    """

    round: int
    agent: str
    scored: str
    options: tuple[str, ...]
    probabilities: tuple[float, ...]
    chosen: int | None
    accused: tuple[bool, ...] | None
    sanctioned: tuple[bool, ...] | None
    order_effect: float = NAN
    """How much the order of the list matters: by how much the probability of an option differs between orders, for the
    option for which that is most; NaN where there was one order."""
    model: str = ""

    @property
    def accused_probability(self) -> float:
        """How probable it is that what is drawn brings a case; NaN where that is not known."""
        return _weight(self.probabilities, self.accused)

    @property
    def sanctioned_probability(self) -> float:
        """How probable it is that what is drawn brings a sanction; NaN where that is not known."""
        return _weight(self.probabilities, self.sanctioned)

    @property
    def entropy(self) -> float:
        """Shannon entropy in bits: 0 where one option is certain, log2 of their number where all are alike."""
        return math.fsum(-p * math.log2(p) for p in self.probabilities if p > 0)


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean over decisions with one menu that were scored in one way."""

    scored: str
    options: tuple[str, ...]
    decisions: int
    probabilities: tuple[float, ...]
    chosen: tuple[float, ...]
    """The share of decisions that acted on each option."""
    accused: float
    sanctioned: float
    entropy: float
    order_effect: float


def pooled(decisions: Iterable[ChoiceDecision]) -> Pooled:
    """The decisions together; what is undefined for some is averaged over the others.

    Raises `UsageError` for none, for direct ones among some after reasoning, and for different menus.
    """
    found = list(decisions)
    kinds, menus = ({getattr(one, name) for one in found} for name in ("scored", "options"))
    if len(kinds) > 1:
        raise UsageError(
            "distributions that were scored directly and after reasoning are different quantities, and never pooled",
            advice="Take those with one value of `scored`.",
        )
    if len(menus) != 1:
        raise UsageError(f"distributions over {len(menus)} menus have no mean", advice="Take those with one menu.")
    rows = np.array([one.probabilities for one in found])
    acted = [one.chosen for one in found if one.chosen is not None]
    count = len(found[0].options)
    return Pooled(
        scored=kinds.pop(),
        options=menus.pop(),
        decisions=len(found),
        probabilities=tuple(rows.mean(axis=0).tolist()),
        chosen=tuple(acted.count(place) / len(acted) if acted else NAN for place in range(count)),
        accused=_mean(one.accused_probability for one in found),
        sanctioned=_mean(one.sanctioned_probability for one in found),
        entropy=_mean(one.entropy for one in found),
        order_effect=_mean(one.order_effect for one in found),
    )


@dataclass(frozen=True, slots=True)
class OptionSummary:
    """One option over an arm's runs: its mean probability, and the share of decisions that acted on it."""

    option: str
    probability: Interval
    chosen: Interval


@dataclass(frozen=True, slots=True)
class ChoiceSummary:
    """The decisions of an arm's agents with one model and one menu, scored in one way: means over decisions, then runs.

    `accused` and `sanctioned` are the mean probabilities of a case and a sanction of what is drawn; `entropy` is in
    bits; `order_effect` is that of `ChoiceDecision`. `agents` are those who had this menu.
    """

    scored: str
    model: str
    agents: tuple[str, ...]
    decisions: int
    options: tuple[OptionSummary, ...]
    accused: Interval
    sanctioned: Interval
    entropy: Interval
    order_effect: Interval

    @property
    def by_probability(self) -> tuple[OptionSummary, ...]:
        """The options, the most probable first."""
        return tuple(sorted(self.options, key=lambda option: -option.probability.point))


def summarise_choices(runs: Sequence[Sequence[ChoiceDecision]]) -> tuple[ChoiceSummary, ...]:
    """The decisions of an arm's runs, one summary for each way of scoring, model and menu, as they came."""
    groups = dict.fromkeys(map(_group, (one for run in runs for one in run)))
    return tuple(_summary(runs, *group) for group in groups)


def _group(decision: ChoiceDecision) -> tuple[str, str, tuple[str, ...]]:
    """What decisions of an arm must have in common for their means to be of something."""
    return decision.scored, decision.model, decision.options


def _summary(
    runs: Sequence[Sequence[ChoiceDecision]], scored: str, model: str, options: tuple[str, ...]
) -> ChoiceSummary:
    mine = [[one for one in run if _group(one) == (scored, model, options)] for run in runs]
    means = [pooled(run) for run in mine if run]
    return ChoiceSummary(
        scored=scored,
        model=model,
        agents=tuple(dict.fromkeys(one.agent for run in mine for one in run)),
        decisions=sum(len(run) for run in mine),
        options=tuple(
            OptionSummary(
                option,
                _interval(mean.probabilities[place] for mean in means),
                _interval(mean.chosen[place] for mean in means),
            )
            for place, option in enumerate(options)
        ),
        accused=_interval(mean.accused for mean in means),
        sanctioned=_interval(mean.sanctioned for mean in means),
        entropy=_interval(mean.entropy for mean in means),
        order_effect=_interval(mean.order_effect for mean in means),
    )


def decisions_in(table: Any) -> tuple[ChoiceDecision, ...]:
    """The decisions in rows of the table `choices` of one run, in their order."""
    rows: dict[tuple[int, str, int], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault((row["round"], row["agent"], row["attempt"]), []).append(row)
    return tuple(_decision(found) for found in rows.values())


def _decision(rows: Sequence[dict[str, Any]]) -> ChoiceDecision:
    first = rows[0]

    def flags(name: str) -> tuple[bool, ...] | None:
        found = tuple(row[name] for row in rows)
        return None if any(flag is None for flag in found) else found

    return ChoiceDecision(
        round=first["round"],
        agent=first["agent"],
        scored=first["scored"],
        options=tuple(row["option"] for row in rows),
        probabilities=tuple(row["probability"] for row in rows),
        chosen=next((place for place, row in enumerate(rows) if row["chosen"]), None),
        accused=flags("accused"),
        sanctioned=flags("sanctioned"),
        order_effect=max((max(row["by_order"]) - min(row["by_order"]) for row in rows if row["by_order"]), default=NAN),
        model=first["model"],
    )


def _weight(probabilities: Sequence[float], marked: Sequence[bool] | None) -> float:
    return NAN if marked is None else math.fsum(p for p, is_so in zip(probabilities, marked, strict=True) if is_so)


def _mean(values: Iterable[float]) -> float:
    defined = [value for value in values if not math.isnan(value)]
    return math.fsum(defined) / len(defined) if defined else NAN


def _interval(values: Iterable[float]) -> Interval:
    sample = np.array(list(values), dtype=np.float64)
    return mean_interval(sample[np.isfinite(sample)])
