"""Every kind of bad file gets one message with its place, and never anything but a `DocumentError`."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.documents import Document, DocumentPart, Finite, Name, Source, parse_document, read_document, read_text
from agoranomos.documents.reader import MAX_DOCUMENT_BYTES, place_in
from agoranomos.errors import DocumentError, MachineError, UsageError


class Firm(DocumentPart):
    name: Name
    capacity: Finite = 1.0


class Shop(Document):
    kind: Literal["shop"]
    version: Literal[1]
    rounds: int = 1
    sort: Literal["salt", "fish"] = "salt"
    firms: tuple[Firm, ...] = ()
    by_name: dict[str, Firm] = {}


HEAD = "kind: shop\nversion: 1\n"


def parse(text: str) -> Shop:
    return parse_document(Source("shop.yaml", text), Shop)


def fault(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(text)
    assert caught.value.exit_code == 2
    return caught.value


def test_a_valid_document_becomes_a_frozen_model() -> None:
    shop = parse(HEAD + "rounds: 7\nfirms:\n  - name: a\n    capacity: 2.5\n")
    assert shop == Shop(kind="shop", version=1, rounds=7, firms=(Firm(name="a", capacity=2.5),))
    with pytest.raises(ValueError, match="frozen"):
        shop.rounds = 8  # type: ignore[misc]


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("round: 3\n", "3:1", ["unknown key 'round'", "Did you mean 'rounds'"]),
        ("firms:\n  - name: a\n    capcity: 2\n", "5:5", ["unknown key 'capcity'", "Did you mean 'capacity'"]),
        ("by_name:\n  first:\n    nam: a\n", "5:5", ["unknown key 'nam'", "Did you mean 'name'", "1 more"]),
        ("rounds: many\n", "3:1", ["rounds", "whole number", "'many'"]),
        ("rounds: 2.5\n", "3:1", ["rounds", "2.5"]),
        ("rounds:\n", "3:1", ["rounds", "None"]),
        ("sort: fsh\n", "3:1", ["'salt' or 'fish'", "Did you mean 'fish'"]),
        ("firms:\n  - capacity: 2\n", "4:5", ["firms.0.name is missing"]),
        ("firms:\n  - name: a\n    capacity: .nan\n", "5:5", ["finite", "nan"]),
        ("firms:\n  - name: a\n    capacity: .inf\n", "5:5", ["finite", "inf"]),
        ("firms:\n  - name: a\n    capacity: 1e999\n", "5:5", ["finite"]),
        ("firms:\n  - name: a b\n", "4:5", ["firms.0.name", "'a b'"]),
        ("firms: a\n", "3:1", ["firms"]),
        ("rounds: 1\nrounds: 2\n", "4:1", ["duplicate key", "rounds"]),
        ("rounds: [1\n", "4:1", ["not valid YAML"]),
        ("rounds:\n\t- 1\n", "4:1", ["not valid YAML", "\\t"]),
        ("rounds: 1\n---\nrounds: 2\n", "4:1", ["single document"]),
        ("firms: *nobody\n", "3:8", ["undefined alias"]),
        ("rounds: 'open\n", "4:1", ["not valid YAML"]),
        ("rounds: !!python/object:os.system 1\n", "3:1", ["rounds"]),
        ("7: x\n", "3:1", ["7"]),
        ("? [a, b]\n: x\n", "", []),
    ],
)
def test_a_fault_names_its_line_and_the_nearest_word(body: str, place: str, words: list[str]) -> None:
    error = fault(HEAD + body)
    assert str(error).startswith(f"shop.yaml:{place}")
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file holds nothing"),
        ("# only a comment\n", "the file holds nothing"),
        ("- a\n- b\n", "the file holds no mapping"),
        ("just words\n", "the file holds no mapping"),
        ("version: 1\n", "`kind: shop` is missing"),
        ("kind: shop\n", "`version: 1` is missing"),
        ("kind: shopp\nversion: 1\n", "Did you mean 'shop'"),
        ("kind: shop\nversion: 2\n", "`version` is 2; 1 was expected"),
        ("kind: [shop]\nversion: 1\n", "shop was expected"),
        ("kind: \x00\n", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_document_of_this_kind_is_named(text: str, words: str) -> None:
    assert words in str(fault(text))


def test_the_first_fault_is_told_and_the_others_are_counted() -> None:
    assert "(1 more in this file)" in str(fault(HEAD + "rounds: many\nsort: meat\n"))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "firms: " + "[" * 100 + "]" * 100,
        HEAD + "firms: " + "[" * 1_200,
        HEAD + "firms: &a [*a]\n",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        HEAD + "rounds: " + "9" * 5000,
    ],
    ids=["nested", "open brackets", "an alias of itself", "a billion laughs", "a number of 5000 digits"],
)
def test_a_small_file_cannot_unfold_into_a_large_one(text: str) -> None:
    fault(text)


def test_a_few_aliases_are_fine() -> None:
    shop = parse(HEAD + "firms:\n  - &first {name: a, capacity: 3}\n  - *first\n")
    assert shop.firms[0] == shop.firms[1]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("kindshop:version1 \n-[]{}&*!|>'\"#?,%@`\t.0e\x00é"), max_size=60))
def test_no_text_leads_to_another_error(text: str) -> None:
    for candidate in (text, HEAD + text):
        with suppress(DocumentError):
            parse(candidate)


def test_a_source_knows_the_digest_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes("kind: shop # Ä\r\n".encode())
    assert read_text(file).sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_value_is_found_in_the_text_again() -> None:
    source = Source("shop.yaml", HEAD + "firms:\n  - name: a\n    capacity: 2\n")
    assert place_in(source, ("firms", 0, "capacity")) == "shop.yaml:5:5"


def test_a_missing_file_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "cournot.yaml").write_text(HEAD)
    with pytest.raises(UsageError, match=r"no such file: .*courno\.yaml\n  Did you mean 'cournot\.yaml'"):
        read_document(tmp_path / "courno.yaml", Shop)
    with pytest.raises(UsageError, match="no such file"):
        read_document(tmp_path / "nowhere" / "courno.yaml", Shop)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        read_document(tmp_path, Shop)


def test_a_binary_file_is_refused_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"kind: \xff\xfe")
    with pytest.raises(DocumentError, match=r"not UTF-8 text \(byte 6\)"):
        read_document(tmp_path / "shop.yaml", Shop)


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"#" * (MAX_DOCUMENT_BYTES + 1))
    with pytest.raises(DocumentError, match="too large"):
        read_document(tmp_path / "shop.yaml", Shop)
    with pytest.raises(UsageError, match="no plain file"):
        read_text(Path("/dev/zero"))


@pytest.mark.parametrize("text", ["a: " + "[" * 257, "a: " + "{b: " * 257, "- " * 66, "a:\n" + "- " * 66 + "x"])
def test_a_deep_text_is_refused_before_it_is_parsed(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.yaml").write_text(text)
    with pytest.raises(DocumentError, match="too deeply nested"):
        read_document(tmp_path / "shop.yaml", Shop)


def test_a_file_that_cannot_be_read_is_the_machines_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(MachineError, match=r"cannot read .*shop\.yaml: Permission denied"):
        read_text(tmp_path / "shop.yaml")
