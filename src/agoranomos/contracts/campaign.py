"""The campaign that plays a found contract: the scenario with that contract, and scripted workers."""

from __future__ import annotations

import json
from typing import Any

from agoranomos.contracts.reading import Question
from agoranomos.documents import Source
from agoranomos.errors import UsageError
from agoranomos.scenarios.hidden_action.contract import Contract

ROUNDS, SEEDS = 100, 4
"""How long the contract is played, and how often."""

LONGEST = 50
"""So many characters of the document's name the campaign's name has."""


def campaign_for(question: Question, contract: Contract) -> Source:
    """A campaign's text: the scenario under the contract, a roster for each way to play it.

    Nobody can report effort in it, so that what a worker costs follows from contract and effort alone. Raises
    `UsageError` for a wanted level that the scenario cannot ask for.
    """
    if question.problem.wanted == 0:
        raise UsageError(
            "the least effort is wanted: there is nothing to shirk, and the scenario plays no such contract",
            advice="Name a higher level under `wanted`, or leave out --run.",
        )
    rosters = [f"hidden-action-{name}" for name in ("best-reply", "diligent", "shirker", "random")]
    lines = [
        f"# The contract that agora design found for {question.document.name}, played by scripted workers.",
        "kind: campaign",
        "version: 1",
        f"name: design-{question.document.name[:LONGEST]}",
        f"market: {json.dumps(question.scenario)}",
        "regimes: {contract: {}}",
        "factors:",
        f"  design: {{found: {{market: {json.dumps(_changes(question, contract))}}}}}",
        f"rosters: [{', '.join(rosters)}]",
        f"seeds: {SEEDS}",
        f"rounds: {ROUNDS}",
        "outcome: share_violated",
    ]
    return Source(f"campaign of contract {question.document.name}", "\n".join(lines) + "\n")


def _changes(question: Question, contract: Contract) -> dict[str, Any]:
    """What the scenario says otherwise: the contract, the level that is asked for, and the document's technology."""
    technology = question.problem.technology.model_dump(mode="json")
    if question.document.technology is None:  # its levels, which real work makes itself, stay the scenario's
        technology["levels"] = question.spec.technology.model_dump(mode="json")["levels"]
    changes: dict[str, Any] = {
        "contract": contract.model_dump(mode="json"),
        "technology": technology,
        "wanted": question.problem.wanted,
        "reporting": False,
    }
    if question.spec.principal == "seat":
        changes |= {"principal": "simulated", "menu": []}
    return changes
