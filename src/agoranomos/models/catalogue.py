"""The models that rosters can name."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.models.weights import KNOWN_WEIGHTS, is_pulled


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A name, what it is, and whether it can be used as it is."""

    name: str
    title: str
    state: str


def list_models() -> list[ListedModel]:
    """Weights known by name, mock styles, and the two forms that name other models."""
    weights = [
        ListedModel(known.name, known.title, "pulled" if is_pulled(known) else f"run: agora models pull {known.name}")
        for known in KNOWN_WEIGHTS.values()
    ]
    return [
        *weights,
        ListedModel("hf/<folder or id>", "a model of the Hugging Face hub, or a folder with one", "loaded when used"),
        ListedModel("gguf/<file>", "a GGUF file, converted on first use", "loaded when used"),
        ListedModel("mock/valid", "no model: replies drawn from the seed that satisfy the schema", "built in"),
        ListedModel("mock/constant", "no model: the same plain reply each time", "built in"),
        ListedModel("mock/malformed", "no model: replies that break off", "built in"),
        ListedModel("mock/failing", "no model: calls that fail", "built in"),
    ]
