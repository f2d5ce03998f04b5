"""Every usual fault of a value is told in words, and a whole is not blamed for its part."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from agoranomos.documents import Document, DocumentPart, Finite, Name, Source, first_fault, parse_document
from agoranomos.errors import DocumentError


class Circle(DocumentPart):
    shape: Literal["circle"]
    radius: Annotated[float, Field(gt=0, lt=1e6)]


class Square(DocumentPart):
    shape: Literal["square"]
    side: Annotated[int, Field(ge=1, le=2000)]


class Drawing(Document):
    kind: Literal["drawing"]
    version: Literal[1]
    name: Name = "a"
    title: Annotated[str, Field(min_length=1, max_length=5)] = "t"
    scale: Finite = 1.0
    framed: bool = True
    colours: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("red",)
    seeds: int | tuple[int, ...] = 1
    parts: tuple[Annotated[Circle | Square, Field(discriminator="shape")], ...] = ()
    notes: dict[str, str] = {}


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_document(Source("a.yaml", f"kind: drawing\nversion: 1\n{text}\n"), Drawing)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a b", "a.yaml:3:1: name: a name of letters, digits, `-` and `_`"),
        ("title: ''", "title: an empty text does not do (found '')"),
        ("title: abcdef", "title: at most 5 characters are read"),
        ("title: [a]", "title: a text was expected"),
        ("scale: .inf", "scale: a finite number was expected (found inf)"),
        ("scale: x", "scale: a number was expected (found 'x')"),
        ("framed: maybe", "framed: true or false was expected (found 'maybe')"),
        ("colours: []", "colours: at least one item was expected"),
        ("colours: [a, b, c]", "colours: at most 2 items were expected"),
        ("colours: red", "colours: a list was expected (found 'red')"),
        ("colours: [1]", "a.yaml:3:11: colours.0: a text was expected (found 1)"),
        ("seeds: x", "a.yaml:3:1: seeds: a whole number was expected (found 'x')"),
        ("seeds: [1, x]", "a.yaml:3:12: seeds.1: a whole number was expected (found 'x')"),
        ("notes: x", "notes: a mapping (`name: value`) was expected (found 'x')"),
        ("parts: [{shape: square, side: 0}]", "parts.0.side: at least 1 was expected (found 0)"),
        ("parts: [{shape: square, side: 2001}]", "parts.0.side: at most 2,000 was expected (found 2001)"),
        ("parts: [{shape: square, side: 1.5}]", "parts.0.side: a whole number was expected (found 1.5)"),
        ("parts: [{shape: circle, radius: 0}]", "parts.0.radius: more than 0 was expected (found 0)"),
        ("parts: [{shape: circle, radius: 1000000}]", "parts.0.radius: less than 1,000,000 was expected"),
        ("parts: [{shape: circle}]", "parts.0.radius is missing"),
        ("parts: [{side: 1}]", "parts.0: `shape` is missing"),
        ("parts: [{shape: sqare, side: 1}]", "is 'sqare'; circle or square was expected\n  Did you mean 'square'?"),
        ("parts: [square]", "parts.0: a mapping (`name: value`) was expected"),
    ],
)
def test_a_fault_is_told_in_words(text, said):
    told = refusal(text)
    assert said in told
    assert "more in this file" not in told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"how": "fats"}, "how: 'slow' or 'fast' was expected"),
        ({"hwo": "fast"}, "unknown key 'hwo'"),
        ({"part": {"shape": "circle"}}, "part.circle.radius is missing"),
        ({"seeds": {"a": "abcdef"}}, "seeds.a: at most 5 characters are read"),
    ],
)
def test_a_fault_of_a_value_in_no_file_is_told_in_words_too(given, said):
    class Values(DocumentPart):
        how: Literal["slow", "fast"] | Literal[""] = ""
        part: Annotated[Circle | Square, Field(discriminator="shape")] | None = None
        seeds: dict[str, Annotated[str, Field(max_length=5)]] = {}

    with pytest.raises(ValidationError) as caught:
        Values.model_validate(given)
    assert first_fault(caught.value)[1] == said


def test_faults_apart_are_counted():
    assert "(1 more in this file)" in refusal("title: ''\nparts: [{shape: square, side: 0}]")
