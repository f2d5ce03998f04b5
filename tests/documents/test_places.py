"""Where in a text a path of keys stands, and what would be valid there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from ruamel.yaml import YAML

from agoranomos.documents import DocumentPart
from agoranomos.documents.places import place_of, valid_beside, words_valid_at

TREE = YAML(typ="rt", pure=True).load("""\
first: 1
list:
  - a: 1
    b: 2
  - [x, y]
""")


class Salt(DocumentPart):
    type: Literal["salt"]
    grain: int = 1


class Fish(DocumentPart):
    type: Literal["fish"]
    weight: int = 1


class Shelf(DocumentPart):
    first: int = 1
    goods: tuple[Annotated[Salt | Fish, Field(discriminator="type")], ...] = ()
    renamed: int = Field(default=1, alias="other name")


def test_a_place_is_the_line_and_column_of_the_key() -> None:
    assert place_of("f", TREE, ("first",)) == "f:1:1"
    assert place_of("f", TREE, ("list", 0, "b")) == "f:4:5"
    assert place_of("f", TREE, ("list", 1, 1)) == "f:5:9"


def test_a_path_that_the_text_does_not_hold_ends_at_its_deepest_part() -> None:
    assert place_of("f", TREE, ()) == "f:1:1"
    assert place_of("f", TREE, ("list", 0, "missing")) == "f:3:5"
    assert place_of("f", TREE, ("list", 9)) == "f:2:1"
    assert place_of("f", TREE, ("first", "of-a-union", 3)) == "f:1:1"


def test_valid_words_are_those_of_the_model_at_the_place_less_those_written() -> None:
    assert words_valid_at(Shelf, {}, ("frist",)) == ["first", "goods", "other name"]
    assert words_valid_at(Shelf, {"first": 1}, ("frist",)) == ["goods", "other name"]
    tree = {"goods": [{"type": "salt", "grian": 2}]}
    assert words_valid_at(Shelf, tree, ("goods", 0, "salt", "grian")) == ["grain"]


def test_a_word_that_belongs_outside_is_valid_beside_what_it_was_put_in() -> None:
    tree = {"goods": [{"type": "salt", "first": 2}]}
    assert valid_beside(Shelf, tree, ("goods", 0, "salt", "first")) == "goods"
    assert valid_beside(Shelf, tree, ("goods", 0, "salt", "other")) == ""
    assert valid_beside(Shelf, tree | {"first": 1}, ("goods", 0, "salt", "first")) == ""
