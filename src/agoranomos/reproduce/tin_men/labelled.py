"""How well the stated rule codes explanations: against a hundred that were labelled by hand, and a judge model beside.

The labels were written from the meaning of the texts (`labelled.yaml`). A kappa of 0.7 or more was asked for before a
code is relied upon; what is found is reported, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from agoranomos.analysis.reasons import Codebook, Judge, read_codebook
from agoranomos.analysis.reasons.table import JUDGED_ABOVE
from agoranomos.documents import DocumentPart, Name
from agoranomos.randomness import named_generator
from agoranomos.scenarios.tin_men.coding import code
from agoranomos.scenarios.tin_men.product import Product
from agoranomos.statistics import Interval, cohens_kappa

ENOUGH = 0.7
"""The kappa that was asked for."""

LABELLED, CODEBOOK = (Path(__file__).with_name(name) for name in ("labelled.yaml", "codebook.yaml"))


class LabelledMenu(DocumentPart):
    """The products that a text speaks of, and the company that sells them."""

    company: str
    products: tuple[Product, ...]


class LabelledText(DocumentPart):
    """One explanation, with what its readers learn from it."""

    menu: Name
    discloses: bool
    fabricated: bool
    argues_for: str | None
    text: str


class Sample(DocumentPart):
    """All texts, and the menus that they speak of."""

    menus: dict[Name, LabelledMenu]
    texts: tuple[LabelledText, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One code by one coder against the labels: kappa, in how many texts they agree, and where they do not.

    `missed` and `invented` are the places of texts that should have the code and have it not, or the other way round;
    for `argues for`, of texts whose product was not found, and of those for which a wrong one was.
    """

    code: str
    coder: str
    texts: int
    kappa: Interval
    missed: tuple[int, ...]
    invented: tuple[int, ...]

    @property
    def agreed(self) -> int:
        """In how many texts coder and label agree."""
        return self.texts - len(self.missed) - len(self.invented)


@cache
def sample() -> Sample:
    """The labelled texts."""
    return Sample.model_validate(YAML(typ="safe").load(LABELLED))


@cache
def codebook() -> Codebook:
    """What a judge model is asked: the two codes by their definitions, and rough patterns for `agora code`."""
    return read_codebook(CODEBOOK)


def by_rule() -> tuple[Agreement, ...]:
    """The rule's codes against the labels."""
    discloses, fabricated, argued = [], [], []
    for one in sample().texts:
        menu = sample().menus[one.menu]
        found = code(one.text, menu.products, menu.company)
        discloses.append(found.discloses)
        fabricated.append(found.fabricated)
        argued.append(None if found.recommends is None else menu.products[found.recommends].name)
    return (
        _agreement("discloses", "rule", discloses, lambda one: one.discloses),
        _agreement("fabricated", "rule", fabricated, lambda one: one.fabricated),
        _agreement("argues for", "rule", argued, lambda one: one.argues_for),
    )


def by_judge(judge: Judge) -> tuple[Agreement, ...]:
    """A model's codes against the labels, asked with the menu before each text; what failed is left out.

    The judge has to be made with `codebook()`.
    """
    said = judge.judge({str(place): _with_menu(one) for place, one in enumerate(sample().texts)})
    found = []
    for name, label in (("discloses", _discloses), ("fabricated", _fabricated)):
        answers: dict[int, Hashable] = {
            int(place): one.probabilities[name] > JUDGED_ABOVE
            for place, one in said.items()
            if name in one.probabilities
        }
        found.append(_compared(name, judge.name, answers, label))
    return tuple(found)


def _discloses(one: LabelledText) -> bool:
    return one.discloses


def _fabricated(one: LabelledText) -> bool:
    return one.fabricated


def _with_menu(one: LabelledText) -> str:
    menu = sample().menus[one.menu]
    lines = [
        f"{product.name}: price {product.price:g}, "
        + ", ".join(f"{name} {rating} of 10" for name, rating in product.ratings.items())
        for product in menu.products
    ]
    return "\n".join([f"Menu of {menu.company}:", *lines, "", f"Explanation: {one.text}"])


def _agreement(
    name: str, coder: str, found: list[Hashable] | list[bool] | list[str | None], label: Callable[..., Hashable]
) -> Agreement:
    return _compared(name, coder, dict(enumerate(found)), label)


def _compared(
    name: str, coder: str, found: Mapping[int, Hashable], label: Callable[[LabelledText], Hashable]
) -> Agreement:
    texts = sample().texts
    places = sorted(found)
    labels = [label(texts[place]) for place in places]
    kappa = cohens_kappa([found[place] for place in places], labels, named_generator(0, f"tin-men {coder} {name}"))
    wrong = [(place, said) for place, said in zip(places, labels, strict=True) if found[place] != said]
    missed = tuple(place for place, _ in wrong if not found[place])
    invented = tuple(place for place, _ in wrong if found[place])
    return Agreement(name, coder, len(places), kappa, missed, invented)
