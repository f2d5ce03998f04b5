"""Further dimensions of a campaign's matrix: named changes to a market, an institution, or agents' parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations as pairs_of
from itertools import product
from typing import Annotated, Any

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart


class Change(DocumentPart):
    """What one level of a factor says otherwise; whatever it does not say stays.

    `market` holds keys of the market's file, `institution` those of the manifest (read as a manifest that extends the
    arm's own), `parameters` those of the policies that have them, of every agent. `rounds` replaces the number of
    rounds. An empty change is a level too: the one where nothing is otherwise.
    """

    market: dict[str, Any] = Field(default_factory=dict)
    institution: dict[str, Any] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    rounds: Annotated[int, Field(ge=1, strict=True)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Change:
        own = sorted({"kind", "version", "extends", "name"} & self.institution.keys())
        if own:
            raise ValueError(f"institution: {own[0]!r} cannot be changed by a factor")
        if "type" in self.market or "kind" in self.market:
            raise ValueError("market: its type cannot be changed by a factor; name another market under `markets`")
        return self

    @property
    def of_institution_only(self) -> bool:
        """Whether it changes an institution and nothing else, so that it means nothing where there is none."""
        return bool(self.institution) and not (self.market or self.parameters or self.rounds)

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.institution or self.market or self.parameters or self.rounds)


Factors = Mapping[str, Mapping[str, Change]]
Levels = tuple[tuple[str, str], ...]
"""Which level of each factor an arm has."""


def told_apart(levels: dict[str, Change]) -> dict[str, Change]:
    """The levels of one factor; raises `ValueError` where two of them say the same, and so count the same arm twice."""
    for first, second in pairs_of(levels, 2):
        if levels[first] == levels[second]:
            raise ValueError(f"levels {first} and {second} say the same")
    return levels


def combinations(factors: Factors, governed: bool) -> Iterator[Levels]:
    """Every combination of levels; factors that change institutions only have none where nothing is governed."""
    crossed = {name: levels for name, levels in factors.items() if governed or not _of_institutions_only(levels)}
    for chosen in product(*crossed.values()):
        yield tuple(zip(crossed, chosen, strict=True))


def together(changes: Iterator[Change]) -> Change:
    """All changes as one; raises `ValueError` where two of them say the same key otherwise."""
    whole: dict[str, Any] = {"market": {}, "institution": {}, "parameters": {}}
    for change in changes:
        for part in ("market", "institution", "parameters"):
            _merge(whole[part], getattr(change, part), (part,))
        if change.rounds is not None:
            if "rounds" in whole:
                raise ValueError("two factors change `rounds`")
            whole["rounds"] = change.rounds
    return Change(**whole)


def _of_institutions_only(levels: Mapping[str, Change]) -> bool:
    says_something = [change for change in levels.values() if not change.empty]
    return bool(says_something) and all(change.of_institution_only for change in says_something)


def _merge(into: dict[str, Any], more: Mapping[str, Any], path: tuple[str, ...]) -> None:
    for key, value in more.items():
        if key not in into:
            into[key] = dict(value) if isinstance(value, dict) else value
        elif isinstance(into[key], dict) and isinstance(value, dict):
            _merge(into[key], value, (*path, key))
        else:
            raise ValueError(f"two factors change `{'.'.join((*path, key))}`")
