"""Canonical JSON: the published documents, and what our domain leaves out of them."""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from agoranomos.errors import UsageError
from agoranomos.institutions.canonical import LARGEST_INTEGER, canonical_line

JCS = Path(__file__).parents[1] / "logs/vectors/jcs"
OUTSIDE = {
    "french": "the name 'péché' cannot be recorded",
    "structures": "the number 56.0 cannot be recorded",
    "values": "the number 333333333.3333333 cannot be recorded",
    "weird": "cannot be recorded: names are ASCII",
}
"""The documents that hold floats or names beyond ASCII."""


def document(name: str) -> tuple[Any, bytes]:
    value = json.loads((JCS / f"input/{name}.json").read_bytes())
    return value, bytes.fromhex((JCS / f"outhex/{name}.txt").read_text())


def without_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_floats(part) for name, part in value.items() if name.isascii()}
    if isinstance(value, list):
        return [without_floats(part) for part in value]
    return int(value) if isinstance(value, float) and value < 2**53 else None if isinstance(value, float) else value


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_published_documents(name: str) -> None:
    value, expected = document(name)
    assert rfc8785.dumps(value) == expected, "the referee itself"
    if name not in OUTSIDE:
        assert canonical_line(value) == expected
        return
    with pytest.raises(UsageError, match=OUTSIDE[name]):
        canonical_line(value)
    inside = without_floats(value)
    assert canonical_line(inside) == rfc8785.dumps(inside)


def test_the_published_numbers_are_refused_for_they_are_floats() -> None:
    data = (JCS / "es6_numbers_1000.txt").read_bytes()
    known = json.loads((JCS / "es6_checksums.json").read_bytes())["sha256_of_first_n_lines"]
    assert sha256(data).hexdigest() == known["1000"]
    for line in data.decode().splitlines():
        bits, text = line.split(",")
        number = struct.unpack(">d", bytes.fromhex(bits.rjust(16, "0")))[0]
        assert rfc8785.dumps(number) == text.encode()
        for value in (number, [number], {"a": [1, number], "b": 2}):
            with pytest.raises(UsageError, match="cannot be recorded: only integers are"):
                canonical_line(value)


@pytest.mark.parametrize("number", [LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1, 2**63, 2**64 - 1, 10**16, 10**19])
def test_integers_from_two_to_the_53_on_are_refused(number: int) -> None:
    for value in ({"n": number}, [0, number], {"text": f":{'9' * 20}", "n": number}):
        with pytest.raises(UsageError, match=r"not below 2\*\*53 in size"):
            canonical_line(value)


def test_what_only_looks_like_such_a_number_is_recorded() -> None:
    values: tuple[Any, ...] = (
        {"n": LARGEST_INTEGER, "m": -LARGEST_INTEGER},
        {"text": f'[1.5,1e9,{2**53}, "n":{2**60}', "digest": "0" * 64},
        {"text": "1.0", "n": -0},
        ["\u20ac", {"a": "\ue000\U00010000\x7f\u2028/\0"}],
    )
    for value in values:
        assert canonical_line(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udc80b"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    for value in (text, {"a": text}, {text: 1}):
        with pytest.raises(UsageError, match="half of a surrogate pair"):
            canonical_line(value)
