"""What a bargainer can do as a number, and what it does at the benchmarks."""

from __future__ import annotations

from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec


def actions_of(spec: GroupBargainingSpec) -> tuple[float, float]:
    """The lowest and the highest action: values of the scale, or places among the moves."""
    return (float(spec.low), float(spec.high)) if spec.moves is None else (0.0, len(spec.moves) - 1.0)


def benchmark_action(spec: GroupBargainingSpec, benchmark: str, role: int, value: float) -> float:
    """The action of an agent with this role (1 or -1) where the value stands like this.

    `comply` takes a step in the direction of the role, or the shortest move in it; `violate` the same in the other;
    `nash` goes to the end of the scale, or takes the longest move.
    """
    if spec.moves is None:
        if benchmark == "nash":
            return float(spec.high if role > 0 else spec.low)
        wanted = round(value) + (role if benchmark == "comply" else -role) * spec.step
        return float(min(max(wanted, spec.low), spec.high))
    towards = -role if benchmark == "violate" else role
    fitting = [change for change in spec.moves if change * towards > 0]
    chosen = max(fitting, key=abs) if benchmark == "nash" else min(fitting, key=abs)
    return float(spec.moves.index(chosen))
