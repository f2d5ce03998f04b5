"""Contracts by brute force: what a worker earns outcome by outcome, and the cheapest contract of a grid.

Written from the rules alone; nothing of the package is used but the numbers of an instance.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np


@dataclass(frozen=True)
class Instance:
    costs: tuple[float, ...]
    chances: tuple[float, ...]
    wanted: int
    inspection_cost: float
    outside: float
    liability: float = 0.0
    most_fine: float = 0.0
    margin: float = 0.0
    least_wage: float = 0.0
    most_inspection: float = 1.0
    instruments: tuple[str, ...] = ("wage", "bonus", "inspection", "fine")


def earns(instance, level, wage, bonus, inspection, fine):
    """A worker's expected payoff: a sum over whether it succeeds and whether it is inspected."""
    total = -instance.costs[level]
    for succeeds, inspected in product((True, False), repeat=2):
        chance = instance.chances[level] if succeeds else 1 - instance.chances[level]
        chance *= inspection if inspected else 1 - inspection
        caught = inspected and level < instance.wanted
        due = (bonus if succeeds else 0) + (-fine if caught else wage)
        total += chance * np.maximum(due, -instance.liability)
    return total


def spends(instance, wage, bonus, inspection):
    """What the principal expects to pay for the wanted effort."""
    return wage + instance.chances[instance.wanted] * bonus + instance.inspection_cost * inspection


def works(instance, wage, bonus, inspection, fine, room=1e-7):
    """Whether nothing is better for the worker than the wanted effort, by the margin."""
    best = earns(instance, instance.wanted, wage, bonus, inspection, fine) - instance.margin
    others = [earns(instance, level, wage, bonus, inspection, fine) for level in range(len(instance.costs))]
    del others[instance.wanted]
    return all(best >= other - room for other in (*others, instance.outside))


def cheapest_on_grid(instance, *, inspections=41, bonuses=61, most_bonus=60.0, most_wage=60.0):
    """The least cost over a grid of inspections and bonuses; the wage is bisected, so each point is a real contract."""
    used = instance.instruments
    grid_m = np.linspace(0, instance.most_inspection, inspections) if "inspection" in used else np.zeros(1)
    grid_b = np.linspace(0, most_bonus, bonuses) if "bonus" in used else np.zeros(1)
    m, b = (axis.ravel() for axis in np.meshgrid(grid_m, grid_b, indexing="ij"))
    fine = instance.most_fine if "fine" in used else 0.0

    def does(wage):
        payoffs = [earns(instance, level, wage, b, m, fine) for level in range(len(instance.costs))]
        best = payoffs[instance.wanted] - instance.margin
        kept = best >= instance.outside
        for level, payoff in enumerate(payoffs):
            if level != instance.wanted:
                kept = kept & (best >= payoff)
        return kept

    low = np.full(m.shape, instance.least_wage)
    if "wage" not in used:
        found = does(low)
        costs = spends(instance, low, b, m)[found]
        return float(costs.min()) if found.any() else np.inf
    high = np.full(m.shape, most_wage)
    possible, already = does(high), does(low)
    for _ in range(45):
        middle = (low + high) / 2
        enough = does(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    wage = np.where(already, instance.least_wage, high)
    return float(spends(instance, wage, b, m)[possible].min()) if possible.any() else np.inf
