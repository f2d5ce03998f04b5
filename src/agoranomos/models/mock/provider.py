"""How rosters name mocks: `mock/<style>`."""

from __future__ import annotations

from agoranomos.models.mock.engine import MockEngine
from agoranomos.models.mock.options import MockOptions
from agoranomos.models.mock.styles import check_options, find_style
from agoranomos.models.provider import Opening, Provider


def _check(model: str) -> None:
    find_style(model)


def _open(opening: Opening) -> MockEngine:
    folder = None if opening.workspace is None else opening.workspace.root
    return MockEngine(opening.model, opening.options, name=opening.name, folder=folder)


MOCK = Provider("mock", "mock/<style>", "no model: answers by rule", MockOptions, _check, _open, check_options)
