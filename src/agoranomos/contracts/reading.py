"""From the name of a contract document to the problem that it poses, with the scenario whose technology it takes."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.contracts.document import ContractDocument
from agoranomos.contracts.problem import Problem
from agoranomos.documents import Source, parse_document, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import parse_market
from agoranomos.scenarios.hidden_action.spec import PRINCIPAL, HiddenActionSpec
from agoranomos.workspace import Workspace, resolve, resolve_argument

SCENARIO = "hidden-action"
"""The scenario in which a contract is played whose technology is written in its own file."""


@dataclass(frozen=True, slots=True)
class Question:
    """A document, the problem that it poses, and the `scenario` (as `spec`) in which its answer can be played."""

    document: ContractDocument
    problem: Problem
    scenario: str
    spec: HiddenActionSpec

    @property
    def level(self) -> str:
        """The name of the wanted level."""
        return self.problem.name_of(self.problem.wanted)


def read_question(name: str, workspace: Workspace) -> Question:
    """The question in the file that `name` stands for.

    Raises `DocumentError` with the place for a fault in the file, and `UsageError` where nothing has the name.
    """
    source = read_text(resolve_argument("contracts", name, workspace))
    document = parse_document(source, ContractDocument)
    scenario = document.scenario or SCENARIO
    spec = _specification(source, scenario, workspace)
    technology = spec.means if document.technology is None else document.technology
    try:
        problem = document.problem(technology)
    except ValueError as error:
        raise DocumentError(str(error), place=place_in(source, ("wanted",))) from None
    _require_routes(source, scenario, spec, problem)
    return Question(document, problem, scenario, spec)


def _require_routes(source: Source, scenario: str, spec: HiddenActionSpec, problem: Problem) -> None:
    """Raise `DocumentError` where the principal could not carry out what the instruments allow."""
    needed = {"output": ("bonus", problem.most_bonus), "inspection": ("inspection", problem.most_inspection)}
    missing = {item: name for item, (name, most) in needed.items() if most > 0 and not spec.gives(item, PRINCIPAL)}
    if missing:
        raise DocumentError(
            f"scenario {scenario!r} does not give the principal `{'` and `'.join(missing)}`, needed for the "
            f"instrument{'s' if len(missing) > 1 else ''} {' and '.join(missing.values())}",
            place=place_in(source, ("scenario",)),
            advice="Leave that out of `instruments`, or give it to the principal in the `routes` of the scenario.",
        )


def _specification(source: Source, scenario: str, workspace: Workspace) -> HiddenActionSpec:
    place = place_in(source, ("scenario",))
    try:
        spec = parse_market(read_text(resolve("scenarios", scenario, workspace)))
    except DocumentError:
        raise
    except UsageError as error:
        raise DocumentError(error.message, place=place, advice=error.advice) from None
    if not isinstance(spec, HiddenActionSpec):
        raise DocumentError(f"scenario {scenario!r} is of type {spec.type}; hidden-action was expected", place=place)
    if spec.gives("effort", PRINCIPAL):
        raise DocumentError(
            f"scenario {scenario!r} gives the principal the effort itself: there is nothing to design",
            place=place,
            advice="Leave `effort` out of its routes.",
        )
    return spec
