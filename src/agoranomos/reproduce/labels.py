"""Who sits beside whom: every pair of the models that a user has, a label for each, as rosters."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from itertools import combinations
from string import ascii_uppercase
from typing import Any

from ruamel.yaml import YAML

from agoranomos.errors import UsageError
from agoranomos.models.opening import check_engine_name

MOST_MODELS = len(ascii_uppercase)


def labels(models: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The models of each label: A-A, B-B, C-C, then A-B, A-C, B-C; three models give the paper's six.

    Raises `UsageError` for a model that nothing answers to, or that is named twice.
    """
    if not models or len(models) > MOST_MODELS:
        raise UsageError(f"{len(models)} models were named; 1 to {MOST_MODELS} were expected")
    repeated = [model for index, model in enumerate(models) if model in models[:index]]
    if repeated:
        raise UsageError(f"model {repeated[0]!r} is named twice", advice="Each pair of two models is made anyway.")
    for model in models:
        check_engine_name(model)
    letters = dict(zip(ascii_uppercase, models, strict=False))
    alone = {f"{letter}-{letter}": (model, model) for letter, model in letters.items()}
    mixed = {f"{one}-{other}": (letters[one], letters[other]) for one, other in combinations(letters, 2)}
    return alone | mixed


def rosters(models: Sequence[str], parameters: dict[str, Any]) -> dict[str, str]:
    """A roster document for each label, by its file's name; every agent has these parameters and its own model."""
    made = {}
    for label, seats in labels(models).items():
        made[f"{label}.yaml"] = as_yaml(
            {
                "kind": "roster",
                "version": 1,
                "name": label,
                "about": " beside ".join(seats),
                "agents": [{"policy": "prompted", "parameters": {"model": model, **parameters}} for model in seats],
            }
        )
    return made


def as_yaml(document: dict[str, Any]) -> str:
    """A document as YAML text; the same document gives the same text."""
    writer, text = YAML(), StringIO()
    writer.default_flow_style = False
    writer.width = 110
    writer.dump(document, text)
    return text.getvalue()


def campaign_head(name: str, title: str, market: str, seeds: int, rounds: int, outcome: str) -> dict[str, Any]:
    """The first keys of a campaign under no institution."""
    return {
        "kind": "campaign",
        "version": 1,
        "name": name,
        "title": title,
        "market": market,
        "regimes": {"ungoverned": {}},
        "rounds": rounds,
        "seeds": seeds,
        "outcome": outcome,
    }
