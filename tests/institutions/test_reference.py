"""The reference page knows every key of the schema, and nothing else."""

from __future__ import annotations

import re

import pytest

from agoranomos.documents.reader import plain
from agoranomos.institutions.institution import BUILT_IN
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.reference import examples_of, reference_page
from agoranomos.institutions.reference_words import GUARD_NAMES, MEANINGS, TITLES, meaning_of
from institutions.perturbing import EVERYTHING, Field, fields

PAGE = reference_page(examples_of(Manifest.model_validate(plain(EVERYTHING.tree()))))


@pytest.mark.parametrize("field", fields(), ids=".".join)
def test_every_key_is_described_and_has_a_row(field: Field) -> None:
    model, key = field
    assert len(meaning_of(model, key)) > 8
    section = PAGE.split(f"## {TITLES[model][0]}\n", 1)[1].split("\n## ", 1)[0]
    (row,) = [line for line in section.splitlines() if line.startswith(f"| `{key}` |")]
    _, _, kind, default, meaning, example, _ = re.split(r"(?<!\\\\)\|", row)
    assert kind.strip()
    assert default.strip()
    assert meaning.strip()
    if model not in {"Extends"} and field != ("Manifest", "extends"):
        assert example.strip(), "write the key in every_key.yaml"


def test_nothing_is_described_that_is_no_key() -> None:
    known = {f"{model}.{key}" for model, key in fields()}
    assert set(MEANINGS) <= known
    assert set(TITLES) == {model for model, _ in fields()}
    assert GUARD_NAMES.keys() == BUILT_IN.keys()


def test_bounds_defaults_and_choices_are_told() -> None:
    assert "| `window` | whole number, from 1 to 10,000 | needed |" in PAGE
    assert "| `sees` | `all` or `public` | `all` |" in PAGE
    assert "| `probability` | number, above 0 below 1 | needed |" in PAGE
    assert "| `label` | text, 1 to 40 characters | needed |" in PAGE
    assert "| `lag` | whole number, from 0 to 1,000 | `0` |" in PAGE
    assert "| `rate` | number, from 0 to 1,000 or list of number, from 0 to 1,000 | needed |" in PAGE
