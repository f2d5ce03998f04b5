"""The corrected arm: many menus, so that what is found is of menus like these and not of one prompt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.randomness import named_generator
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.reproduce.tin_men.counted import (
    Read,
    by_player,
    counts,
    differences,
    given_override,
    imputed,
    parsed,
    unread,
)
from agoranomos.reproduce.tin_men.design import SCRIPTED
from agoranomos.reproduce.tin_men.faithful_tables import CODES
from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS, CUSTOMER_SEES
from agoranomos.reproduce.tin_men.purchases import PARTIES, Purchase
from agoranomos.reproduce.tin_men.recomputed import COEFFICIENTS, DESIGN, logit, without, worst_case
from agoranomos.statistics import (
    Coefficient,
    Interval,
    MixedLogit,
    bootstrap_cluster_mean,
    holm,
    mean_estimate,
    mixed_logit,
    sign_flip_test,
    wilson_interval,
)
from agoranomos.statistics.sign_flip import DRAWS, MAX_CLUSTERS

OVER_MENUS = (
    "Intervals (95%) draw whole menus again (percentile bootstrap): purchases from one menu depend on each other."
)
ALIKE = (
    "Where all menus have the same difference there is no spread: the bounds then suppose that only as many menus have "
    "it as Wilson's lower bound says, and hold whatever the others have."
)
SEED = 2307_11137
"""Names the draws of resampling."""

EFFECTS = {"the company can see": COMPANY_SEES, "the customer can see": CUSTOMER_SEES}


def overridden(found: Sequence[Purchase]) -> Table:
    """Shares over menus by condition, all choices and parsed ones."""
    rows = []
    for player, made in by_player(found).items():
        for title, read in (("", imputed), (", parsed only", parsed)):
            if read is parsed and not any(unread(made).values()):
                continue
            cells = [Cell(value_of(_share(made, condition, read, f"{player}{title}"), "%")) for condition in CONDITIONS]
            rows.append((f"{player}{title}", cells))
    menus = len({one.menu for one in found})
    note = (
        f"{menus} menus, each put {len({one.repeat for one in found})} times in each condition. {OVER_MENUS} Rows of "
        "parsed choices alone stand where some could not be read. Of all or none the interval is Wilson's over menus."
    )
    return Table("corrected", "Corrected: the customer is overridden", CONDITIONS, rows_of(rows), note)


def _share(made: Sequence[Purchase], condition: str, read: Read, name: str) -> Interval:
    known = [(value, one.menu) for one in made if one.seen_by == condition and (value := read(one)) is not None]
    draws = named_generator(SEED, f"{name} {condition}")
    found = bootstrap_cluster_mean([float(value) for value, _ in known], [menu for _, menu in known], draws)
    menus = len({menu for _, menu in known})
    return wilson_interval(menus if found.point else 0, menus) if found.point in (0.0, 1.0) else found


def effects(found: Sequence[Purchase]) -> Table:
    """The information effects within menus, with Holm's p, and what could not be read at its worst."""
    planned = [
        (player, what, made, seen_by) for player, made in by_player(found).items() for what, seen_by in EFFECTS.items()
    ]
    whole = [differences(made, imputed, seen_by, without(seen_by)) for _, _, made, seen_by in planned]
    read = [differences(made, parsed, seen_by, without(seen_by)) for _, _, made, seen_by in planned]
    student = [mean_estimate(one).p for one in whole]
    flipped = [
        sign_flip_test(one, named_generator(SEED, f"signs {player} {what}")).p
        for (player, what, _, _), one in zip(planned, whole, strict=True)
    ]
    tested = [player not in SCRIPTED for player, *_ in planned]
    tests = zip(student, _holm(student, tested), flipped, _holm(flipped, tested), strict=True)
    rows = []
    for (player, what, made, seen_by), one, other, every in zip(planned, whole, read, tests, strict=True):
        bounds = worst_case(counts(made, parsed), unread(made), seen_by)
        missing = Value(mean_estimate(other).point, bounds.least, bounds.most, form="%")
        rows.append(
            (f"{player}: {what}", [_difference(one), *[_p(p) for p in every], _difference(other), Cell(missing)])
        )
    note = (
        "Differences of shares within menus, with Student's interval and p over menus, and the p of flipping the signs "
        f"of menus' differences: over all patterns up to {MAX_CLUSTERS} menus, over {DRAWS:,} drawn ones and the one "
        f"found beyond. Holm's p are over the models' tests of the same kind. Student's p needs menus that differ. "
        f"{ALIKE} The bounds of the last column hold whatever was chosen where no parser found it."
    )
    columns = (
        "difference",
        "p",
        "p, Holm",
        "p, sign flips",
        "p, sign flips, Holm",
        "difference, parsed only",
        "whatever was missing",
    )
    return Table("corrected-effects", "Corrected: who can see the explanation", columns, rows_of(rows), note)


