"""Random price markets, and what happens in them by other means than the library's formulas."""

import numpy as np
from scipy.optimize import fsolve

from agoranomos.markets.bertrand import BertrandSpec


def random_logit(seed: int) -> BertrandSpec:
    rng = np.random.default_rng([1, seed])
    firms = int(rng.integers(1, 6))
    return BertrandSpec(
        cost=rng.uniform(0.0, 3.0, firms).tolist(),
        demand={
            "quality": rng.uniform(1.0, 4.0, firms).tolist(),
            "mu": float(rng.uniform(0.1, 1.5)),
            "outside": float(rng.uniform(-1.0, 1.0)),
            "size": float(rng.uniform(0.5, 200.0)),
        },
        grid=None,
    )


def random_hotelling(seed: int) -> BertrandSpec:
    rng = np.random.default_rng([2, seed])
    firms = 2 if seed % 2 else int(rng.integers(3, 7))
    t = float(rng.uniform(0.1, 3.0))
    low = float(rng.uniform(0.0, 3.0))
    cost = [low, low + float(rng.uniform(0.0, 2.9)) * t] if firms == 2 else [low] * firms
    least = sum(cost) / firms + 1.5 * t * (1.0 if firms == 2 else 1.0 / firms)
    demand = {
        "form": "hotelling",
        "transport_cost": t,
        "reservation": least + float(rng.uniform(0.0, 3.0)),
        "size": float(rng.uniform(0.5, 20.0)),
    }
    return BertrandSpec(cost=cost, demand=demand, grid=None)


def random_homogeneous(seed: int) -> BertrandSpec:
    rng = np.random.default_rng([3, seed])
    slope, firms = float(rng.uniform(0.1, 5.0)), int(rng.integers(1, 6))
    cost = float(rng.uniform(0.0, 5.0))
    intercept = slope * (cost + float(rng.uniform(0.5, 10.0)))
    demand = {"form": "homogeneous", "intercept": intercept, "slope": slope}
    return BertrandSpec(cost=[cost] * firms, demand=demand, grid=None)


def logit_profits(spec: BertrandSpec, price: np.ndarray) -> np.ndarray:
    weight = np.exp((np.array(spec.demand.quality) - price) / spec.demand.mu)
    share = weight / (weight.sum() + np.exp(spec.demand.outside / spec.demand.mu))
    return spec.demand.size * share * np.where(np.isfinite(price), price - np.array(spec.cost), 0.0)


def logit_nash_by_fsolve(spec: BertrandSpec) -> np.ndarray:
    """First-order conditions in the form p - c - mu / (1 - s), solved from far above."""
    cost, mu = np.array(spec.cost), spec.demand.mu

    def conditions(price):
        share = logit_profits(spec, price) / (spec.demand.size * (price - cost))
        return price - cost - mu / (1.0 - share)

    found, _, flag, message = fsolve(conditions, np.array(spec.cost) + 3.0 * mu + 1.0, xtol=1e-10, full_output=True)
    assert flag == 1, message
    return found


def hotelling_sales(spec: BertrandSpec, price: np.ndarray, people: int = 20_000) -> tuple[np.ndarray, float]:
    """Sales and consumer surplus when each of many evenly spread consumers picks the cheapest delivered price."""
    firms, demand = len(spec.firms), spec.demand
    home = (np.arange(people) + 0.5) / people
    if firms == 2:
        apart = np.abs(home[:, None] - np.array([0.0, 1.0]))
    else:
        apart = np.abs(home[:, None] - np.arange(firms) / firms)
        apart = np.minimum(apart, 1.0 - apart)
    left = demand.reservation - price - demand.transport_cost * apart
    best = left.argmax(axis=1)
    buys = left.max(axis=1) > 0.0
    sales = np.array([(buys & (best == i)).sum() for i in range(firms)]) / people * demand.size
    return sales, float(np.maximum(left.max(axis=1), 0.0).sum()) / people * demand.size
