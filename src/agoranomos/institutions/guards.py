"""Guards: conditions and counter updates in CEL, the Common Expression Language, over declared finite names.

A guard is type-checked when the institution is read, and an ERROR value at run time is a fault that raises: a rule that
cannot be decided must not silently count as "no". Evaluations are remembered by the values of the names that the
expression uses, which are few; CEL itself decides every value once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from operator import itemgetter

from cel_expr_python import cel

from agoranomos.errors import AgoraError, UsageError, nearest

_REMEMBERED = 8192
_SHOWN = 160
"""So many characters of an expression's line an error shows."""

_UNDECLARED = re.compile(r"ERROR: <input>:\d+:\d+: undeclared reference to '\.?([^']+)'")

Value = bool | int | str
TYPES: dict[type, cel.Type] = {bool: cel.Type.BOOL, int: cel.Type.INT, str: cel.Type.STRING}


class GuardError(UsageError):
    """An expression that does not compile; the message shows the place with a caret."""


class GuardFault(AgoraError):
    """An expression that could not be decided at run time (a division by zero, an overflow)."""


class Vocabulary:
    """The names that guards may use, with their types; one CEL environment for them all."""

    def __init__(self, names: Mapping[str, type]) -> None:
        self.names = dict(names)
        self._environment = self._declaring(self.names)
        self._empty = self._declaring(())

    def guard(self, expression: str, result: type) -> Guard:
        """The compiled guard; raises `GuardError` with a caret, or when the expression is not of type `result`."""
        try:
            compiled = self._environment.compile(expression)
        except RuntimeError as error:
            raise GuardError(explain(str(error)), advice=self._nearest(str(error))) from None
        found = compiled.return_type()
        if found != TYPES[result]:
            raise GuardError(f"{expression!r} is of type {found.name()}; {TYPES[result].name()} was expected")
        return Guard(expression, compiled, self._read_by(expression), result)

    def _read_by(self, expression: str) -> tuple[str, ...]:
        """The names that a valid expression reads: those that CEL misses when they are not declared.

        It ends with proof: the expression compiles with these names alone.
        """
        read: set[str] = set()
        environment = self._empty
        while True:
            try:
                environment.compile(expression)
            except RuntimeError as error:
                missed = self.names.keys() & set(_UNDECLARED.findall(str(error)))
                if missed <= read:
                    raise GuardError(f"cannot tell which names {expression!r} reads: {explain(str(error))}") from None
                read |= missed
                environment = self._declaring(read)
            else:
                return tuple(sorted(read))

    def _declaring(self, names: Collection[str]) -> cel.Env:
        return cel.NewEnv(variables={name: TYPES[self.names[name]] for name in names})

    def _nearest(self, message: str) -> str:
        undeclared = _UNDECLARED.search(message)
        return nearest(undeclared.group(1), self.names) if undeclared else ""


def explain(message: str) -> str:
    """CEL's own message, with its caret, without what only its makers need."""
    text = message.removeprefix("INVALID_ARGUMENT: ").removesuffix(" [INVALID_ARGUMENT]")
    text = text.replace("ERROR: <input>:", "CEL ").replace(" (in container '')", "").rstrip()
    lines = text.split("\n")
    caret = max(0, max(line.rfind("^") for line in lines) - _SHOWN // 2)
    return "\n".join(_part(line, caret) if line.startswith(" |") else line[:_SHOWN] for line in lines[:12])


def _part(line: str, start: int) -> str:
    """What an error shows of a line of an expression, around the caret."""
    return line if len(line) <= _SHOWN else f" | {line[3:][start : start + _SHOWN]}"


def _no_names(values: Mapping[str, Value]) -> Hashable:
    return ()


class Guard:
    """A compiled expression; called with the values of all names, it gives a bool or an int."""

    __slots__ = ("_compiled", "_key", "_known", "_result", "names", "text")

    def __init__(self, text: str, compiled: cel.Expression, names: tuple[str, ...], result: type) -> None:
        self.text = text
        self.names = names
        self._compiled = compiled
        self._result = result
        self._key: Callable[[Mapping[str, Value]], Hashable] = itemgetter(*names) if names else _no_names
        self._known: dict[Hashable, Value] = {}

    def __call__(self, values: Mapping[str, Value]) -> Value:
        """The expression's value; raises `GuardFault` when CEL gives an error."""
        key = self._key(values)
        known = self._known.get(key)
        if known is not None:
            return known
        value = self.evaluate(values)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = value
        return value

    def evaluate(self, values: Mapping[str, Value]) -> Value:
        """The expression's value, asked of CEL now."""
        value = self._compiled.eval(data={name: values[name] for name in self.names})
        plain = value.value()
        if type(plain) is not self._result:
            raise GuardFault(f"the guard {self.text!r} could not be decided: {plain}")
        assert isinstance(plain, bool | int | str)
        return plain
