"""The trees that are put into words are CEL's: each gives the value that CEL gives."""

from __future__ import annotations

import operator
import random

import pytest

from agoranomos.institutions.expressions import Binary, Choice, Literal, Name, Node, Not, Text, parsed
from agoranomos.institutions.guards import Vocabulary

NAMES: dict[str, type] = {"p": bool, "q": bool, "a": int, "b": int, "least.a": int, "state": str}
VALUES: dict[str, bool | int | str] = {"p": True, "q": False, "a": 3, "b": 7, "least.a": 2, "state": "x"}
COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
RECKONED = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def value(node: Node) -> object:
    match node:
        case Literal(number, _):
            return number
        case Text(text):
            return text
        case Name(name):
            return VALUES[name]
        case Not(of):
            return not value(of)
        case Choice(when, then, otherwise):
            return value(then) if value(when) else value(otherwise)
        case Binary("&&", left, right):
            return bool(value(left)) and bool(value(right))
        case Binary("||", left, right):
            return bool(value(left)) or bool(value(right))
        case Binary("/" | "%" as sign, left, right):
            return _divided(sign, value(left), value(right))
        case Binary(sign, left, right):
            return (COMPARED | RECKONED)[sign](value(left), value(right))
    raise AssertionError(node)


def _divided(sign: str, left: object, right: object) -> int:
    assert isinstance(left, int)
    assert isinstance(right, int)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)  # CEL divides towards zero
    return quotient if sign == "/" else left - right * quotient


def amount(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.3:
        return draw.choice(["a", "b", "least.a", str(draw.randint(0, 9))])
    kind = draw.random()
    if kind < 0.15:
        return f"{draw.choice(['a', 'b'])} {draw.choice('/%')} {draw.randint(1, 5)}"
    if kind < 0.3:
        return f"({condition(draw, depth - 1)} ? {amount(draw, depth - 1)} : {amount(draw, depth - 1)})"
    text = f"{amount(draw, depth - 1)} {draw.choice('+-*')} {amount(draw, depth - 1)}"
    return f"({text})" if draw.random() < 0.4 else text


def condition(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.2:
        return draw.choice(["p", "q", "!p", "!q", "state == 'x'", 'state != "y"'])
    kind = draw.random()
    if kind < 0.35:
        text = f"{amount(draw, depth - 1)} {draw.choice(list(COMPARED))} {amount(draw, depth - 1)}"
    elif kind < 0.9:
        text = f"{condition(draw, depth - 1)} {draw.choice(['&&', '||'])} {condition(draw, depth - 1)}"
    else:
        return f"!({condition(draw, depth - 1)})"
    return f"({text})" if draw.random() < 0.4 else text


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_has_the_value_that_cel_gives(seed: int) -> None:
    draw, words = random.Random(seed), Vocabulary(NAMES)
    for _ in range(150):
        is_bool = draw.random() < 0.6
        text = condition(draw, 3) if is_bool else amount(draw, 3)
        tree = parsed(text)
        assert tree is not None, text
        assert value(tree) == words.guard(text, bool if is_bool else int).evaluate(VALUES), text
