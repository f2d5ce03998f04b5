"""The numbers of PPO."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite

Share = Annotated[Finite, Field(ge=0, le=1)]


class PpoSettings(DocumentPart):
    """How networks are trained; the defaults are those of Schulman et al. (2017) where a small market allows.

    A batch is one episode of `horizon` rounds in each of `environments` copies of the market; 0 means as many rounds
    as the market's runs have, 256 at most. Rewards are standardised, so that `learning_rate` means the same in every
    market; it falls to zero in a straight line over the training. With `menu`, actions are chosen from the menu of the
    market's stage game.
    """

    environments: Annotated[int, Field(ge=1, le=1024)] = 16
    horizon: Annotated[int, Field(ge=0, le=4096)] = 0
    epochs: Annotated[int, Field(ge=1, le=100)] = 4
    minibatch: Annotated[int, Field(ge=1)] = 256
    learning_rate: Annotated[Finite, Field(gt=0, le=1)] = 0.003
    clip: Annotated[Finite, Field(gt=0, lt=1)] = 0.2
    discount: Annotated[Finite, Field(ge=0, lt=1)] = 0.95
    trace: Share = 0.95
    entropy: Annotated[Finite, Field(ge=0)] = 0.01
    largest_gradient: Annotated[Finite, Field(gt=0)] = 0.5
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=1024)], ...], Field(max_length=4)] = (32, 32)
    menu: bool = False
