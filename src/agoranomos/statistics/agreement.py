"""How far coders agree beyond chance: Cohen's kappa of two, Krippendorff's alpha of any number with gaps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agoranomos.statistics.bootstrap import FEW_CLUSTERS
from agoranomos.statistics.result import NAN, Interval

RESAMPLES = 2_000

Table = NDArray[np.float64]

_CHUNK = 1_000_000


def cohens_kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """`(observed - expected) / (1 - expected)` agreement of two coders of the same units; bounds by the bootstrap.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20
    (1960). Raises `ValueError` for lengths that differ.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} codes of one coder but {len(second)} of the other")
    names = sorted({*first, *second}, key=repr)
    units = np.zeros((len(first), len(names), len(names)))
    for unit, (one, other) in enumerate(zip(first, second, strict=True)):
        units[unit, names.index(one), names.index(other)] = 1.0
    return _resampled(units, _kappa, "Cohen's kappa", generator, resamples, level)


def krippendorff_alpha(
    codes: Sequence[Sequence[Hashable | None]],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """`1 - observed / expected` disagreement; `codes` has a row a unit, a code a coder, None where there is none.

    Codes are names without an order. Units with fewer than two codes say nothing and are left out. The bounds are of
    units drawn again. Source: K. Krippendorff, Content Analysis, 2nd ed. (2004), chapter 11.
    """
    pairable = [[code for code in unit if code is not None] for unit in codes]
    pairable = [unit for unit in pairable if len(unit) > 1]
    names = sorted({code for unit in pairable for code in unit}, key=repr)
    units = np.zeros((len(pairable), len(names), len(names)))
    for place, unit in enumerate(pairable):
        counts = np.array([float(unit.count(name)) for name in names])
        units[place] = (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return _resampled(units, _alpha, "Krippendorff's alpha", generator, resamples, level)


def kappa_over_clusters(
    tables: Table, generator: np.random.Generator, *, resamples: int = RESAMPLES, level: float = 0.95
) -> Interval:
    """Cohen's kappa where units come in clusters, such as the texts of a run: whole clusters are drawn again.

    `tables` is (clusters, codes, codes): how many units of a cluster the first coder gave one code and the second
    another. `n` of the result counts clusters; below 12 of them its bounds are too narrow, which its warning says.
    Raises `ValueError` for another shape.
    """
    return _clustered(_square(tables), _kappa, "Cohen's kappa", generator, resamples, level)


def alpha_over_clusters(
    tables: Table, generator: np.random.Generator, *, resamples: int = RESAMPLES, level: float = 0.95
) -> Interval:
    """Krippendorff's alpha of two coders who coded the same units, from tables as `kappa_over_clusters` takes them."""
    counted = _square(tables)
    coincidences = counted + counted.transpose(0, 2, 1)
    return _clustered(coincidences, _alpha, "Krippendorff's alpha", generator, resamples, level)


def _square(tables: Table) -> Table:
    found = np.asarray(tables, dtype=np.float64)
    if found.ndim != 3 or found.shape[1] != found.shape[2]:
        raise ValueError(f"tables of the shape (clusters, codes, codes) were expected, not {found.shape}")
    filled: Table = found[found.sum(axis=(1, 2)) > 0]
    return filled


def _clustered(
    tables: Table,
    statistic: Callable[[Table], float],
    method: str,
    generator: np.random.Generator,
    resamples: int,
    level: float,
) -> Interval:
    name, clusters = f"{method}, clusters drawn again", len(tables)
    if clusters == 1:
        point = statistic(tables[0])
        reason = "only one code was ever given" if np.isnan(point) else "one cluster has no spread between clusters"
        return Interval(point, NAN, NAN, level, 1, name, reason)
    found = _resampled(tables, statistic, name, generator, resamples, level)
    if found.reason or clusters >= FEW_CLUSTERS:
        return found
    return replace(found, warning=f"{clusters} clusters: these bounds are too narrow below {FEW_CLUSTERS}")


def _kappa(table: Table) -> float:
    total = table.sum()
    expected = float(table.sum(axis=0) @ table.sum(axis=1)) / total**2
    return NAN if expected >= 1 else (float(np.trace(table)) / total - expected) / (1 - expected)


def _alpha(coincidences: Table) -> float:
    counts, n = coincidences.sum(axis=0), float(coincidences.sum())
    expected = n * n - float(counts @ counts)
    return NAN if expected <= 0 else 1 - (n - 1) * (n - float(np.trace(coincidences))) / expected


def _resampled(
    units: Table,
    statistic: Callable[[Table], float],
    method: str,
    generator: np.random.Generator,
    resamples: int,
    level: float,
) -> Interval:
    n = len(units)
    point = statistic(units.sum(axis=0)) if n else NAN
    if np.isnan(point):
        reason = "no unit was coded twice" if n == 0 else "only one code was ever given"
        return Interval(point, NAN, NAN, level, n, method, reason)
    drawn = []
    rows = max(1, _CHUNK // n)  # so many resamples at once as fit in little memory
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        weights = generator.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)
        drawn += [statistic(table) for table in np.einsum("ru,uab->rab", weights, units)]
    found = np.array(drawn)
    found = found[~np.isnan(found)]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(point, float(low), float(high), level, n, method)
