"""How the stock of a commons grows back: the three forms that a file may name."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from agoranomos.documents import DocumentPart


class Doubling(DocumentPart):
    """What is left is multiplied by `factor`, up to the capacity; less than `collapse` left grows back never.

    Source: Piatti et al. (2024), Cooperate or Collapse (GovSim), arXiv 2404.16698: factor 2, collapse below 5 of 100.
    """

    form: Literal["doubling"] = "doubling"
    factor: Annotated[float, Field(ge=1.01, le=100)] = 2.0
    collapse: Annotated[float, Field(ge=0)] = 5.0


class Logistic(DocumentPart):
    """The stock X grows by `rate X (1 - X / K)` while the takes go off it: `X' = X + rate X (1 - X / K) - H`.

    Source: Schaefer (1954), Some aspects of the dynamics of populations important to the management of the commercial
    marine fisheries; Gordon (1954), The economic theory of a common-property resource: the fishery.
    """

    form: Literal["logistic"]
    rate: Annotated[float, Field(ge=0.01, le=1)] = 0.5


class LevhariMirman(DocumentPart):
    """What is left, R, becomes `K (R / K)^alpha`; users value the logarithm of their take, and `discount` the future.

    Source: Levhari and Mirman (1980), The Great Fish War, Bell Journal of Economics 11, section 2.
    """

    form: Literal["levhari-mirman"]
    alpha: Annotated[float, Field(ge=0.01, le=0.99)] = 0.5
    discount: Annotated[float, Field(gt=0, lt=1)] = 0.95


Growth: TypeAlias = Annotated[Doubling | Logistic | LevhariMirman, Field(discriminator="form")]
"""One of the forms, told apart by `form`."""
