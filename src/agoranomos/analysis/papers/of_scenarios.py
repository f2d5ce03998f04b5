"""Tables of scenarios: how often the rule is broken, payoffs, groups, contagion, experience."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from agoranomos.analysis.intervals import Bounded, interval_in_words
from agoranomos.analysis.papers.table import Column, Table, amounts, counts, intervals, shares, texts
from agoranomos.analysis.tipping.results import TippingArm, TippingResults
from agoranomos.analysis.tipping.trajectories import PAYOFFS
from agoranomos.analysis.words import MISSING, number, percent

SETTINGS = "over settings"
HEADINGS = {"agent": "an agent, net of fines", "principal": "the principal", "third_party": "third parties"}


def scenario_tables(found: TippingResults | None) -> Iterator[Table]:
    """The tables that the campaign has rows for; none where no arm plays a scenario."""
    if found is None:
        return
    yield _violations(found.arms)
    yield _payoffs(found.arms)
    grouped = [one for one in found.arms if one.group is not None]
    if grouped:
        yield _groups(grouped)
    linked = [one for one in grouped if one.group is not None and one.group.contagion is not None]
    if linked:
        yield _contagion(linked)
    if found.experience:
        effects = [one.effect for one in found.experience]
        yield Table(
            "experience",
            "Experience of broken rules",
            "The mean rate of those who were shown rounds that broke the rule and paid, less that of those who were "
            "shown as many that kept it.",
            interval_in_words(effects, SETTINGS),
            (
                texts("shown", "shown", [one.shown for one in found.experience]),
                counts("violations", "rounds that broke the rule", [one.violations for one in found.experience]),
                texts("base", "against", [one.base for one in found.experience]),
                intervals("effect", "effect", effects, 2, form="signed"),
            ),
        )


def _names(arms: Sequence[TippingArm]) -> Column:
    return texts("arm", "arm", [one.arm.name for one in arms])


def _violations(arms: Sequence[TippingArm]) -> Table:
    shown: dict[str, list[Bounded]] = {
        "first round": [one.ends[0] for one in arms],
        "last round": [one.ends[1] for one in arms],
        "mean": [one.area for one in arms],
        "again after a violation": [one.persistence for one in arms],
    }
    drifts = [one.drift.slope.interval for one in arms]
    return Table(
        "violations",
        "How often the rule is broken",
        "Rates of answers that could be read. The drift is the slope of a mixed logit, in logits a round. Tips: a "
        "step upwards that stays.",
        f"{interval_in_words([one for rates in shown.values() for one in rates])} {SETTINGS}; of the drift, "
        f"{interval_in_words(drifts)}",
        (
            _names(arms),
            counts("trajectories", "trajectories", [int(one.data.free.sum()) for one in arms]),
            counts("settings", "settings", [len(set(one.data.settings)) for one in arms]),
            *(intervals(name.replace(" ", "_"), name, rates, form="percent") for name, rates in shown.items()),
            intervals("drift", "drift", drifts, 2, form="signed"),
            texts("tips", "tips", [_tips(one) for one in arms]),
            shares("unread", "unread", [one.unread.point for one in arms], 1),
        ),
    )


def _tips(one: TippingArm) -> str:
    if one.change.reason:
        return MISSING
    if not one.change.tipped:
        return "no"
    return f"round {one.change.round}, {percent(one.change.before)} to {percent(one.change.after)}"


def _payoffs(arms: Sequence[TippingArm]) -> Table:
    found = {name: [one.payoffs[name] for one in arms] for name in PAYOFFS}
    return Table(
        "payoffs",
        "Payoffs a round",
        "Means over runs, in incomes of the required option where there is one, else in the scenario's own money. "
        "p*: how often an audit has to look for keeping the rule to pay; q*: the share of the others from which best "
        "replies drift to everybody.",
        interval_in_words([one for means in found.values() for one in means], SETTINGS),
        (
            _names(arms),
            *(intervals(name, HEADINGS.get(name, name), means, 2) for name, means in found.items()),
            texts("p_star", "p*", [_span(one.theory.deterring) for one in arms]),
            texts("watched", "audit looks", [_span(one.theory.watched) for one in arms]),
            texts("q_star", "q*", [_span(one.theory.unstable) for one in arms]),
        ),
    )


def _groups(arms: Sequence[TippingArm]) -> Table:
    groups = [one.group for one in arms if one.group is not None]
    successes = [group.success for group in groups]
    return Table(
        "groups",
        "Groups",
        "After success: how much more often agents break the rule after a round in which their group reached its "
        "threshold. Unstable share: where the fitted response curve passes above the diagonal.",
        interval_in_words([*successes, *(group.unstable for group in groups)], SETTINGS),
        (
            _names(arms),
            counts("groups", "groups", [len(one.data.seeds) for one in arms]),
            intervals("success", "after success", successes, 2, form="signed"),
            counts("adopted", "groups with 90%", [group.adoption.reached for group in groups]),
            amounts("adoption_median", "median round of it", [group.adoption.median for group in groups], 0),
            texts(
                "tipped", "groups that tip", [_of_groups(group.tips.tipped, len(group.tips.found)) for group in groups]
            ),
            intervals("unstable", "unstable share", [group.unstable for group in groups], 2),
        ),
    )


def _contagion(arms: Sequence[TippingArm]) -> Table:
    found = [one.group.contagion for one in arms if one.group is not None and one.group.contagion is not None]
    shown = [bound for one in found for bound in (one.alone, one.exposed, one.difference, one.reproduction)]
    return Table(
        "contagion",
        "Contagion in networks",
        "The hazard of a first violation of agents who saw no neighbour break the rule in the round before, and of "
        "those who saw some. Reproduction: how many others a violator brings to their first violation.",
        interval_in_words(shown, SETTINGS),
        (
            _names(arms),
            intervals("alone", "begin, having seen none", [one.alone for one in found], 1, form="percent"),
            intervals("exposed", "having seen some", [one.exposed for one in found], 1, form="percent"),
            intervals("difference", "difference", [one.difference for one in found], 2, form="signed"),
            intervals("reproduction", "reproduction", [one.reproduction for one in found], 2),
        ),
    )


def _of_groups(tipped: int, judged: int) -> str:
    return f"{tipped} of {judged}" if judged else MISSING


def _span(pair: tuple[float, float] | None) -> str:
    if pair is None or np.isnan(pair[0]):
        return MISSING
    return number(pair[0], 3) if pair[0] == pair[1] else f"{number(pair[0], 3)} to {number(pair[1], 3)}"
