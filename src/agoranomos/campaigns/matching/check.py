"""The check before anything runs: arms that are compared differ in their regimes, and in what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from math import isnan
from typing import Any

from agoranomos.campaigns.aspect import Aspect, declared
from agoranomos.campaigns.matching.compared import compared_arms
from agoranomos.campaigns.matching.difference import Difference, aspects_of, differences
from agoranomos.campaigns.matching.profile import Figures, Profile, profile
from agoranomos.campaigns.plan import Plan
from agoranomos.documents import Source
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError

LINES_SHOWN = 14
"""Lines of a diff that an error shows; the rest is counted."""

DIFFERENCES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """Two arms that are compared: what they differ in, apart by whether the campaign says so."""

    first: str
    second: str
    why: str
    declared: tuple[Difference, ...]
    undeclared: tuple[Difference, ...]


@dataclass(frozen=True)
class Matching:
    """All pairs of a plan, the figures of each arm that is in one, and the keys of `differs` that nothing needed."""

    pairs: tuple[MatchedPair, ...]
    figures: Mapping[str, Figures]
    unused: tuple[str, ...]

    @cached_property
    def unmatched(self) -> tuple[MatchedPair, ...]:
        """The pairs with a difference that is not declared."""
        return tuple(pair for pair in self.pairs if pair.undeclared)

    @property
    def document(self) -> dict[str, Any]:
        """The matching as plain JSON values, diffs in full."""
        return {
            "pairs": [
                {
                    "first": pair.first,
                    "second": pair.second,
                    "compared_by": pair.why,
                    "declared": [_document(one) for one in pair.declared],
                    "undeclared": [_document(one) for one in pair.undeclared],
                }
                for pair in self.pairs
            ],
            "unused": list(self.unused),
            "arms": {name: _figures(one) for name, one in self.figures.items()},
        }


def match(plan: Plan) -> Matching:
    """Every pair of arms that the plan compares, as they are rendered in the runs with the plan's first seed.

    No model is asked. Raises what a policy raises over a planted history.
    """
    seed, differs = plan.campaign.all_seeds[0], plan.campaign.differs
    profiles: dict[str, Profile] = {}
    matched = []
    used: set[Aspect] = set()
    for compared in compared_arms(plan.campaign, plan.arms):
        for arm in (compared.first, compared.second):
            if arm.name not in profiles:
                profiles[arm.name] = profile(arm, seed)
        found = differences(profiles[compared.first.name], profiles[compared.second.name])
        said = tuple(one for one in found if declared(one.aspect, differs))
        used.update(one.aspect for one in said)
        unsaid = tuple(one for one in found if not declared(one.aspect, differs))
        matched.append(MatchedPair(compared.first.name, compared.second.name, compared.why, said, unsaid))
    unused = tuple(key for key in differs if not any(declared(aspect, (key,)) for aspect in used))
    return Matching(tuple(matched), {name: one.figures for name, one in profiles.items()}, unused)


def require_matched(plan: Plan, matching: Matching | None = None, *, file: str = "") -> Matching:
    """The matching of the plan; raises `DocumentError` where compared arms differ in what is not declared.

    The error shows the first such pair, line by line, and the keys with which to declare it; `file` is where the
    campaign was read from.
    """
    made = match(plan) if matching is None else matching
    if not made.unmatched:
        return made
    pair, *others = made.unmatched
    shown = [_shown(one) for one in pair.undeclared[:DIFFERENCES_SHOWN]]
    more = len(pair.undeclared) - len(shown)
    further = f"\n({more} more differences of these two)" if more > 0 else ""
    besides = f"\n({len(others)} more pairs of arms differ too: agora run --dry-run)" if others else ""
    keys = aspects_of(one for each in made.unmatched for one in each.undeclared)
    body = "\n".join(shown)
    raise DocumentError(
        f"arms {pair.first} and {pair.second} are compared ({pair.why}) and differ in more than their regimes:\n"
        f"--- {pair.first}\n+++ {pair.second}\n{body}{further}{besides}",
        place=_place(plan, file),
        advice=f"Make them alike; or, where the difference is meant, say so: `differs: [{', '.join(keys)}]`.",
    )


def _place(plan: Plan, file: str) -> str:
    """Where the arms are written that are compared: the hypotheses, or else the arms or the regimes."""
    tree = Source(file or f"campaign {plan.campaign.name}", plan.text)
    key = "hypotheses" if plan.campaign.hypotheses else "arms" if plan.campaign.arms else "regimes"
    return place_in(tree, (key,))


def _shown(one: Difference) -> str:
    lines = [f"@@ {one.place}", *(line for line in one.lines if not line.startswith("@@"))]
    if len(lines) > LINES_SHOWN:
        lines = [*lines[:LINES_SHOWN], f"... {len(lines) - LINES_SHOWN} more lines"]
    return "\n".join(lines)


def _figures(one: Figures) -> dict[str, Any]:
    """As JSON: what no agent reads has no size."""
    return {key: None if isinstance(value, float) and isnan(value) else value for key, value in asdict(one).items()}


def _document(one: Difference) -> dict[str, Any]:
    return {
        "aspect": one.aspect,
        "agents": list(one.agents),
        "where": one.where,
        "more": one.more,
        "diff": list(one.lines),
    }
