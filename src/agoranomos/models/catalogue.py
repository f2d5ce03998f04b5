"""The models that rosters can name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agoranomos.errors import MachineError
from agoranomos.models.mock.styles import STYLES, ListedStyle
from agoranomos.models.providers import PROVIDERS
from agoranomos.models.weights import KNOWN_WEIGHTS, is_pulled


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A name or the form of names, what it is, and whether it can be used as it is or what must be done first."""

    name: str
    title: str
    state: str


def list_models() -> list[ListedModel]:
    """Weights known by name, each provider's form of names, each style of mocks, and plug-ins, broken ones too."""
    weights = [
        ListedModel(known.name, known.title, "pulled" if is_pulled(known) else f"run: agora models pull {known.name}")
        for known in KNOWN_WEIGHTS.values()
    ]
    named = [model for name in PROVIDERS if name != "mock" for model in _of_provider(name)]
    return [*weights, *named, *(_of_style(name, style) for name, style in STYLES.items())]


def _of_provider(name: str) -> Iterator[ListedModel]:
    try:
        provider = PROVIDERS[name]
    except MachineError as error:
        yield ListedModel(f"{name}/", "a plug-in", error.message)
        return
    needs = provider.needs()
    yield ListedModel(provider.form, provider.title, f"run: {needs}" if needs else "ready")


def _of_style(name: str, style: ListedStyle) -> ListedModel:
    title = f"no model: {style.title}"
    if "replies" in style.options:
        return ListedModel(f"mock/{name}?replies=<file>", title, "ready")
    options = f"; options {', '.join(style.options)}" if style.options else ""
    return ListedModel(f"mock/{name}", f"{title}{options}", "built in")
