"""The utilities of a menu: what each product is worth to the customer and to the company.

U_C(j) = w . x_j - price_j / B where the price is within the budget B, else -1, with ratings x_j from 0 to 1 and the
customer's weights w; U_P(j) = m_j / max m, with the margins m. A product whose utilities are written out has those.
The conflict is kappa = U_C(best for the customer) - U_C(best for the company).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.scenarios.tin_men.product import MOST_RATING, Product

TOLERANCE = 1e-9
"""Utilities that differ by no more are equal."""

UNAFFORDABLE = -1.0


@dataclass(frozen=True, slots=True)
class Utilities:
    """By product: what it is worth to the `customer` and to the `company`."""

    customer: tuple[float, ...]
    company: tuple[float, ...]

    @property
    def best(self) -> float:
        """What the best product is worth to the customer."""
        return max(self.customer)

    def serves(self, choice: int) -> bool:
        """Whether a product is worth as much to the customer as any."""
        return self.customer[choice] >= self.best - TOLERANCE

    def serves_company(self, choice: int) -> bool:
        """Whether a product is worth as much to the company as any."""
        return self.company[choice] >= max(self.company) - TOLERANCE

    @property
    def customer_best(self) -> int:
        """The place of the customer's best product; of several the one that is worth most to the company."""
        return max((j for j in range(len(self.customer)) if self.serves(j)), key=lambda j: self.company[j])

    @property
    def company_best(self) -> int:
        """The place of the company's best product; of several the one that is worth most to the customer."""
        return max((j for j in range(len(self.company)) if self.serves_company(j)), key=lambda j: self.customer[j])

    @property
    def conflict(self) -> float:
        """kappa: what the customer loses where the company's best product is bought."""
        return self.best - self.customer[self.company_best]


def utilities(products: Sequence[Product], weights: Mapping[str, float], budget: float) -> Utilities:
    """The utilities of a menu; raises `ValueError`, naming the product, where they do not follow from what is written.

    All products have their utilities written out, or all have a rating for each weight, and a margin.
    """
    written = [product.direct for product in products]
    if any(written):
        if not all(written):
            missing = products[written.index(False)].name
            raise ValueError(f"menu: {missing} has no utilities `customer` and `company`, and others have them")
        for product in products:
            if product.margin is not None:
                raise ValueError(f"menu: {product.name} has a `margin` beside its utilities; write one or the other")
        if weights:
            raise ValueError("weights: the utilities of the products are written out, so weights would count nothing")
        return Utilities(
            tuple(float(product.customer or 0.0) for product in products),
            tuple(float(product.company or 0.0) for product in products),
        )
    for product in products:
        if product.customer is not None or product.company is not None:
            raise ValueError(f"menu: {product.name} has one utility of two; `customer` and `company` were expected")
        for rating in weights:
            if rating not in product.ratings:
                raise ValueError(f"menu: {product.name} has no rating {rating!r}, for which the customer has a weight")
        if product.margin is None:
            raise ValueError(f"menu: {product.name} has no `margin`, so what it is worth to the company is not known")
    if not weights:
        raise ValueError("menu: the customer has no `weights`, and no product its utilities written out")
    most = max(product.margin or 0.0 for product in products)
    if most <= 0:
        raise ValueError("menu: no product has a margin above 0, so the company has no best one")
    return Utilities(
        tuple(_worth(product, weights, budget) for product in products),
        tuple((product.margin or 0.0) / most for product in products),
    )


def _worth(product: Product, weights: Mapping[str, float], budget: float) -> float:
    if product.price > budget:
        return UNAFFORDABLE
    rated = sum(weight * product.ratings[rating] / MOST_RATING for rating, weight in weights.items())
    return rated - product.price / budget
