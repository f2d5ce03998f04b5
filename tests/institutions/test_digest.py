"""The digest of the meaning, over every field of the schema: what can matter changes it, what cannot does not."""

from __future__ import annotations

import copy
import json
import random
import re
from itertools import islice
from typing import Any

import pytest

from agoranomos.documents import Source
from agoranomos.institutions import load_institution
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.meaning import semantic_digest
from institutions.perturbing import EVERYTHING, Field, changes, fields, is_valid, sites, specimens
from institutions.playing import SHIPPED, text_of

ONE_VALUE: set[Field] = {("Manifest", "kind"), ("Manifest", "version")}
"""Fields of which the schema takes one value."""

MERGED_AWAY: set[Field] = {("Manifest", "extends"), ("Extends", "institution"), ("Extends", "sha256")}
"""Fields of how a manifest is written: what is judged is the merged one (`test_extends.py`)."""


def is_prose(field: Field) -> bool:
    """What a manifest says about itself, and no agent reads."""
    return field[1] == "about" or field in {("Manifest", "name"), ("Manifest", "title")}


@pytest.mark.parametrize("field", fields(), ids=".".join)
def test_every_field_that_can_matter_is_in_the_digest(field: Field) -> None:
    """A key that is added to the language fails here until a specimen uses it and the digest holds it."""
    if field in ONE_VALUE | MERGED_AWAY:
        return
    assert sites()[field], f"no specimen writes {field[1]!r} of {field[0]}: add it to every_key.yaml"
    tried = 0
    for site in sites()[field][:3]:
        before = Manifest.model_validate(specimens()[site.specimen])
        for data in changes(site):
            after = is_valid(data)
            if after is None or after == before:
                continue
            tried += 1
            same = semantic_digest(after) == semantic_digest(before)
            named = field == ("Manifest", "name") and "{institution}" in str(before.notices)
            assert same == (is_prose(field) and not named), f"{site.path}: {field}"
    assert tried > 0, f"no other value of {field} is valid: teach perturbing.py one"


def test_no_two_of_all_changes_have_one_digest() -> None:
    """Of all pairs of changed manifests none means the same."""
    seen: dict[str, Any] = {}
    for field in fields():
        if field in ONE_VALUE | MERGED_AWAY or is_prose(field):
            continue
        for site in sites()[field]:
            if site.specimen:
                continue
            for data in islice(changes(site), 12):
                manifest = is_valid(data)
                if manifest is None:
                    continue
                meaning = manifest.model_dump(mode="json")
                digest = semantic_digest(manifest)
                known = seen.setdefault(digest, meaning)
                assert known == meaning or _without_prose(known) == _without_prose(meaning)
    assert len(seen) > 500


def _without_prose(value: Any) -> Any:
    """Numbers of one value alike, and no words of the manifest about itself."""
    if isinstance(value, dict):
        return {key: _without_prose(item) for key, item in value.items() if key != "about"}
    return [_without_prose(item) for item in value] if isinstance(value, list) else value


def shuffled_parts(value: Any, rng: random.Random, model: bool = True) -> Any:
    """The same manifest with the keys of each part in another order; mappings of names keep theirs."""
    named = {"parameters", "states", "audits", "signals", "events", "counters", "rules", "requires", "set", "forfeit"}
    if isinstance(value, dict):
        items = [(key, shuffled_parts(item, rng, key not in named or not model)) for key, item in value.items()]
        if model:
            rng.shuffle(items)
        return dict(items)
    return [shuffled_parts(item, rng) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("index", range(len(specimens())))
def test_the_order_of_the_keys_of_a_part_does_not_matter(index: int) -> None:
    data = specimens()[index]
    digest = semantic_digest(Manifest.model_validate(data))
    for seed in range(20):
        other = shuffled_parts(copy.deepcopy(data), random.Random(seed))
        assert list(other) != list(data)
        assert semantic_digest(Manifest.model_validate(other)) == digest


@pytest.mark.parametrize("section", ["states", "signals", "events", "counters", "transitions"])
def test_the_order_of_what_is_named_matters(section: str) -> None:
    """States are numbered, counters and events see those above them, the first transition that may be taken is."""
    data = copy.deepcopy(specimens()[0])
    before = semantic_digest(Manifest.model_validate(data))
    items = data[section]
    data[section] = items[::-1] if isinstance(items, list) else dict(reversed(items.items()))
    assert semantic_digest(Manifest.model_validate(data)) != before


LAYOUTS = {
    "json": lambda text, data: json.dumps(data),
    "indented json": lambda text, data: json.dumps(data, indent=3),
    "comments": lambda text, data: re.sub(r"(?m)^(?=[a-z])", "# said aside\n", text),
    "blank lines": lambda text, data: re.sub(r"(?m)^(?=[a-z])", "\n\n", text),
    "windows lines": lambda text, data: text.replace("\n", "\r\n"),
    "a document's marks": lambda text, data: f"%YAML 1.2\n---\n{text}\n...\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", [EVERYTHING.text, *map(text_of, SHIPPED)], ids=["every-key", *SHIPPED])
def test_formatting_does_not_matter(text: str, layout: str) -> None:
    source = Source("a.yaml", text)
    read = load_institution(source)
    data = read.manifest.model_dump(mode="json", by_alias=True, exclude_none=True)
    other = load_institution(Source("a.yaml", LAYOUTS[layout](text, data)))
    assert other.semantic_sha256 == read.semantic_sha256
    assert other.file_sha256 != read.file_sha256
