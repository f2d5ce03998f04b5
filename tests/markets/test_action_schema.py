"""The schema of an action matches what is feasible, number for number, and nothing else."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.markets.action_schema import action_schema, allows, decimal_places, number_schema, written_bounds
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.decimal_pattern import decimal_pattern, steps_between
from agoranomos.models.mock.pattern_sampling import sample_text
from agoranomos.workspace import find_workspace, library_root

WORKSPACE = find_workspace(Path(__file__).parent)
MARKETS = sorted(path.stem for path in (library_root() / "markets").glob("*.yaml"))


def spellings(step: int, places: int) -> list[str]:
    """Every way to write so many steps of 10 ** -places with at most that many decimals."""
    sign, (whole, fraction) = "-" if step < 0 else "", divmod(abs(step), 10**places)
    digits = str(fraction).zfill(places)
    found = [f"{sign}{whole}.{digits[:count]}" for count in range(1, places + 1) if not digits[count:].strip("0")]
    return found if fraction else [f"{sign}{whole}", *found]


@given(st.integers(-40_000, 40_000), st.integers(0, 25_000), st.integers(1, 3))
@example(0, 10_000, 2)
@example(99, 1, 2)
@example(-1, 2, 2)
@example(-150, 100, 2)
@example(447_656, 0, 3)
def test_the_pattern_matches_every_decimal_within_and_none_outside(least: int, width: int, places: int) -> None:
    scale = 10**places
    low, high = least / scale, (least + width) / scale
    pattern = re.compile(decimal_pattern(low, high, places))
    edges = {least, least + width, 0, least + 1, least + width - 1}
    within = {
        step for step in {*edges, *range(least, least + width, max(1, width // 97))} if least <= step <= least + width
    }
    for step in within:
        for text in spellings(step, places):
            assert pattern.fullmatch(text), (text, low, high)
    for step in range(1, 300):
        for outside in (least - step, least + width + step):
            assert not any(pattern.fullmatch(text) for text in spellings(outside, places)), (outside, low, high)


@given(st.text("0123456789.-", max_size=7), st.integers(-999, 999), st.integers(0, 999))
def test_what_matches_is_a_number_within_the_bounds(text: str, least: int, width: int) -> None:
    low, high = least / 10, (least + width) / 10
    if re.fullmatch(decimal_pattern(low, high, 2), text):
        assert Decimal(repr(low)) <= Decimal(text) <= Decimal(repr(high))
        assert str(Decimal(text).normalize()) != "-0"
        assert not re.match(r"-?0[0-9]", text)


def test_bounds_that_no_double_hits_are_never_passed() -> None:
    part = ActionPart("x", 0.1 + 0.2, 1.1)
    pattern = number_schema(part)["pattern"]
    assert not re.fullmatch(pattern, "0.3")
    assert re.fullmatch(pattern, "0.31")
    assert steps_between(0.3, 0.3, 2) == (30, 30)


def test_whole_numbers_are_integers_and_empty_ranges_are_refused() -> None:
    assert number_schema(ActionPart("n", 0.5, 3.5, whole=True)) == {"type": "integer", "minimum": 1, "maximum": 3}
    with pytest.raises(UsageError, match=r"no whole number lies from 0\.2 to 0\.8, as n must"):
        number_schema(ActionPart("n", 0.2, 0.8, whole=True))
    with pytest.raises(UsageError, match="no number with 6 decimals"):
        number_schema(ActionPart("x", 1e-9, 2e-9))


@given(st.floats(-1e4, 1e4), st.floats(0.02, 1e4), st.booleans())
def test_the_bounds_that_are_told_can_be_written_and_nothing_beyond_them(low: float, width: float, whole: bool) -> None:
    part = ActionPart("x", low, low + width + whole, whole)
    schema, places = number_schema(part), 0 if whole else decimal_places(part)
    least, most = written_bounds(part)
    assert part.low <= least <= most <= part.high
    step = 10.0**-places
    for value, fits in ((least, True), (most, True), (least - step, False), (most + step, False)):
        text = f"{value:.{places}f}"
        if text.strip("-0."):
            assert allows(schema, int(text) if whole else text) == fits


def test_bounds_without_a_number_are_refused() -> None:
    with pytest.raises(UsageError, match="as x must"):
        written_bounds(ActionPart("x", 1e-9, 2e-9))


@pytest.mark.parametrize(("high", "places"), [(100.0, 2), (1.0, 2), (0.5, 3), (0.01, 4), (1e-7, 6)])
def test_short_ranges_have_more_decimals(high: float, places: int) -> None:
    assert decimal_places(ActionPart("x", 0.0, high)) == places


@pytest.mark.parametrize("name", MARKETS)
def test_every_shipped_market_has_a_schema_that_its_own_actions_satisfy(name: str) -> None:
    market = load_market(name, WORKSPACE)
    for agent in dict.fromkeys((market.possible_agents[0], market.possible_agents[-1])):
        shape = market.action_shape(agent)
        schema = action_schema(shape)
        assert list(schema["properties"]) == schema["required"] == [part.name for part in shape.parts]
        generator = np.random.default_rng(1)
        for _ in range(20):
            values = [part.low + (part.high - part.low) * generator.random() for part in shape.parts]
            for part, value in zip(shape.parts, values, strict=True):
                assert allows(schema["properties"][part.name], written(part, value))
                for bad in (part.low - 1, part.high + 1):
                    assert not allows(schema["properties"][part.name], written(part, bad))


BEYOND_SCHEMAS = {"cournot", "bertrand-investment", "credence-goods"}
"""Types of markets in which numbers that satisfy the schema can be infeasible together, or for now."""


@pytest.mark.parametrize("name", [name for name in MARKETS if name != "cournot-large"])
def test_what_satisfies_the_schema_is_feasible_but_for_what_the_documents_name(name: str) -> None:
    market = load_market(name, WORKSPACE)
    generator = np.random.default_rng(1)
    infeasible: list[str] = []
    for seed in range(4):
        market.reset(seed=seed)
        while market.agents and market.round_number < 6:
            schemas = {agent: action_schema(market.action_shape(agent))["properties"] for agent in market.agents}
            market.step(
                {agent: np.array([drawn(part, generator) for part in schemas[agent].values()]) for agent in schemas}
            )
            infeasible += market.projected()
    assert not infeasible or market.spec.type in BEYOND_SCHEMAS


def drawn(schema: dict[str, Any], generator: np.random.Generator) -> float:
    if schema["type"] == "integer":
        return float(generator.integers(schema["minimum"], schema["maximum"] + 1))
    return float(sample_text(schema["pattern"], lambda limit: int(generator.integers(limit))))


def written(part: ActionPart, value: float) -> Any:
    return round(value) if part.whole else f"{np.floor(value * 100) / 100:.2f}"


def test_a_shape_of_two_parts() -> None:
    shape = ActionShape((ActionPart("price", 0.0, 9.99), ActionPart("invest", 0.0, 1.0, whole=True)))
    assert action_schema(shape) == {
        "type": "object",
        "properties": {
            "price": {"type": "string", "pattern": r"^(([0-9])(\.[0-9]{1,2})?)$"},
            "invest": {"type": "integer", "minimum": 0, "maximum": 1},
        },
        "required": ["price", "invest"],
        "additionalProperties": False,
    }
