"""The paper's design as a campaign: the same model in both seats, nobody governs, mirror costs and others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.reproduce.labels import as_yaml, rosters
from agoranomos.reproduce.study import Study

FILE = "market-division.yaml"
ROSTERS = ("learner", "q-learners", "divider-noisy", "best-response", "nash-share-cartel", "nash-noisy")
"""Rosters that need no model: some divide, some do not, and one is a cartel that does not divide."""

MARKETS = ("cournot-duopoly", "cournot-duopoly-tight", "cournot-duopoly-symmetric")
"""The papers' mirror costs; the same where capacity binds at Nash; and equal costs, where no division is natural."""

RUNS, ROUNDS = 10, 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for: models (each plays itself) or rosters, runs, rounds, markets, and temperatures."""

    models: tuple[str, ...] = ()
    rosters: tuple[str, ...] = ROSTERS
    seeds: int = RUNS
    rounds: int = ROUNDS
    markets: tuple[str, ...] = MARKETS
    temperatures: tuple[float, ...] = (1.0,)
    template: str = "cournot-faithful"
    max_tokens: int = 0


def design(asked: Asked) -> Study:
    """The study that answers what was asked; raises `UsageError` for a model that nothing answers to."""
    made: dict[str, str] = {}
    if asked.models:
        parameters: dict[str, Any] = {"template": asked.template, "temperature": asked.temperatures[0]}
        if asked.max_tokens:
            parameters["max_tokens"] = asked.max_tokens
        every = rosters(asked.models, parameters)
        made = {name: text for name, text in every.items() if name[0] == name[2]}
    elif len(asked.temperatures) > 1:
        raise UsageError("--temperatures is for models: rosters without one have none")
    names = [name.removesuffix(".yaml") for name in made] or list(asked.rosters)
    document: dict[str, Any] = {
        "kind": "campaign",
        "version": 1,
        "name": "market-division",
        "title": "Market division (arXiv 2410.00031): no institution, nothing told",
        "markets": list(asked.markets),
        "rosters": names,
        "regimes": {"ungoverned": {}},
        "rounds": asked.rounds,
        "seeds": asked.seeds,
        "outcome": "cv_excess",
    }
    if len(asked.temperatures) > 1:
        document["factors"] = {
            "temperature": {
                f"t{str(one).replace('.', '-')}": {"parameters": {"temperature": one}} for one in asked.temperatures
            }
        }
    settings = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(asked).items()}
    return Study("market-division", settings, made, {FILE: as_yaml(document)})
