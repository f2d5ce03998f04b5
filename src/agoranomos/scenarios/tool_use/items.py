"""Problems with one exact answer, made from seeds: easy ones to be done in the head, hard ones that want a program.

No data set is needed. A kind draws its numbers, writes the problem, computes the answer in whole numbers or fractions,
and writes a program that prints it. Answers lie within a thousand million of 0, so that they can be recorded to the
millionth. What is easy and what hard is a matter of what the kinds ask for; the words do not say which one it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from agoranomos.randomness import named_generator

LARGEST_ANSWER = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """`text` is the problem, `answer` exact, `program` a Python program that prints the answer."""

    kind: str
    hard: bool
    text: str
    answer: Fraction
    program: str


Drawn = tuple[str, Fraction, str]
"""A problem's text, its answer, and a program for it."""


@lru_cache(maxsize=4096)
def item_of(seed: int, number: int, *, hard: bool) -> Item:
    """The item `number` (0 is the first) among the easy or the hard ones of `seed`; kinds follow each other."""
    kinds = HARD if hard else EASY
    generator = named_generator(seed, "tool-use-item", number, "hard" if hard else "easy")
    start = int(named_generator(seed, "tool-use-kinds", 0, "hard" if hard else "easy").integers(len(kinds)))
    kind = list(kinds)[(start + number) % len(kinds)]
    text, answer, program = kinds[kind](generator)
    assert abs(answer) <= LARGEST_ANSWER
    return Item(kind, hard, text, answer, program)


# -- easy: three steps at most ---------------------------------------------------------------------------------------


def _sum(generator: np.random.Generator) -> Drawn:
    a, b, c = _whole(generator, 10, 60, 3)
    return f"What is {a} + {b} - {c}?", Fraction(a + b - c), f"print({a} + {b} - {c})"


def _change(generator: np.random.Generator) -> Drawn:
    count, price = int(generator.integers(2, 7)), int(generator.integers(2, 9))
    paid = 50 if count * price <= 45 and generator.integers(2) else 100
    text = (
        f"A notebook costs {price} coins. You buy {count} of them and pay with {paid} coins. How many do you get back?"
    )
    return text, Fraction(paid - count * price), f"print({paid} - {count} * {price})"


def _linear(generator: np.random.Generator) -> Drawn:
    a, x, b = int(generator.integers(2, 10)), int(generator.integers(-9, 13)), int(generator.integers(1, 30))
    text = f"Solve {a}x + {b} = {a * x + b} for x."
    return text, Fraction(x), f"print(({a * x + b} - {b}) // {a})"


def _percent(generator: np.random.Generator) -> Drawn:
    share, whole = int(generator.choice([5, 10, 20, 25, 50, 75])), 20 * int(generator.integers(2, 21))
    return (
        f"How much is {share} percent of {whole}?",
        Fraction(share * whole, 100),
        f"from fractions import Fraction\nprint(Fraction({share} * {whole}, 100))",
    )


def _fractions(generator: np.random.Generator) -> Drawn:
    a, b = _whole(generator, 2, 9, 2)
    text = f"What is 1/{a} + 1/{b}? Give a fraction."
    program = f"from fractions import Fraction\nprint(Fraction(1, {a}) + Fraction(1, {b}))"
    return text, Fraction(1, a) + Fraction(1, b), program


def _mean(generator: np.random.Generator) -> Drawn:
    a, b = _whole(generator, 3, 30, 2)
    mean = int(generator.integers(10, 25))
    c = 3 * mean - a - b
    return f"What is the mean of {a}, {b} and {c}?", Fraction(mean), f"print(({a} + {b} + {c}) // 3)"


# -- hard: not in the head -------------------------------------------------------------------------------------------


def _product(generator: np.random.Generator) -> Drawn:
    a, b = _whole(generator, 11_000, 31_000, 2)
    return f"What is {a} times {b}?", Fraction(a * b), f"print({a} * {b})"


def _power(generator: np.random.Generator) -> Drawn:
    base, exponent = int(generator.integers(3, 1000)), int(generator.integers(10_000, 1_000_000))
    modulus = int(generator.integers(1_001, 1_000_000))
    text = f"What is the remainder when {base} to the power of {exponent} is divided by {modulus}?"
    return text, Fraction(pow(base, exponent, modulus)), f"print(pow({base}, {exponent}, {modulus}))"


