"""Past rounds that do not change are put into words once, however many prompts show them.

A template writes a loop over `history`; nobody who writes one need think of this. Where the body of the loop follows
from the round and from values that stay the same alone, it is compiled so that its text is made once a round.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jinja2 import meta, nodes
from jinja2.visitor import NodeTransformer

HISTORY = "history"
EACH_ROUND = "each_round_once"
"""The filter that stands in the place of such a loop: `each_round_once`."""

KNOWN_LINES = "known_lines"
"""The name under which a context holds the `RoundLines` that the filter asks."""

_PLAIN_NODES = (
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.BinExpr,
    nodes.UnaryExpr,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Tuple,
    nodes.List,
    nodes.Keyword,
)
"""What follows from values alone: no calls, no assignments, no other blocks."""

_BY_CHANCE = frozenset({"random"})


class RoundLines:
    """The texts of the rounds that one seat was last shown, loop by loop; a round that is no longer shown is forgotten.

    A round and the values that its text rests on are known by identity: they are frozen, or made once a seat.
    """

    __slots__ = ("_shown",)

    def __init__(self) -> None:
        self._shown: dict[int, tuple[tuple[Any, ...], dict[int, tuple[Any, str]]]] = {}

    def text(self, rounds: Sequence[Any], words: Callable[[Any], str], loop: int, given: tuple[Any, ...]) -> str:
        """The texts of `rounds`, joined; `words` makes that of one, out of the round and `given`."""
        before, known = self._shown.get(loop, ((), {}))
        if not same(before, given):
            known = {}
        shown: dict[int, tuple[Any, str]] = {}
        for one in rounds:
            found = known.get(id(one))
            # What is kept is held, so its id is nobody else's.
            shown[id(one)] = found if found is not None else (one, words(one))
        self._shown[loop] = given, shown
        if len(shown) < len(rounds):  # One of them is there twice.
            return "".join([shown[id(one)][1] for one in rounds])
        return "".join([text for _, text in shown.values()])


def each_round_once(
    rounds: Sequence[Any], words: Callable[[Any], str], known: RoundLines, loop: int, given: tuple[Any, ...]
) -> str:
    """The filter: the words of each round, joined."""
    return known.text(rounds, words, loop, given)


def same(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    """Whether both hold the same objects."""
    return len(before) == len(now) and all(map(operator.is_, before, now))


def with_lines_kept(template: nodes.Template) -> nodes.Template:
    """The template with every loop over `history` that allows it asking `RoundLines`; its text stays the same."""
    kept: nodes.Template = _Loops().visit(template)
    return kept


def names_behind(block: nodes.Block) -> tuple[str, ...] | None:
    """The names from which the block's text follows; None where it follows from more, such as other blocks."""
    if not _follows(block.body):
        return None
    return tuple(sorted(_free(block.body)))


class _Loops(NodeTransformer):
    def __init__(self) -> None:
        self._found = 0

    def visit_For(self, loop: nodes.For) -> nodes.Node:  # noqa: N802 - jinja finds it by this name
        plain = loop.test is None and not loop.recursive and isinstance(loop.target, nodes.Name)
        over_history = isinstance(loop.iter, nodes.Name) and loop.iter.name == HISTORY
        if not (plain and over_history) or not _follows(loop.body) or _asks_its_place(loop.body):
            self.generic_visit(loop)
            return loop
        assert isinstance(loop.target, nodes.Name)
        given = sorted(_free(loop.body) - {loop.target.name})
        words = f"words_of_a_round_{self._found}"
        arguments = [
            nodes.Name(words, "load"),
            nodes.Name(KNOWN_LINES, "load"),
            nodes.Const(self._found),
            nodes.Tuple([nodes.Name(name, "load") for name in given], "load"),
        ]
        self._found += 1
        macro = nodes.Macro(words, [nodes.Name(loop.target.name, "param")], [], loop.body)
        # A filter, since the sandbox judges every call anew.
        each = nodes.Filter(nodes.Name(HISTORY, "load"), EACH_ROUND, arguments, [], None, None)
        found = nodes.If(nodes.Name(HISTORY, "load"), [macro, nodes.Output([each])], [], loop.else_)
        found.set_lineno(loop.lineno)
        if loop.environment is not None:
            found.set_environment(loop.environment)
        return found


def _follows(body: list[nodes.Node]) -> bool:
    """Whether the text of `body` follows from the values of its names."""
    return all(
        isinstance(node, _PLAIN_NODES) and not (isinstance(node, nodes.Filter) and node.name in _BY_CHANCE)
        for part in body
        for node in (part, *part.find_all(nodes.Node))
    )


def _free(body: list[nodes.Node]) -> set[str]:
    """The names that `body` does not give itself."""
    environment = body[0].environment if body else None
    if environment is None:
        return set()
    whole = nodes.Template(body)
    whole.set_environment(environment)
    return meta.find_undeclared_variables(whole)


def _asks_its_place(body: list[nodes.Node]) -> bool:
    """Whether `loop` is named where it means the loop that has this body, and not one within."""
    return any(isinstance(node, nodes.Name) and node.name == "loop" for part in body for node in _at_level(part))


def _at_level(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    fields = ("iter", "else_") if isinstance(node, nodes.For) else None
    for child in node.iter_child_nodes(only=fields):
        yield from _at_level(child)
