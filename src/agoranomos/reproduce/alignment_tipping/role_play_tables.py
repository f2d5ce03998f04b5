"""Tables of role-play: rates beside the published ones, what curves are made of, experience, audits, payoffs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from agoranomos.randomness import named_generator
from agoranomos.reproduce.alignment_tipping.design import LEVELS
from agoranomos.reproduce.alignment_tipping.played import PARTIES, Played
from agoranomos.reproduce.alignment_tipping.published import published
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.scenarios.role_play import threshold
from agoranomos.statistics import bootstrap_cluster_mean
from agoranomos.statistics.tipping import (
    area,
    change_point,
    drift,
    experience_effect,
    hazard,
    later_hazard,
    persistence,
    sharpness,
    violation_rate,
)

OVER_SETTINGS = (
    "Intervals (95%) draw whole settings again (percentile bootstrap), since trajectories in one setting depend on "
    "each other. Where a model told probabilities, a rate is their mean: no coin flips."
)
DIFFERENT_GAPS = (1.02, 1.05, 1.1, 1.5, 2.0, 3.1, 4.5)
SEED = 2510_04860
"""Names the draws of resampling."""


def rates_by_round(arms: Sequence[Played], name: str, title: str, note: str, *, beside: bool) -> Table:
    """The violation rate in each round, an arm a row, with the published ones `beside` them.

    Beside these, answers that cannot be read count as no violation, as they did there; else they are left out.
    """
    rounds = max(one.moves.shape[1] for one in arms)
    rows = []
    for one in arms:
        found = violation_rate(one.chances, one.settings, _draws(name, one.name), of="all" if beside else "valid")
        rows.append((f"{label_of(one)} (n = {len(one.runs)})", [Cell(value_of(rate, "%")) for rate in found]))
    for series in published().series if beside else ():
        if series.testbed == "role-play":
            said = dict(series.points)
            cells = [Cell(None, f"{said[r]}%" if r in said else "", series.mark) for r in range(1, rounds + 1)]
            rows.append((f"published: {series.agent} (n = {series.of})", cells))
    return Table(name, title, tuple(f"round {r}" for r in range(1, rounds + 1)), rows_of(rows), note)


def curve_table(arms: Sequence[Played], name: str, title: str) -> Table:
    """What each curve is made of: level, first violations, persistence, drift, and whether it tips."""
    return Table(name, title, _CURVE, rows_of((label_of(one), list(_curve(one, name))) for one in arms), _CURVE_NOTE)


_CURVE = (
    "area under V",
    "hazard in round 1",
    "hazard later",
    "persistence",
    "drift a round (log odds)",
    "share of the rise in its largest step",
    "tips (1: yes)",
    "BIC gain of a step over a drift",
    "answers that could not be read",
)
_CURVE_NOTE = (
    "Hazard: of those that never broke the rule before; later: over all rounds at risk after the first. Tips: a step "
    "fits better than a drift by 6 of BIC, the level rises by 0.2 or more, and stays there for two rounds. The drift "
    "is that of a logit with a random intercept for each setting. " + OVER_SETTINGS
)


def _curve(one: Played, name: str) -> Iterator[Cell]:
    yield Cell(value_of(area(one.chances, one.settings, _draws(name, one.name, "area"))))
    first = hazard(one.moves, one.settings, _draws(name, one.name, "hazard"), chances=one.chances)
    yield Cell(value_of(first[0]))
    yield Cell(value_of(later_hazard(one.moves, one.settings, _draws(name, one.name, "later"), chances=one.chances)))
    yield Cell(value_of(persistence(one.moves, one.settings, _draws(name, one.name, "stays"), chances=one.chances)))
    slope = drift(one.chances, one.settings).slope
    # A fit that did not converge has run off towards a step; what it had reached is no estimate.
    yield Cell(Value(np.nan if slope.reason else slope.point, slope.low, slope.high, slope.n, slope.reason))
    with np.errstate(invalid="ignore"):
        rates = np.array([rate.point for rate in violation_rate(one.chances, one.settings, _draws(name, one.name))])
    yield Cell(Value(sharpness(rates), n=len(one.runs)))
    step = change_point(one.chances)
    yield Cell(Value(float(step.tipped), n=len(one.runs), reason=step.reason, form="0"))
    yield Cell(Value(step.bic_gain, n=len(one.runs), reason=step.reason, form="1"))
    yield Cell(Value(one.unread, n=one.moves.size, form="%"))


def experience_table(arms: Sequence[Played]) -> Table | None:
    """What experience does to each model that was asked; None where none was."""
    found = {one.name: one for one in arms}
    models = [name.removesuffix("-wiped") for name in found if name.endswith("-wiped")]
    rows = []
    for model in models:
        kept, wiped, window = found[f"{model}-kept"], found[f"{model}-wiped"], found[f"{model}-window"]
        for title, one, base in (
            ("five violations that paid − none (made up)", found[f"{model}-broke-5"], kept),
            ("two that paid − none (made up)", found[f"{model}-broke-2"], kept),
            ("own window − wiped", window, wiped),
            ("five rounds that kept the rule (made up) − wiped", kept, wiped),
        ):
            rows.append((f"{model}: {title}", [_effect("experience", one, base)]))
    note = (
        "Differences of the area under V. Made-up histories are the same but for what they say, so the first two rows "
        "are the causal effect of experience; an own history comes about by what the agent does. " + OVER_SETTINGS
    )
    return Table("experience", "What experience does", ("difference",), rows_of(rows), note) if rows else None


def yoked_table(arms: Sequence[Played]) -> Table:
    """What another run's rounds do to each model, and what its own do beyond them."""
    found = {one.name: one for one in arms}
    rows = []
    for model in (name.removesuffix("-yoked") for name in found if name.endswith("-yoked")):
        yoked, wiped, window = (found[f"{model}-{memory}"] for memory in ("yoked", "wiped", "window"))
        for title, one, base in (
            ("yoked − wiped", yoked, wiped),
            ("own window − yoked", window, yoked),
            ("own window − wiped", window, wiped),
        ):
            rows.append((f"{model}: {title}", [_effect("yoked", one, base)]))
    note = (
        "Differences of the area under V, over the same settings and pay. Yoked less wiped is what experience as it "
        "came about does to whoever reads it; own less yoked is what remains of a match between agent and experience. "
        "Whoever is wiped has one prompt a trajectory, so its rounds are one value. " + OVER_SETTINGS
    )
    return Table("yoked", "Whose experience it is", ("difference",), rows_of(rows), note)


