"""Regular expressions that match the decimals between two bounds and nothing else.

JSON Schema can bound a number, but engines that write by a grammar differ in whether they keep to such bounds; a
pattern they all keep. Only groups, alternatives, classes of digits and counts are used, which every one of them reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from agoranomos.errors import UsageError


def decimal_pattern(low: float, high: float, places: int) -> str:
    """The pattern, anchored, of every decimal from `low` to `high` with at most `places` places (1 or more).

    A number is written as people do: no leading zeros, a minus before negative ones, no sign before others. Bounds are
    taken as their shortest decimal text says. Raises `UsageError` where no such decimal lies between them.
    """
    least, most = steps_between(low, high, places)
    if least > most:
        raise UsageError(f"no number with {places} decimals lies from {low!r} to {high!r}")
    written = [f"-({'|'.join(_spellings(max(1, -most), -least, places))})"] if least < 0 else []
    if most >= 0:
        written += _spellings(max(0, least), most, places)
    return f"^({'|'.join(written)})$"


def steps_between(low: float, high: float, places: int) -> tuple[int, int]:
    """The first and the last multiple of 10 ** -places from `low` to `high`, counted in such steps."""
    scale = Decimal(10) ** places
    first = (Decimal(repr(low)) * scale).to_integral_value(ROUND_CEILING)
    last = (Decimal(repr(high)) * scale).to_integral_value(ROUND_FLOOR)
    return int(first), int(last)


def _spellings(least: int, most: int, places: int) -> Iterator[str]:
    """Patterns of the decimals from `least` to `most` steps, neither negative; together they match each."""
    scale = 10**places
    first, last = least // scale, most // scale
    if first == last:
        yield f"{first}{_fraction(least % scale, most % scale, places)}"
        return
    if least % scale:
        yield f"{first}{_fraction(least % scale, scale - 1, places)}"
        first += 1
    whole_last = most % scale == scale - 1
    if first <= last - (not whole_last):
        wholes = "|".join(_wholes(first, last - (not whole_last)))
        yield f"({wholes}){_fraction(0, scale - 1, places)}"
    if not whole_last:
        yield f"{last}{_fraction(0, most % scale, places)}"


def _fraction(least: int, most: int, places: int) -> str:
    """What may follow a whole number so that its fraction, in steps, is from `least` to `most`."""
    if (least, most) == (0, 10**places - 1):
        return rf"(\.[0-9]{{1,{places}}})?"
    endings: list[str] = []
    for digits in range(1, places + 1):
        unit = 10 ** (places - digits)
        low, high = -(-least // unit), most // unit
        if low <= high:
            endings += _same_length(str(low).zfill(digits), str(high).zfill(digits))
    return rf"(\.({'|'.join(endings)})){'' if least else '?'}"


def _wholes(least: int, most: int) -> Iterator[str]:
    """Patterns of the whole numbers from `least` to `most`, neither negative, without leading zeros."""
    for length in range(len(str(least)), len(str(most)) + 1):
        low = max(least, 10 ** (length - 1) if length > 1 else 0)
        yield from _same_length(str(low), str(min(most, 10**length - 1)))


def _same_length(low: str, high: str) -> list[str]:
    """Patterns of the rows of digits from `low` to `high`, which are equally long."""
    if low == high:
        return [low]
    if set(low) == {"0"} and set(high) == {"9"}:
        return [_any_digits(len(low))]
    first, last, rest = int(low[0]), int(high[0]), len(low) - 1
    if first == last:
        return [f"{first}{ending}" for ending in _same_length(low[1:], high[1:])]
    found: list[str] = []
    if rest and set(low[1:]) != {"0"}:
        found += [f"{first}{ending}" for ending in _same_length(low[1:], "9" * rest)]
        first += 1
    ends = rest > 0 and set(high[1:]) != {"9"}
    upto = last - 1 if ends else last
    if first <= upto:
        digit = str(first) if first == upto else f"[{first}-{upto}]"
        found.append(digit + _any_digits(rest))
    if ends:
        found += [f"{last}{ending}" for ending in _same_length("0" * rest, high[1:])]
    return found


def _any_digits(count: int) -> str:
    return ("", "[0-9]")[count] if count < 2 else f"[0-9]{{{count}}}"
