"""Every field of the manifest's schema, found by introspection, and changed values for what stands under it."""

from __future__ import annotations

import copy
import json
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from agoranomos.documents import Source, read_text
from agoranomos.documents.reader import plain
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.manifest import Manifest
from institutions.playing import SHIPPED, text_of

Field = tuple[str, str]
"""The model's name, and the key as it is written."""

HERE = Path(__file__).parent
EVERYTHING = read_text(HERE / "every_key.yaml")
"""Uses every key of the language, and random signals lead across each of its transitions."""


ANOTHER_STATISTIC: tuple[dict[str, Any], ...] = (
    {"statistic": "mean", "measure": "hhi", "window": 4, "at_least": 0.7},
    {"statistic": "dispersion-collapse", "measure": "quantity", "window": 4, "below": 0.2},
    {"statistic": "synchronous-move", "measure": "quantity", "change": 0.2, "persists": 1, "within": 3},
    {"statistic": "drift", "measure": "share", "window": 9, "baseline": 0.2, "to": 0.6},
)


@cache
def specimens() -> tuple[dict[str, Any], ...]:
    """Manifests as plain values."""
    texts = (EVERYTHING.text, (HERE / "every_feature.yaml").read_text(), *(text_of(name) for name in SHIPPED))
    return tuple(plain(Source("specimen.yaml", text).tree()) for text in texts)


def models(annotation: Any = Manifest) -> Iterator[type[BaseModel]]:
    """Every model that an annotation holds, itself and those of its fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
        return
    for argument in typing.get_args(annotation):
        yield from models(argument)


def fields() -> list[Field]:
    """Every field of the schema, each once."""
    found = dict.fromkeys(
        (model.__name__, field.alias or name) for model in models() for name, field in model.model_fields.items()
    )
    return list(found)


@dataclass(frozen=True)
class Site:
    """Where a field is written in a specimen."""

    specimen: int
    path: tuple[str | int, ...]
    annotation: Any


@cache
def sites() -> dict[Field, list[Site]]:
    """Every place at which each field is written, in all specimens."""
    found: dict[Field, list[Site]] = {field: [] for field in fields()}
    for index, data in enumerate(specimens()):
        for field, path, annotation in _written(Manifest.model_validate(data), data, ()):
            found[field].append(Site(index, path, annotation))
    return found


def _written(model: Any, data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Field, tuple[str | int, ...], Any]]:
    if isinstance(model, BaseModel):
        for name, field in type(model).model_fields.items():
            key = field.alias or name
            if key in data:
                yield (type(model).__name__, key), (*path, key), field.annotation
                yield from _written(getattr(model, name), data[key], (*path, key))
    elif isinstance(model, dict):
        for key, value in model.items():
            yield from _written(value, data[key], (*path, key))
    elif isinstance(model, tuple):
        for index, value in enumerate(model):
            yield from _written(value, data[index], (*path, index))


def changes(site: Site) -> Iterator[dict[str, Any]]:
    """The specimen with another value at the site, again and again; not all of these are valid manifests."""
    data = specimens()[site.specimen]
    value = _at(data, site.path)
    if site.path[-1] == "statistic":  # which decides what else is written beside it
        for spec in ANOTHER_STATISTIC:
            if spec["statistic"] != value:
                changed = copy.deepcopy(data)
                _at(changed, site.path[:-2])[site.path[-2]] = spec
                yield changed
        return
    for other in _others(value, site.annotation, specimens()[site.specimen]):
        changed = copy.deepcopy(specimens()[site.specimen])
        _at(changed, site.path[:-1])[site.path[-1]] = other
        yield changed


def is_valid(data: dict[str, Any]) -> Manifest | None:
    """The manifest, if the schema takes it."""
    try:
        return Manifest.model_validate(data)
    except ValidationError:
        return None


def as_institution(data: dict[str, Any]) -> Institution:
    return load_institution(Source("changed.yaml", json.dumps(data)))


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def _literals(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is Literal:
        yield from typing.get_args(annotation)
    for argument in typing.get_args(annotation):
        yield from _literals(argument)


def _others(value: Any, annotation: Any, data: dict[str, Any]) -> Iterator[Any]:
    for option in _literals(annotation):
        if option != value:
            yield option
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        others = (value + 1, value - 1, value * 20, value * 2, value / 2, value + 0.001)
        yield from (other for other in others if other != value)
    elif isinstance(value, str):
        yield from (f"!({value})", f"({value}) + 1", f"({value}) * 0.9")
        for section in ("states", "events", "counters", "signals", "rules"):
            yield from (name for name in data[section] if name != value)
        yield from (other for other in ("expiry", "hhi", "cv", "share", "quantity") if other != value)
        yield from (value + "x", value + " more", "0" * 64)
    elif isinstance(value, list):
        yield value[:-1]
        yield value[::-1]
        for index, item in enumerate(value):
            for other in _others(item, (), data) if not isinstance(item, list | dict) else ():
                yield [*value[:index], other, *value[index + 1 :]]
    elif isinstance(value, dict):
        for name in sorted(value.keys() - {"about"}):
            yield {key: item for key, item in value.items() if key != name}
        for name, item in value.items():
            for other in _others(item, (), data) if name != "about" and not isinstance(item, list | dict) else ():
                yield {**value, name: other}
