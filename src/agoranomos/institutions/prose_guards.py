"""Guards and counter updates in English where they are simple, else quoted as they stand."""

from __future__ import annotations

import re

from agoranomos.institutions.expressions import Binary, Choice, Literal, Name, Node, Not, Text, parsed
from agoranomos.institutions.institution import EXPIRY, REPORTED
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.prose_text import Number, Path, Quote, Segment, Told, joined, listed, number, told

_COMPARED = {
    ">=": "is at least",
    "<=": "is at most",
    ">": "is more than",
    "<": "is less than",
    "==": "is",
    "!=": "is not",
}
_RECKONED = {"+": "plus", "-": "less", "*": "times", "/": "divided by"}
_FLIPPED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "==", "!=": "!="}
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")


class _Unspeakable(Exception):
    """An expression that would be harder to read in English than as it stands."""


def words(name: str, *path: str | int) -> Quote:
    """A name of the manifest in words: `fine_tier` is `fine tier`."""
    return Quote(name.replace("_", " "), path)


def counter_in_words(name: str) -> Told:
    """A counter, to stand after `its`; a participle (`warned`) needs a noun before it."""
    shown = words(name, "counters", name)
    return told("counter ", shown) if name.endswith("ed") else told(shown)


def quoted(expression: str, *path: str | int) -> Told:
    """An expression as it stands, in back quotes, with its numbers marked."""
    parts: list[Segment] = ["`"]
    at = 0
    for nth, match in enumerate(_NUMBER.finditer(expression), start=1):
        before, digits = expression[at : match.start()], match.group()
        parts += [Quote(before, path)] if before else []
        parts.append(_as_written(digits, path, nth))
        at = match.end()
    return (*parts, *([Quote(expression[at:], path)] if expression[at:] else []), "`")


def _as_written(digits: str, path: Path, nth: int) -> Number:
    return Number(digits, int(digits) if digits.isdigit() else float(digits), path, nth)


def condition(manifest: Manifest, expression: str, *path: str | int) -> Told:
    """A condition, to stand after `when` or `if`."""
    node = parsed(expression)
    try:
        if node is not None:
            return _English(manifest, path).condition(node)
    except _Unspeakable:
        pass
    return told(quoted(expression, *path), " holds")


def update(manifest: Manifest, counter: str, expression: str, *path: str | int) -> Told:
    """What becomes of a counter, to stand after its name: `rises by 1`."""
    node = parsed(expression)
    try:
        if node is not None:
            return _English(manifest, path).update(counter, node)
    except _Unspeakable:
        pass
    return told(_verb("becomes", counter), " ", quoted(expression, *path))


