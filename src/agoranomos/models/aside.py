"""Calls that something else than a model answers, a tool for one, and that are recorded as a model's are."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from agoranomos.models.engine import Engine


@runtime_checkable
class Beside(Protocol):
    """An engine that stands before a model, or in its place, and says what its tools are."""

    def beside(self, other: Engine) -> Engine:
        """What answers the calls that `other` would answer beside this engine's model."""
        ...


def aside(engine: Engine, other: Engine) -> Engine:
    """`other` behind whatever stands before `engine`'s model; nothing at all where something stands in its place.

    So what is recorded of it is fed back when a run is resumed, and withheld where calls are. Raises `TypeError` for an
    engine that stands before another one and does not say what its tools are: what it keeps of a model's calls, or
    prevents, would not hold for them.
    """
    if isinstance(engine, Beside):
        return engine.beside(other)
    if any(callable(getattr(held, "choose", None)) for held in getattr(engine, "__dict__", {}).values()):
        raise TypeError(f"{type(engine).__name__} stands before another engine: make it a WrappedEngine")
    return other
