"""Settings of a family: the stories in which one and the same game is told, and how a file names those it wants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel
from ruamel.yaml import YAML

from agoranomos.errors import nearest
from agoranomos.markets.market_spec import MarketSpec


class Named(Protocol):
    """What a setting of any family has: a name, and whether it is kept out of everything that trains."""

    @property
    def name(self) -> str:
        """By which a file names it."""
        ...

    @property
    def held_out(self) -> bool:
        """Whether nothing may be trained on it."""
        ...


def setting_of(drawn: MarketSpec) -> str | None:
    """The setting that a run has `drawn`; None in families without any, and in markets.

    A setting whose options are exchanged goes by the setting's own name: what holds of one holds of both.
    """
    setting: Any = getattr(drawn, "setting", None)
    return None if setting is None else str(getattr(setting, "root", setting.name))


def unit_of(drawn: MarketSpec) -> float:
    """What payoffs of a run are counted in: the income of the required option, where it has `drawn` one, else 1."""
    incomes: Any = getattr(drawn, "incomes", None)
    return float(incomes[1]) if incomes else 1.0


ModelT = TypeVar("ModelT", bound=BaseModel)
NamedT = TypeVar("NamedT", bound=Named)


def read_settings(path: Path, kind: type[ModelT]) -> tuple[ModelT, ...]:
    """The settings in a YAML list, in their order; raises Pydantic's `ValidationError` for a fault in one."""
    return tuple(kind.model_validate(each) for each in YAML(typ="safe").load(path))


def chosen_settings(
    wanted: Literal["all", "held-out"] | Sequence[str | NamedT], library: Sequence[NamedT]
) -> tuple[NamedT, ...]:
    """The settings that are `wanted`: all of the library that are not held out, those that are, or a list.

    A list holds names of the library's and settings of one's own. Raises `ValueError` for an unknown name or for none.
    """
    if isinstance(wanted, str):
        return tuple(each for each in library if each.held_out == (wanted == "held-out"))
    names = {each.name: each for each in library}
    found: list[NamedT] = []
    for each in wanted:
        if not isinstance(each, str):
            found.append(each)
        elif each in names:
            found.append(names[each])
        else:
            raise ValueError(f"settings: no setting {each!r}. {nearest(each, names)}")
        if [one.name for one in found].count(found[-1].name) > 1:
            raise ValueError(f"settings: {found[-1].name!r} stands twice")
    if not found:
        raise ValueError("settings: an empty list; name a setting, or leave the key out")
    return tuple(found)