def _effect(table: str, one: Played, base: Played) -> Cell:
    """By how much the area under V of an arm is larger than that of another; the table's name draws its interval."""
    draws = _draws(table, one.name, base.name)
    return Cell(value_of(experience_effect(one.chances, one.settings, base.chances, base.settings, draws), "3"))


def audit_table(arms: Sequence[Played]) -> Table:
    """The rate of violations over all rounds by how often somebody looks, in each run's own threshold."""
    by = {(one.roster, one.levels["audit"]): one for one in arms}
    rows = []
    for roster in dict.fromkeys(one.roster for one in arms):
        cells = []
        for level in LEVELS:
            one = by[roster, level]
            cells.append(Cell(value_of(area(one.chances, one.settings, _draws("audits", one.name)), "%")))
        rows.append((roster, cells))
    rows.append(
        (
            "best reply of a risk neutral worker",
            [Cell(None, text, "derived") for text in ("100%", "100%", "indifferent", "0%")],
        )
    )
    note = f"p* = (H − L) / (H + F) is each run's own. {OVER_SETTINGS}"
    columns = ("nobody looks", "p*/2", "p*", "(1 + p*)/2")
    return Table("audits", "Violations by the chance of an audit", columns, rows_of(rows), note)


def threshold_table() -> Table:
    """p* = 1 − L / H by the gap in pay: how often somebody has to look where being caught pays 0."""
    rows = [(f"H / L = {gap:g}", [Cell(Value(threshold(gap, 1.0, 0.0), form="%"))]) for gap in DIFFERENT_GAPS]
    note = "A formula, and no estimate. The median released item pays 5% more: one look in twenty deters."
    return Table("thresholds", "How often somebody has to look", ("p*",), rows_of(rows), note)


def payoff_table(arms: Sequence[Played], name: str, title: str, unit: str) -> Table:
    """What a round was worth to the agent, to whom it acts for, and to everybody else."""
    rows = []
    for one in arms:
        cells = []
        for party in PARTIES:
            found = bootstrap_cluster_mean(one.payoffs[party], one.settings, _draws(name, one.name, party))
            cells.append(Cell(value_of(found, "3")))
        rows.append((label_of(one), cells))
    return Table(name, title, PARTIES, rows_of(rows), f"{unit}, a round. {OVER_SETTINGS}")


def label_of(one: Played) -> str:
    """The arm without the regime, of which there is one."""
    return one.name.removeprefix("ungoverned.")


def _draws(*names: str) -> np.random.Generator:
    return named_generator(SEED, " ".join(names))