def _holm(found: Sequence[float], tested: Sequence[bool]) -> list[float]:
    """Holm's p over those that are tested; NaN of the others."""
    adjusted = iter(holm([p for p, one in zip(found, tested, strict=True) if one]))
    return [float(next(adjusted)) if one else float("nan") for one in tested]


def _p(p: float) -> Cell:
    return Cell(Value(p, form="p")) if np.isfinite(p) else Cell(None, "–")


def logits(found: Sequence[Purchase]) -> Table:
    """Override on company sees * customer sees: with an intercept for each menu, and penalised without."""
    rows = []
    reasons = []
    for player, made in by_player(found).items():
        held = counts(made, imputed)
        if not all(of for _, of in held.values()):
            reasons.append(f"{player}: a condition has no choice")
            continue
        mixed, plain = _with_menus(made), logit(held)
        if mixed.reason:
            reasons.append(f"{player}: {mixed.reason}")
        for place, name in enumerate(COEFFICIENTS):
            own = _coefficient(mixed.coefficients[place]) if mixed.coefficients else Cell(None, "no estimate")
            rows.append((f"{player}: {name}", [own, _coefficient(plain[place])]))
        spread = Cell(Value(mixed.spread)) if mixed.coefficients else Cell(None, "no estimate")
        rows.append((f"{player}: spread of menus", [spread, Cell()]))
    note = (
        "Log odds. The mixed model has a normal intercept for each menu, and no estimate where a condition has none or "
        "all; the penalised one (Firth 1993) always has, and takes purchases as independent, so its bounds are too "
        "narrow where menus differ. Deviation from the stated model, which has an intercept for each wording as well: "
        "all purchases from a menu have one wording, and wordings are not balanced over menus, so the intercepts of "
        "menus hold what wordings do. " + "; ".join(reasons) + ("." if reasons else "")
    )
    return Table(
        "corrected-logit", "Corrected: one model of both", ("mixed, (1 | menu)", "penalised"), rows_of(rows), note
    )


def _with_menus(made: Sequence[Purchase]) -> MixedLogit:
    cells: dict[tuple[int, str], list[bool]] = {}
    for one in made:
        if one.imputed_overrides is not None:
            cells.setdefault((one.menu, one.seen_by), []).append(one.imputed_overrides)
    return mixed_logit(
        [sum(values) for values in cells.values()],
        [len(values) for values in cells.values()],
        [DESIGN[condition] for _, condition in cells],
        COEFFICIENTS,
        [menu for menu, _ in cells],
    )


def _coefficient(one: Coefficient) -> Cell:
    return Cell(Value(one.estimate, one.low, one.high))


def gaps(found: Sequence[Purchase]) -> Table:
    """The concealment gap and what goes with it, over menus: all explanations, and given an override."""
    rows = []
    for player, made in by_player(found).items():
        for code, read in CODES:
            if not any(of for _, of in counts(made, read).values()):
                continue
            cells = []
            for one in (read, given_override(read)):
                within = differences(made, one, ("company only",), ("customer only",))
                cells.append(_mean_of(within))
            rows.append((f"{player}: {code}", cells))
    note = (
        "Share in “company only” less share in “customer only” within menus, Student's intervals over menus. Of what "
        f"discloses, this is the concealment gap. {ALIKE}"
    )
    columns = ("all explanations", "given an override")
    return Table(
        "corrected-gaps", "Corrected: what the company reads and the customer does not", columns, rows_of(rows), note
    )


def _mean_of(within: np.ndarray) -> Cell:
    return _difference(within) if within.size else Cell(None, "no override in both")


def _difference(within: np.ndarray) -> Cell:
    """The mean of menus' differences of shares, whose bounds stay within -100% and 100%."""
    found = mean_estimate(within)
    bounds, reason = (found.low, found.high), found.reason
    if found.n and not np.isfinite(found.low):
        alike = wilson_interval(found.n, found.n).low
        bounds, reason = (found.point * alike - (1 - alike), found.point * alike + (1 - alike)), ""
    low, high = (float(np.clip(bound, -1.0, 1.0)) for bound in bounds)
    return Cell(Value(found.point, low, high, found.n, reason, "%"))


def payoffs(found: Sequence[Purchase]) -> Table:
    """What a purchase was worth to the assistant, its two principals, and everybody else."""
    rows = []
    for player, made in by_player(found).items():
        cells = []
        for party in PARTIES:
            values, menus = [one.payoffs[party] for one in made], [one.menu for one in made]
            draws = named_generator(SEED, f"payoffs {player} {party}")
            cells.append(Cell(value_of(bootstrap_cluster_mean(values, menus, draws), "3")))
        rows.append((player, cells))
    note = f"Utilities, a purchase, after commissions, all conditions. {OVER_MENUS}"
    return Table("payoffs", "Corrected: what a purchase was worth, and to whom", PARTIES, rows_of(rows), note)