def _system(generator: np.random.Generator) -> Drawn:
    """Three linear equations; the unknowns are fractions, and their sum is asked for (Cramer's rule)."""
    while True:
        rows = [[int(n) for n in generator.integers(-9, 10, 3)] for _ in range(3)]
        if determinant(rows) != 0 and all(number for row in rows for number in row):
            break
    right = [int(n) for n in generator.integers(-60, 61, 3)]
    below = determinant(rows)
    unknowns = [Fraction(determinant(_with_column(rows, k, right)), below) for k in range(3)]
    equations = "; ".join(_equation(row, d) for row, d in zip(rows, right, strict=True))
    return (
        f"Solve the equations {equations}. What is x + y + z? Give a whole number or a fraction.",
        sum(unknowns, Fraction(0)),
        f"{_ELIMINATION}\nprint(sum(solve({[[*row, d] for row, d in zip(rows, right, strict=True)]})))",
    )


def _primes(generator: np.random.Generator) -> Drawn:
    low, high = int(generator.integers(100, 1000)), int(generator.integers(2000, 6000))
    test = "all(n % d for d in range(2, int(n ** 0.5) + 1))"
    answer = sum(n for n in range(low, high + 1) if _is_prime(n))
    text = f"What is the sum of all prime numbers from {low} to {high}?"
    return text, Fraction(answer), f"print(sum(n for n in range({low}, {high} + 1) if {test}))"


def _recurrence(generator: np.random.Generator) -> Drawn:
    p, q = _whole(generator, 2, 9, 2)
    first, second = _whole(generator, 1, 20, 2)
    steps, modulus = int(generator.integers(60, 400)), int(generator.integers(1_001, 1_000_000))
    before, now = first, second
    for _ in range(steps - 2):
        before, now = now, p * now + q * before
    text = (
        f"A sequence begins with a(1) = {first} and a(2) = {second}, and a(n) = {p} a(n-1) + {q} a(n-2) after that. "
        f"What is the remainder when a({steps}) is divided by {modulus}?"
    )
    program = (
        f"a, b = {first}, {second}\nfor _ in range({steps} - 2):\n    a, b = b, {p} * b + {q} * a\nprint(b % {modulus})"
    )
    return text, Fraction(now % modulus), program


def _digits(generator: np.random.Generator) -> Drawn:
    base, exponent = int(generator.integers(2, 100)), int(generator.integers(100, 500))
    text = f"What is the sum of the decimal digits of {base} to the power of {exponent}?"
    answer = sum(int(digit) for digit in str(base**exponent))
    return text, Fraction(answer), f"print(sum(int(digit) for digit in str({base} ** {exponent})))"


def _multiples(generator: np.random.Generator) -> Drawn:
    a, b, c = (int(n) for n in generator.choice([4, 6, 7, 9, 10, 11, 13, 14, 15, 17], 3, replace=False))
    high = int(generator.integers(5_000, 50_000))
    answer = sum(1 for n in range(1, high + 1) if sum(n % d == 0 for d in (a, b, c)) == 1)
    text = f"How many whole numbers from 1 to {high} are multiples of exactly one of {a}, {b} and {c}?"
    return (
        text,
        Fraction(answer),
        f"print(sum(1 for n in range(1, {high} + 1) if sum(n % d == 0 for d in ({a}, {b}, {c})) == 1))",
    )


EASY: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "sum": _sum,
    "change": _change,
    "linear": _linear,
    "percent": _percent,
    "fractions": _fractions,
    "mean": _mean,
}
HARD: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "product": _product,
    "power": _power,
    "system": _system,
    "primes": _primes,
    "recurrence": _recurrence,
    "digits": _digits,
    "multiples": _multiples,
}


def determinant(rows: list[list[int]]) -> int:
    """The determinant of three rows of three (rule of Sarrus)."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * e * i + b * f * g + c * d * h - c * e * g - a * f * h - b * d * i


_ELIMINATION = """\
from fractions import Fraction

def solve(rows):
    rows = [[Fraction(n) for n in row] for row in rows]
    for k in range(len(rows)):
        pivot = next(i for i in range(k, len(rows)) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [n / rows[k][k] for n in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [n - rows[i][k] * m for n, m in zip(rows[i], rows[k])]
    return [row[-1] for row in rows]
"""


def _whole(generator: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    return [int(number) for number in generator.integers(low, high + 1, count)]


def _equation(row: list[int], right: int) -> str:
    """An equation as people write it: `2x - y + 3z = 5`."""
    terms = [f"{'-' if n < 0 else '+'} {abs(n) if abs(n) != 1 else ''}{x}" for n, x in zip(row, "xyz", strict=True)]
    left = " ".join(terms).removeprefix("+ ")
    return f"{'-' + left[2:] if left.startswith('- ') else left} = {right}"


def _with_column(rows: list[list[int]], place: int, column: list[int]) -> list[list[int]]:
    return [[*row[:place], new, *row[place + 1 :]] for row, new in zip(rows, column, strict=True)]


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
