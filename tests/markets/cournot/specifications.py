"""Cournot specifications for property tests: any shape, ties of costs included, capacity from tight to slack."""

import numpy as np
from hypothesis import strategies as st

from agoranomos.markets.cournot.spec import CournotSpec, cournot_spec


@st.composite
def specifications(draw, max_firms=4, max_goods=3) -> CournotSpec:
    firms, goods = draw(st.integers(1, max_firms)), draw(st.integers(1, max_goods))
    tied_costs = st.sampled_from([0.0, 40.0, 45.0, 50.0, 120.0])
    cost = draw(st.sampled_from([tied_costs, st.floats(0, 150).map(lambda c: round(c, 3))]))

    def several(values, count):
        return draw(st.lists(values, min_size=count, max_size=count))

    return cournot_spec(
        alpha=several(st.floats(1, 200).map(lambda a: round(a, 2)), goods),
        beta=several(st.floats(0.1, 10).map(lambda b: round(b, 2)), goods),
        marginal_cost=[several(cost, goods) for _ in range(firms)],
        capacity=several(st.sampled_from([5.0, 60.0, 100.0, 137.31, 10_000.0]), firms),
    )


@st.composite
def specifications_and_quantities(draw, rounds=3):
    """A specification and feasible or infeasible quantities [rounds, N, M], zeros included."""
    spec = draw(specifications())
    shape = (rounds, len(spec.firms), len(spec.goods))
    quantity = st.one_of(st.just(0.0), st.integers(0, 400_000_000).map(lambda q: q / 1_000_000))
    size = int(np.prod(shape))
    return spec, np.array(draw(st.lists(quantity, min_size=size, max_size=size))).reshape(shape)
