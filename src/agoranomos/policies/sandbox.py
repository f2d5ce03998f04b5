"""Jinja's sandbox, made quick enough for a prompt at every decision: it judges each attribute of a type once."""

from __future__ import annotations

from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

_PLAIN = frozenset({float, int, bool, str, tuple})
"""Types of values that a template can do nothing with but read."""


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Allows what `ImmutableSandboxedEnvironment` allows.

    Whether an attribute is safe follows from the object's type and the attribute's name alone, and a history of ten
    rounds reads a hundred of them, so that judging each anew took more time than all else in a decision.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._judged: dict[tuple[type, str], bool] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute, or the item, of that name; undefined where there is none or it may not be read."""
        if self._judged.get((type(obj), attribute)):
            value = getattr(obj, attribute, None)
            if type(value) in _PLAIN:
                return value
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read the attribute."""
        key = type(obj), attr
        safe = self._judged.get(key)
        if safe is None:
            safe = self._judged[key] = super().is_safe_attribute(obj, attr, value)
        return safe
