"""Every kind of item, its answer found again from its words alone, by other means."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from agoranomos.markets.facts import SCALE
from agoranomos.scenarios.tool_use.items import EASY, HARD, LARGEST_ANSWER, item_of
from agoranomos.scenarios.tool_use.sandbox import Limits, run_python

MANY = 60


def numbers(text):
    return [int(number) for number in re.findall(r"-?\d+", text)]


def total(text):
    a, b, c = numbers(text.replace("- ", ""))
    return a + b - c


def linear(text):
    """By trying."""
    a, b, right = numbers(text)
    (found,) = (x for x in range(-50, 51) if a * x + b == right)
    return found


def product(text):
    """As it is taught: a row for each digit."""
    a, b = numbers(text)
    return sum(a * int(digit) * 10**place for place, digit in enumerate(reversed(str(b))))


def system(text):
    """By elimination from below."""
    rows = []
    for equation in re.search(r"equations (.*)\. What", text)[1].split("; "):
        left, right = equation.replace(" ", "").split("=")
        terms = re.findall(r"([+-]?\d*)([xyz])", left)
        assert [name for _, name in terms] == ["x", "y", "z"]
        rows.append([Fraction(n if n not in ("", "+", "-") else f"{n}1") for n, _ in terms] + [Fraction(right)])
    for k in (2, 1, 0):
        at = next(i for i in range(k, -1, -1) if rows[i][k])
        rows[k], rows[at] = rows[at], rows[k]
        for i in range(3):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [mine - factor * other for mine, other in zip(rows[i], rows[k], strict=True)]
    return sum(rows[k][3] / rows[k][k] for k in range(3))


def primes(text):
    """By the sieve of Eratosthenes."""
    low, high = numbers(text)
    crossed = set()
    for n in range(2, high + 1):
        if n not in crossed:
            crossed.update(range(n * n, high + 1, n))
    return sum(n for n in range(low, high + 1) if n not in crossed)


def digits(text):
    """By multiplying a list of digits."""
    base, exponent = numbers(text)
    found = [1]
    for _ in range(exponent):
        carry, row = 0, []
        for digit in found:
            carry, rest = divmod(digit * base + carry, 10)
            row.append(rest)
        found = [*row, *map(int, reversed(str(carry)))] if carry else row
    return sum(found)


def recurrence(text):
    """By the powers of a matrix."""
    found = re.search(
        r"= (\d+) and .* = (\d+), and .* = (\d+) a\(n-1\) \+ (\d+) .*a\((\d+)\) is divided by (\d+)", text
    )
    first, second, p, q, steps, modulus = map(int, found.groups())
    power, base, exponent = np.eye(2, dtype=object), np.array([[p, q], [1, 0]], dtype=object), steps - 2
    while exponent:
        if exponent % 2:
            power = power @ base % modulus
        base, exponent = base @ base % modulus, exponent // 2
    return (power @ np.array([second, first], dtype=object))[0] % modulus


def power(text):
    """By squaring, digit by digit of the exponent."""
    base, exponent, modulus = numbers(text)
    result = 1
    for digit in bin(exponent)[2:]:
        result = result * result % modulus * (base if digit == "1" else 1) % modulus
    return result


def multiples(text):
    """By counting what two or three of them share, instead of looking at each number."""
    _, high, a, b, c = numbers(text)
    ab, ac, bc = (high // math.lcm(m, n) for m, n in ((a, b), (a, c), (b, c)))
    abc = high // math.lcm(a, b, c)
    return sum(high // n for n in (a, b, c)) - 2 * (ab + ac + bc) + 3 * abc


def change(text):
    price, count, paid = numbers(text)
    return paid - price * count


AGAIN = {
    "sum": total,
    "change": change,
    "linear": linear,
    "percent": lambda text: Fraction(numbers(text)[0], 100) * numbers(text)[1],
    "fractions": lambda text: Fraction(numbers(text)[1] + numbers(text)[3], numbers(text)[1] * numbers(text)[3]),
    "mean": lambda text: Fraction(sum(numbers(text)), 3),
    "product": product,
    "power": power,
    "system": system,
    "primes": primes,
    "recurrence": recurrence,
    "digits": digits,
    "multiples": multiples,
}


def items_of_kind(kind, seed=1):
    hard = kind in HARD
    return [item for n in range(MANY) if (item := item_of(seed, n, hard=hard)).kind == kind]


@pytest.mark.parametrize("kind", [*EASY, *HARD])
def test_the_answer_follows_from_the_words(kind):
    items = items_of_kind(kind)
    assert len(items) >= MANY // 7
    assert len({item.text for item in items}) > len(items) // 2
    for item in items:
        assert item.answer == AGAIN[kind](item.text), item.text


@pytest.mark.parametrize("kind", [*EASY, *HARD])
def test_its_program_prints_the_answer(kind):
    item = items_of_kind(kind, seed=2)[0]
    ran = run_python(item.program, Limits(seconds=30.0))
    assert (ran.ended, ran.output) == ("finished", f"{item.answer}\n"), item.text


def test_kinds_follow_each_other_so_that_each_is_as_frequent():
    kinds = [item_of(9, n, hard=True).kind for n in range(14)]
    assert kinds[:7] == kinds[7:]
    assert set(kinds) == set(HARD)


def test_items_are_those_of_their_seed_number_and_difficulty():
    assert item_of(5, 3, hard=True) == item_of(5, 3, hard=True)
    texts = {item_of(seed, n, hard=hard).text for seed in (5, 6) for n in range(10) for hard in (False, True)}
    assert len(texts) >= 39


def test_answers_can_be_recorded_and_easy_ones_are_small():
    for n in range(200):
        easy, hard = item_of(4, n, hard=False), item_of(4, n, hard=True)
        assert abs(easy.answer) <= 400
        assert abs(hard.answer) <= LARGEST_ANSWER
        assert max(map(abs, numbers(easy.text))) <= 400
        assert (LARGEST_ANSWER + 1) * SCALE < 2**53


def test_the_words_of_no_problem_say_how_hard_it_is():
    for n in range(40):
        for hard in (False, True):
            assert not re.search(
                r"\b(easy|hard|difficult|simple|program|tool)\b", item_of(3, n, hard=hard).text.lower()
            )
