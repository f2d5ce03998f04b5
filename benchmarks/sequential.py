"""How often a stopping rule errs when it looks after every pair, and after how many pairs it ends a clear campaign.

Campaigns are simulated: pairs of runs whose outcomes are drawn, one look after every pair from the fourth on, up to a
number of pairs. In null campaigns both arms draw from one distribution, so whatever is decided is an error. Tiers are
whole numbers, drawn with the published shares of arXiv 2601.11369 (ungoverned 10, 16, 19, 45 of 90 runs in tiers 1 to
4; institutional 43, 25, 17, 5; their difference is d = 1.28). Beside the sequences stands what a t test that looks as
often would have done. The last null has equal means and a long rare tail: there the t-mixture's assumption fails, and
the bounded sequence, which has none, holds.

    python benchmarks/sequential.py --campaigns 2000 --out docs/measurements/sequential.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from agoranomos.campaigns.hypothesis import StoppingRule
from agoranomos.campaigns.stopping import sequence_of
from agoranomos.randomness import named_generator
from agoranomos.statistics import rate_interval
from agoranomos.statistics.sequential import ConfidenceSequence, look_sizes

LEAST = StoppingRule(hypothesis="any").least
TIERS = np.array([1.0, 2.0, 3.0, 4.0])
UNGOVERNED, INSTITUTIONAL = np.array([10, 16, 19, 45]) / 90, np.array([43, 25, 17, 5]) / 90

SEQUENCES: dict[str, ConfidenceSequence] = {
    "t-mixture": sequence_of(StoppingRule(hypothesis="any")),
    "bounded": sequence_of(StoppingRule(hypothesis="any", sequence="bounded", range=(0, 4))),
}

Sample = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Sample]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Differences of pairs, drawn with shape (campaigns, pairs), and their true mean."""

    name: str
    draw: Draw
    mean: float


def _tiers(first: Sample, second: Sample, generator: np.random.Generator, shape: tuple[int, int]) -> Sample:
    return generator.choice(TIERS, shape, p=first) - generator.choice(TIERS, shape, p=second)


def _normal(generator: np.random.Generator, shape: tuple[int, int]) -> Sample:
    return np.clip(generator.normal(0.0, 1.0, shape), -4.0, 4.0)


def _rare_tail(generator: np.random.Generator, shape: tuple[int, int]) -> Sample:
    """Nineteen in twenty pairs differ by about 0.2, one in twenty by about -3.8: on average by nothing."""
    rare = generator.uniform(size=shape) < 0.05
    return np.where(rare, -3.8, 0.2) + generator.uniform(-0.05, 0.05, shape)


def _shares(*parts: float) -> Sample:
    return np.array(parts)


SCENARIOS = (
    Scenario("tiers, both ungoverned", partial(_tiers, UNGOVERNED, UNGOVERNED), 0.0),
    Scenario("tiers, both institutional", partial(_tiers, INSTITUTIONAL, INSTITUTIONAL), 0.0),
    Scenario("tiers, nine in ten severe", partial(_tiers, _shares(0, 0, 0.1, 0.9), _shares(0, 0, 0.1, 0.9)), 0.0),
    Scenario("tiers, mild or severe", partial(_tiers, _shares(0.5, 0, 0, 0.5), _shares(0.5, 0, 0, 0.5)), 0.0),
    Scenario("normal", _normal, 0.0),
    Scenario("a long rare tail", _rare_tail, 0.0),
    Scenario(
        "tiers, d = 1.28", partial(_tiers, INSTITUTIONAL, UNGOVERNED), float(TIERS @ (INSTITUTIONAL - UNGOVERNED))
    ),
)
"""What is simulated; the long rare tail is no null that the t-mixture promises anything for."""


def measure(campaigns: int, pairs: int, scenarios: tuple[Scenario, ...] = SCENARIOS) -> list[dict[str, Any]]:
    """One row a scenario and sequence."""
    rows = []
    for scenario in scenarios:
        drawn = scenario.draw(named_generator(0, f"sequential, {scenario.name}"), (campaigns, pairs))
        for name, sequence in SEQUENCES.items():
            rows.append({"scenario": scenario.name, "sequence": name} | _row(scenario, sequence, drawn))
        rows.append({"scenario": scenario.name, "sequence": "t test at every look"} | _of_stops(_t_tests(drawn), drawn))
    return rows


def _row(scenario: Scenario, sequence: ConfidenceSequence, drawn: Sample) -> dict[str, Any]:
    decides = -float(np.log1p(-sequence.level))
    stops = np.array([_stop(sequence, row, decides) for row in drawn])
    missed = sum(_stop(sequence, row, decides, scenario.mean) > 0 for row in drawn)
    return _of_stops(stops, drawn) | {"mean_outside_at_some_look": missed / len(drawn)}


def _stop(sequence: ConfidenceSequence, values: Sample, decides: float, mean: float = 0.0) -> int:
    """The pair after which `mean` is ruled out; 0 where it never is."""
    sizes = look_sizes(values.size, LEAST, 1)
    return next((n for n in sizes if sequence.log_evidence(values[:n], mean) >= decides), 0)


def _t_tests(drawn: Sample) -> NDArray[np.int64]:
    n = np.arange(1, drawn.shape[1] + 1)
    sums, squares = drawn.cumsum(axis=1), (drawn**2).cumsum(axis=1)
    variance = np.maximum(squares - sums**2 / n, 0.0) / np.maximum(n - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(sums / n) / np.sqrt(variance / n)
    decided = (t > stats.t.ppf(0.975, np.maximum(n - 1, 1))) & (n >= LEAST) & (variance > 1e-12)
    return np.where(decided.any(axis=1), decided.argmax(axis=1) + 1, 0)


def _of_stops(stops: NDArray[np.int64], drawn: Sample) -> dict[str, Any]:
    """Shares of campaigns that stopped, with an exact interval, and after how many pairs half and nine in ten did."""
    count = int((stops > 0).sum())
    share = rate_interval(count, len(drawn))
    when = np.where(stops > 0, stops, np.inf)
    return {
        "campaigns": len(drawn),
        "stopped": count,
        "share": share.point,
        "low": share.low,
        "high": share.high,
        "median_pairs": _finite(float(np.median(when))),
        "nine_in_ten_pairs": _finite(float(np.quantile(when, 0.9, method="higher"))),
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def document(campaigns: int, pairs: int) -> Mapping[str, Any]:
    """The measurements as the file holds them."""
    return {"campaigns": campaigns, "pairs": pairs, "least": LEAST, "level": 0.95, "figures": measure(campaigns, pairs)}


def main() -> None:
    """Measure, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    text = json.dumps(document(given.campaigns, given.pairs), indent=1) + "\n"
    if given.out is None:
        print(text, end="")
    else:
        given.out.write_text(text)


if __name__ == "__main__":
    main()
