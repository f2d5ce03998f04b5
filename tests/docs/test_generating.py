"""What generated pages say: comments as they were meant, names of the library, figures as they were measured."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from docs.scripts import script

script("generate")  # puts docs/ on the path of imports

api, figures, institutions = (import_module(f"generating.{name}") for name in ("api", "figures", "institutions"))


def test_a_comment_of_sentences_becomes_paragraphs_and_its_list_a_list() -> None:
    assert (
        institutions.told("# Why.\n# - one\n#   more\n# - two\nkind: institution\n") == "Why.\n\n- one\n  more\n- two\n"
    )


def test_a_comment_in_columns_stays_as_it_stands() -> None:
    assert institutions.told("# Why.\n#   1 one   thing\nkind: x\n") == "```text\nWhy.\n  1 one   thing\n```\n"


def test_a_manifest_without_a_comment_says_nothing() -> None:
    assert institutions.told("kind: institution\n") == ""


@pytest.mark.parametrize("path", api.PACKAGES.values())
def test_every_public_name_has_its_place_and_says_what_it_is(path: str) -> None:
    module = import_module(path)
    page = api.package_page(path, module)
    for name in api.public_names(module):
        assert f"\n## {name}\n" in page
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert api.docstring(value), f"{path}.{name} has no docstring"


def test_a_signature_shows_what_is_given_by_name_and_no_place_in_memory() -> None:
    def called(a: int, /, b: str = "x", *, c: object = object(), **rest: int) -> None: ...

    assert api.signature(called) == '(a: int, /, b: str = "x", *, c: object = <object object>, **rest: int) -> None'


def test_the_benchmarks_of_the_duopoly_are_those_of_its_closed_form() -> None:
    shown = figures.with_figures("<!-- benchmarks cournot-duopoly -->\n<!-- end of figures -->\n")
    nash, monopoly = 13000 / 9, 1800.0
    assert f"| `nash` | {190 / 3:,.2f} | {nash:,.2f} |" in shown
    assert f"is worth **{monopoly - nash:,.2f}** to each firm" in shown
    assert figures.with_figures(shown) == shown


def test_what_was_never_measured_is_no_figure() -> None:
    with pytest.raises(KeyError):
        figures.with_figures("<!-- performance nothing-of-the-kind -->\n<!-- end of figures -->\n")