class _English:
    """Trees in English; `path` leads to the expression that they were read from."""

    def __init__(self, manifest: Manifest, path: Path) -> None:
        self.manifest = manifest
        self.path = path

    def condition(self, node: Node) -> Told:
        """A tree that is true or false."""
        match node:
            case Name(name):
                return self._holds(name, True)
            case Not(Name(name)):
                return self._holds(name, False)
            case Binary("&&" | "||" as sign, _, _):
                return self._several(sign, _flat(node, sign))
            case Binary(sign, left, right) if sign in _COMPARED:
                return self._comparison(sign, left, right)
        raise _Unspeakable

    def _several(self, sign: str, parts: list[Node]) -> Told:
        names = [part.name for part in parts if isinstance(part, Name)]
        if len(names) == len(parts) and set(names) <= self.manifest.signals.keys():
            conjunction, verb = ("and", "hold") if sign == "&&" else ("or", "holds")
            return told(listed([words(name, "signals", name) for name in names], conjunction), f" {verb}")
        said = [
            told("(", self.condition(part), ")")
            if isinstance(part, Binary) and part.sign in {"&&", "||"}
            else self.condition(part)
            for part in parts
        ]
        return joined(" and " if sign == "&&" else " or ", said)

    def _comparison(self, sign: str, left: Node, right: Node) -> Told:
        match left, right:
            case Binary("%", of, Literal() as divisor), Literal(value=0) if sign == "==":
                return told(self.amount(of), " ", self._is(of, "is"), " a multiple of ", self.amount(divisor))
            case Literal(), Name() | Binary():
                return self._comparison(_FLIPPED[sign], right, left)
            case Name(name), _ if name.startswith(("least.", "most.")):
                return self._of_all(sign, name, right)
        return told(self.amount(left), " ", self._is(left, _COMPARED[sign]), " ", self.amount(right))

    def _is(self, of: Node, verb: str) -> str:
        """The verb in the number of its subject: `credits are`."""
        return verb.replace("is", "are", 1) if isinstance(of, Name) and is_plural(of.name) else verb

    def _holds(self, name: str, holds: bool) -> Told:
        manifest = self.manifest
        if name == EXPIRY:
            return told("its time in the state is over" if holds else "its time in the state is not over")
        if name == REPORTED:
            return told("it reports in the round" if holds else "it does not report in the round")
        if name in manifest.audits:
            return told("the audit ", words(name, "audits", name), " takes place" if holds else " does not take place")
        if name in manifest.events:
            return told(words(name, "events", name), " happens" if holds else " does not happen")
        if name in manifest.signals:
            return told(words(name, "signals", name), " holds" if holds else " does not hold")
        raise _Unspeakable

    def _of_all(self, sign: str, name: str, right: Node) -> Told:
        which, _, counter = name.partition(".")
        shown = counter_in_words(counter)
        everyone = (which == "least") == (sign in {">=", ">"})
        if sign in {"==", "!="}:
            extreme = "smallest" if which == "least" else "largest"
            return told(f"the {extreme} ", shown, f" of all agents {_COMPARED[sign]} ", self.amount(right))
        whose = "every agent's " if everyone else "some agent's "
        return told(whose, shown, " ", self._is(Name(counter), _COMPARED[sign]), " ", self.amount(right))

    def amount(self, node: Node) -> Told:
        """A tree that is a number or a text."""
        match node:
            case Literal(value, nth):
                return told(number(value, *self.path, nth=nth))
            case Text(text) if text in self.manifest.states:
                return told(words(text, "states", text))
            case Text(text):
                return told('"', Quote(text, self.path), '"')
            case Name(name):
                return self._named(name)
            case Binary("%", left, right):
                return told("the remainder of ", self.amount(left), " by ", self.amount(right))
            case Binary(sign, left, right) if sign in _RECKONED and not any(
                isinstance(side, Binary) for side in (left, right)
            ):
                return told(self.amount(left), f" {_RECKONED[sign]} ", self.amount(right))
        raise _Unspeakable

    def _named(self, name: str) -> Told:
        manifest = self.manifest
        which, _, rest = name.partition(".")
        if name in manifest.counters:
            return told("its ", counter_in_words(name))
        if name in manifest.parameters:
            value = number(manifest.parameters[name], "parameters", name)
            return told("the ", words(name, "parameters", name), " of ", value)
        if which in {"least", "most"} and rest:
            extreme = "smallest" if which == "least" else "largest"
            return told(f"the {extreme} ", words(rest, "counters", rest), " of all agents")
        if which == "others" and rest:
            return told("the number of other agents that are ", words(rest, "states", rest))
        known = {
            "state": "its state",
            "round": "the number of the round",
            "rounds_in_state": "the number of rounds it has been in its state",
            "firms": "the number of agents",
        }
        if name in known:
            return told(known[name])
        raise _Unspeakable

    def update(self, counter: str, node: Node) -> Told:
        """What becomes of `counter`."""
        match node:
            case Name(name) if name == counter:
                return told(_verb("stays", counter))
            case Binary("+" | "-" as sign, Name(name), Literal() as step) if name == counter:
                return told(_verb("rises" if sign == "+" else "falls", counter), " by ", self.amount(step))
            case Choice(when, then, otherwise):
                first = told(self.update(counter, then), " if ", self.condition(when))
                return told(first, ", otherwise ", self.update(counter, otherwise))
            case _:
                return told(_verb("becomes", counter), " ", self.amount(node))


def is_plural(name: str) -> bool:
    """Whether a name reads as a plural: `credits`."""
    return name.endswith("s") and not name.endswith(("ss", "us", "is"))


def _verb(verb: str, name: str) -> str:
    """The verb in the number of its subject: `credits fall`."""
    return verb.removesuffix("s") if is_plural(name) else verb


def _flat(node: Node, sign: str) -> list[Node]:
    if isinstance(node, Binary) and node.sign == sign:
        return [*_flat(node.left, sign), *_flat(node.right, sign)]
    return [node]
