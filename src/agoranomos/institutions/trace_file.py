"""A file of traces run against an institution: the unit tests that stand beside a manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agoranomos.documents import Source, read_text
from agoranomos.errors import UsageError
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.trace_play import places
from agoranomos.institutions.trace_run import Mismatch, check_trace
from agoranomos.institutions.traces import load_traces
from agoranomos.markets.market import Market

SUFFIX = ".traces.yaml"


@dataclass(frozen=True, slots=True)
class Tested:
    """One trace that was run; `mismatches` come with their places, `file:line:column`."""

    file: str
    trace: str
    rounds: int
    mismatches: tuple[tuple[str, Mismatch], ...]

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""
        return not self.mismatches


@dataclass(frozen=True, slots=True)
class TestedFile:
    """A file of traces that was run; `written_for` is the institution that it names."""

    __test__ = False

    file: str
    written_for: str
    traces: tuple[Tested, ...]


def traces_beside(institution: Institution) -> Path:
    """The file of traces beside an institution's own; raises `UsageError` where there is none."""
    own = Path(institution.source.name)
    beside = own.with_name(own.name.removesuffix(".yaml") + SUFFIX)
    if not beside.is_file():
        raise UsageError(
            f"no traces of {institution.name}: there is no {beside}",
            advice="Write example runs there, or name files of traces.",
        )
    return beside


def run_file(institution: Institution, path: Path, market_named: Callable[[str], Market]) -> TestedFile:
    """Every trace of the file under the institution; raises `DocumentError` with the place for what is invalid."""
    return run_source(institution, read_text(path), market_named)


def run_source(institution: Institution, source: Source, market_named: Callable[[str], Market]) -> TestedFile:
    """As `run_file`, for a text."""
    document = load_traces(source)
    market = market_named(document.market) if document.market is not None else None
    tested = []
    for index, trace in enumerate(document.traces):
        place = places(source, index)
        found = check_trace(institution, trace, market, place)
        mismatches = tuple((place(mismatch.path), mismatch) for mismatch in found)
        tested.append(Tested(source.name, trace.name, trace.length, mismatches))
    return TestedFile(source.name, document.institution, tuple(tested))
