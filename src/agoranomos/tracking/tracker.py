"""A tracker of experiments: something that is told when a campaign begins, how it goes, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Story:
    """A campaign as it begins, or is gone on with. `label` is its folder's name and stays the same when it resumes.

    `settings` are what tells it apart: the plan's digest, its arms, seeds, models, outcome and hypotheses. No prompt,
    reply or key is among them.
    """

    name: str
    title: str
    label: str
    settings: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Series:
    """A measure round by round: the mean over an arm's runs, from round 1 on."""

    name: str
    values: tuple[float, ...]


class Tracker(Protocol):
    """Told of one campaign at a time. Whatever it raises is shown once, and the campaign goes on without it."""

    def begin(self, story: Story) -> None:
        """The campaign begins; or goes on, where a campaign of this label was told of before."""
        ...

    def count(self, counted: Mapping[str, float], step: int) -> None:
        """How far it is: runs, rounds, calls, tokens by name; `step` grows by one from telling to telling."""
        ...

    def end(
        self, state: str, measures: Mapping[str, float], series: Sequence[Series], files: Sequence[Path]
    ) -> str | None:
        """It ended: `measures` are means with their intervals' bounds, by `arm/measure`; `files` are to be kept.

        Gives where a person finds it, if there is such a place.
        """
        ...


@dataclass(frozen=True, slots=True)
class TrackerKind:
    """A tracker that can be asked for by name. `needs` says what has to be installed first, and nothing if all is."""

    name: str
    title: str
    open: Callable[[], Tracker]
    needs: Callable[[], str]
