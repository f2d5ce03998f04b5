"""Parameters as the record holds them."""

from __future__ import annotations

from typing import Any

from agoranomos.documents import DocumentPart


def described(parameters: DocumentPart) -> dict[str, Any]:
    """The parameters as plain JSON values without floats, because records hold none.

    A real number is written as text, in the shortest form that reads back to the same number.
    """
    return {key: _without_floats(value) for key, value in parameters.model_dump(mode="json").items()}


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_floats(part) for part in value]
    return value
