"""What several tests of deterrence share: the shipped institutions, the papers' market, and a model of plans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from agoranomos.deterrence.average import Best, best_average
from agoranomos.deterrence.ladder import Ladders
from agoranomos.deterrence.model import Model, build_model
from agoranomos.deterrence.play import PlanSet
from agoranomos.documents import Source, read_text
from agoranomos.institutions import Institution, bind, load_institution
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import CournotSpec

ROOT = Path(__file__).parents[2]
NASH = 13000 / 9


@cache
def shipped(name: str) -> Institution:
    return load_institution(read_text(ROOT / "institutions" / f"{name}.yaml"))


@cache
def duopoly() -> Cournot:
    return Cournot(CournotSpec(firms=("firm_1", "firm_2"), goods=("A", "B")))


def institution(text: str) -> Institution:
    return load_institution(Source("test.yaml", text))


_LADDERS: dict[str, Ladders] = {}


def model_of(governing: Institution, plans: PlanSet) -> Model:
    """The model in the papers' duopoly; an institution's standings are explored once for all tests."""
    market = duopoly()
    digest = governing.semantic_sha256
    if digest not in _LADDERS:
        _LADDERS[digest] = Ladders(bind(governing, market.facts))
    return build_model(market.spec, _LADDERS[digest], plans)


def solve(model: Model, forbidden: np.ndarray | None = None) -> Best:
    reward = model.profit()[:, :, None] - model.fines()
    if forbidden is not None:
        reward = np.where(forbidden, -np.inf, reward)
    return best_average(model.successor, reward, model.chance)
