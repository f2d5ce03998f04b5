"""How rosters name mocks: `mock/<style>`."""

from __future__ import annotations

from agoranomos.errors import unknown_name
from agoranomos.models.mock.engine import MOCK_STYLES, MockEngine, MockOptions
from agoranomos.models.provider import Opening, Provider


def _check(model: str) -> None:
    if model not in MOCK_STYLES:
        raise unknown_name("model", f"mock/{model}", [f"mock/{style}" for style in MOCK_STYLES])


def _open(opening: Opening) -> MockEngine:
    return MockEngine(opening.model, opening.options, name=opening.name)


MOCK = Provider("mock", "mock/<style>", "no model: replies by rule", MockOptions, _check, _open)
