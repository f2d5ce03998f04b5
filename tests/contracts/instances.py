"""Random instances, and the problem that each of them stands for."""

from dataclasses import replace

import numpy as np

from agoranomos.contracts import Problem
from agoranomos.scenarios.hidden_action.technology import Level, Technology
from contracts.brute import Instance

KINDS = ("wage", "bonus", "inspection", "fine")


def drawn(rng: np.random.Generator, levels: int) -> Instance:
    """An instance with any set of instruments; bounds, margins and outside options are often 0."""
    costs = np.cumsum(rng.uniform(0.1, 3, size=levels)) - rng.choice([0, 0.1])
    chances = np.sort(rng.uniform(0.02, 0.98, size=levels))
    used = [name for name in KINDS if rng.random() < 0.8]
    if "inspection" not in used:
        used = [name for name in used if name != "fine"]
    liability = float(rng.choice([0.0, rng.uniform(0, 4)]))
    fines = [liability, 1e5] if levels == 2 else [liability, liability + rng.uniform(0, 4), 1e5]
    return Instance(
        costs=tuple(costs.tolist()),
        chances=tuple(chances.tolist()),
        wanted=int(rng.integers(levels)) if rng.random() < 0.3 else levels - 1,
        inspection_cost=float(rng.choice([0.0, rng.uniform(0, 6)], p=[0.1, 0.9])),
        outside=float(rng.choice([0.0, rng.uniform(0, 5)])),
        liability=liability,
        most_fine=float(rng.choice(fines)),
        margin=float(rng.choice([0.0, rng.uniform(0, 0.3)])),
        least_wage=float(rng.choice([0.0, rng.uniform(0, 3)])) if "wage" in used else 0.0,
        most_inspection=float(rng.choice([rng.random(), 1.0])),
        instruments=tuple(used) or ("wage",),
    )


def technology_of(instance: Instance) -> Technology:
    pairs = zip(instance.costs, instance.chances, strict=True)
    return Technology(
        levels=tuple(Level(name=f"level_{n}", cost=c, success=p) for n, (c, p) in enumerate(pairs)),
        inspection_cost=instance.inspection_cost,
        outside_option=instance.outside,
        liability=instance.liability,
    )


def problem_of(instance: Instance) -> Problem:
    problem = Problem(
        technology=technology_of(instance),
        wanted=instance.wanted,
        margin=instance.margin,
        least_wage=instance.least_wage,
        most_inspection=instance.most_inspection,
        most_fine=np.inf if instance.most_fine == 1e5 else instance.most_fine,
    )
    return problem.with_only(instance.instruments)


def with_bounds(problem: Problem, rng: np.random.Generator) -> Problem:
    """The same with a largest wage and a largest bonus, either of which may be too low."""
    wage = problem.least_wage + rng.uniform(0, 8) if np.isinf(problem.most_wage) else problem.most_wage
    bonus = rng.uniform(0, 12) if np.isinf(problem.most_bonus) else problem.most_bonus
    return replace(problem, most_wage=float(wage), most_bonus=float(bonus))


def with_a_fixed_wage(rng: np.random.Generator) -> Instance:
    """Three levels, numbers of a digit or two (so that constraints often meet in a point), and no wage but the least.

    Problems of such numbers have candidates that are 0 but for rounding.
    """
    chances = np.sort(rng.choice([0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0], size=3))
    steps = rng.choice([0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0], size=2)
    least_wage = float(rng.choice([0.0, 0.0, 1.0, 2.0]))
    liability = float(rng.choice([0.0, 0.5, 1.0, 2.0]))
    return Instance(
        costs=(0.0, float(steps[0]), round(float(steps.sum()), 3)),
        chances=tuple(chances.tolist()),
        wanted=int(rng.integers(1, 3)),
        inspection_cost=float(rng.choice([0.5, 1.0, 1.5])),
        outside=float(rng.choice([0.0, 1.0, 2.0, 3.0])),
        liability=liability,
        most_fine=float(rng.choice([1.0, 3.0, 7.0, 1e5])),
        margin=float(rng.choice([0.0, 0.1])),
        least_wage=least_wage,
        most_inspection=float(rng.choice([0.1, 0.2, 0.25, 0.5, 0.75, 1.0])),
        instruments=("bonus", "inspection", "fine"),
    )
