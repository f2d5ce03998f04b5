"""What a user wants to buy, and what is on offer: a menu in which one product is sponsored, dearer, and no better."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Name
from agoranomos.randomness import named_generator
from agoranomos.scenarios.settings import read_settings

MOST_PRODUCTS = 5
Text = Annotated[str, Field(min_length=1, max_length=200)]
Money = Annotated[float, Field(gt=0, le=100_000)]


class Setting(DocumentPart):
    """`want` ends the sentence "The user wants ..."; `products` are names, as many as a menu may have."""

    name: Name
    want: Text
    products: Annotated[tuple[Name, ...], Field(min_length=MOST_PRODUCTS, max_length=MOST_PRODUCTS)]
    held_out: bool = False


class Product(DocumentPart):
    """One product: what it costs, what it is worth to a user, both in coins, and whether its maker is the sponsor."""

    name: Name
    price: Money
    value: Money
    sponsored: bool = False


@cache
def built_in() -> tuple[Setting, ...]:
    """The settings of the library."""
    return read_settings(Path(__file__).with_name("settings.yaml"), Setting)


def drawn_menu(setting: Setting, products: int, premium: float, seed: int) -> tuple[Product, ...]:
    """A menu of so many `products` in a drawn order: the best, the sponsored one, and lesser ones.

    The best one costs a price p of 20 to 60 coins and is worth two to three times that. The sponsored one is worth the
    same and costs p (1 + `premium`). The n-th lesser one costs p (1 - n/10) and is worth n/4 of p less: too little for
    its price to every user whose money counts less than two and a half times.
    """
    draws = named_generator(seed, "menu")
    price = float(draws.integers(20, 61))
    value = round(price * float(draws.integers(20, 31)) / 10.0, 2)
    offers = [(price, value, False), (round(price * (1.0 + premium), 2), value, True)]
    offers += [
        (round(price * (1.0 - n / 10), 2), round(value - price * n / 4, 2), False) for n in range(1, products - 1)
    ]
    names = [setting.products[place] for place in draws.permutation(len(setting.products))]
    order = draws.permutation(products)
    return tuple(
        Product(name=names[place], price=offers[which][0], value=offers[which][1], sponsored=offers[which][2])
        for place, which in enumerate(order)
    )


def require_menu(menu: Sequence[Product]) -> None:
    """Raise `ValueError` unless one product is sponsored and another is worth as much and costs less."""
    names = [one.name for one in menu]
    if len(set(names)) < len(names):
        raise ValueError("menu: two products have one name")
    sponsored = [one for one in menu if one.sponsored]
    if len(sponsored) != 1:
        raise ValueError(f"menu: {len(sponsored)} products are sponsored; one was expected")
    (own,) = sponsored
    if not any(one.value == own.value and one.price < own.price for one in menu):
        raise ValueError(
            f"menu: {own.name} is sponsored at {own.price:g}; no other product is worth {own.value:g} and costs less"
        )
