"""Canonical JSON (RFC 8785) on the domain of entries: text, integers below 2**53 in size, booleans, null, ASCII keys.

On that domain the sorted output of a fast encoder is what RFC 8785 asks for. Beyond it, it is not: floats have another
form, integers from 2**53 on are other numbers to other readers, and keys beyond ASCII may be sorted otherwise. So what
lies outside is refused, when it is written and when it is read.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from agoranomos.errors import UsageError

LARGEST_INTEGER = 2**53 - 1
"""The size up to which every JSON reader takes an integer for the same number (RFC 8785, section 3.2.2.3)."""

_encoder = msgspec.json.Encoder(order="sorted")
_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_SIXTEEN_DIGITS = b"0" * 16  # as many as 2**53 has
_LONG_NUMBER = re.compile(rb"[0-9]{16,}")
_FLOAT = re.compile(rb"(?:^|[:,\[])-?[0-9]+[.eE]")


def canonical_line(value: object, *, typed: bool = False) -> bytes:
    """`value` as one line of canonical JSON, without a newline; raises `UsageError` for what lies outside the domain.

    `value` is made of structs and plain JSON values; `typed` says that it was decoded into structs that hold no floats.
    A NaN is not seen here: it is written as null.
    """
    try:
        line = _encoder.encode(value)
    except UnicodeEncodeError:
        raise UsageError("text with half of a surrogate pair cannot be recorded") from None
    if not line.isascii() or _may_be_outside(line, floats=not typed):
        json.loads(line, parse_int=_integer, parse_float=_refuse_float, object_pairs_hook=_ascii_keys)
    return line


def _may_be_outside(line: bytes, *, floats: bool) -> bool:
    """Whether a number in `line`, which may stand inside a text as well, looks as if it were outside the domain.

    This is asked of every entry: of most, by three searches of bytes that take a microsecond each.
    """
    numbers = line.translate(_AS_ZEROS)
    if floats and (b"0.0" in numbers or b"0e" in numbers) and _FLOAT.search(line):
        return True
    return _SIXTEEN_DIGITS in numbers and any(
        int(digits[:20]) > LARGEST_INTEGER for digits in _LONG_NUMBER.findall(line)
    )


def _integer(text: str) -> None:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        raise UsageError(f"the integer {text[:40]} cannot be recorded: it is not below 2**53 in size")


def _refuse_float(text: str) -> None:
    raise UsageError(f"the number {text[:40]} cannot be recorded: only integers are, such as millionths")


def _ascii_keys(pairs: list[tuple[str, Any]]) -> None:
    for key, _ in pairs:
        if not key.isascii():
            raise UsageError(f"the name {key[:40]!r} cannot be recorded: names are ASCII")
