"""Slips of single edges: those that an earlier one always takes precedence over, and ladders that go down."""

from __future__ import annotations

from itertools import pairwise

from agoranomos.institutions.institution import Edge, Institution
from agoranomos.institutions.remark import Remarks


def remark_on_edges(institution: Institution, remarks: Remarks) -> None:
    """Shadowed edges and decreasing ladders."""
    for edges in institution.edges_from.values():
        for place, edge in enumerate(edges):
            first = next((earlier for earlier in edges[:place] if _always_before(earlier, edge)), None)
            if first is not None:
                remarks.error(
                    f"{edge.key} is never traversed: {first.key} stands before it and always applies",
                    "transitions",
                    edge.index,
                    advice="The first edge that may be traversed is; put the conditional one first.",
                )
    for edge in institution.edges:
        fine = edge.spec.fine
        if fine is not None and isinstance(fine.rate, tuple):
            for lower, higher in pairwise(fine.rate):
                if higher < lower:
                    remarks.error(
                        f"the ladder of {edge.key} goes down from {lower:g} to {higher:g}",
                        "transitions",
                        edge.index,
                        "fine",
                        "rate",
                        advice="A repeated offence would cost less than the one before.",
                    )
                    break


def _always_before(earlier: Edge, later: Edge) -> bool:
    """Whether `earlier` is granted whenever `later` is requested, as far as their texts tell."""
    wider = earlier.spec.when is None or earlier.spec.when == later.spec.when
    return earlier.spec.on == later.spec.on and wider and not earlier.requires and earlier.spec.cooldown == 0
