"""What the linter says about one place of an institution's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agoranomos.documents.reader import place_in
from agoranomos.institutions.institution import Institution

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A slip: `place` is `file:line:column`.

    An error is what no author can want: a suspension without end, a key that changes nothing. A warning is what may be
    meant: an accusation without a consequence, or one that does not say what it rests on.
    """

    place: str
    severity: Severity
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message}" + (f" {self.advice}" if self.advice else "")


class Remarks:
    """Collects remarks on one institution, with their places."""

    def __init__(self, institution: Institution) -> None:
        self._source = institution.source
        self.found: list[Remark] = []

    def error(self, message: str, *path: str | int, advice: str = "") -> None:
        """Note an error at the place that the keys of `path` lead to."""
        self.found.append(Remark(place_in(self._source, path), "error", message, advice))

    def warning(self, message: str, *path: str | int, advice: str = "") -> None:
        """Note a warning at the place that the keys of `path` lead to."""
        self.found.append(Remark(place_in(self._source, path), "warning", message, advice))
