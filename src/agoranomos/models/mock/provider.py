"""How rosters name mocks: `mock/<style>`."""

from __future__ import annotations

from pathlib import Path

from agoranomos.models.mock.engine import MockEngine
from agoranomos.models.mock.options import MockOptions
from agoranomos.models.mock.script import Scripted
from agoranomos.models.mock.styles import check_options, find_style, script_path
from agoranomos.models.provider import Opening, Provider


def _check(model: str) -> None:
    find_style(model)


def _folder(opening: Opening) -> Path:
    return Path() if opening.workspace is None else opening.workspace.root


def _open(opening: Opening) -> MockEngine:
    return MockEngine(opening.model, opening.options, name=opening.name, folder=_folder(opening))


def _script_sha256(opening: Opening) -> str:
    return Scripted.read(script_path(opening.options, _folder(opening))).sha256 if opening.options.replies else ""


MOCK = Provider(
    "mock",
    "mock/<style>",
    "no model: answers by rule",
    MockOptions,
    _check,
    _open,
    check_options,
    script_sha256=_script_sha256,
)
