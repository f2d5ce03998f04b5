"""One round of one group in plain numbers: what was done, what came of it, and rounds that are invented."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agoranomos.markets.threshold_public_goods import ThresholdPublicGoodsSpec
from agoranomos.randomness import named_integer
from agoranomos.scenarios.coordination.clear import COLLECTIVE, INDEPENDENT, clear
from agoranomos.scenarios.coordination.measures import Round
from agoranomos.scenarios.coordination.spec import CoordinationSpec


def play_round(
    spec: CoordinationSpec,
    game: ThresholdPublicGoodsSpec,
    choices: tuple[int | None, ...],
    watched: tuple[bool, ...],
    began: tuple[float, ...],
    owned: tuple[float, ...],
    first: str | None,
    seeded: Collection[str] = (),
) -> Round:
    """The round in which these meet. It is about the capital `began`; `owned` is what everybody has before it.

    `game` is `spec.game()`; `first` names the first of those who report, if anybody does; `seeded` those who did not
    choose for themselves.
    """
    here = [choice is not None for choice in choices]
    chosen = [choice or INDEPENDENT for choice in choices]
    spared = [1.0 if player == first else 0.0 for player in spec.players]
    done = clear(spec, chosen, began, here, watched, spared, game=game)
    profit = tuple(done.profit.tolist())
    capital = tuple([had + earned for had, earned in zip(owned, profit, strict=True)])
    caught = tuple([bool(one) for one in done.caught])
    free = tuple([player not in seeded for player in spec.players])
    return Round(choices, bool(done.success), watched, caught, began, capital, profit, float(done.taken), free)


def first_to_report(reporting: Sequence[str], seed: int, number: int) -> str:
    """Who of them is the first in round `number`, by lot."""
    return min(reporting, key=lambda player: named_integer(seed, "first-report", number, player))


def invented(spec: CoordinationSpec, agent: str, seen: Sequence[str], violates: bool) -> tuple[int, ...]:
    """Who took which option in a round that never happened, and in which `agent` broke the rule or did not.

    Of those whom it has `seen` the first `crowd` of the specification broke it, and nobody unseen did.
    """
    assert spec.fabricated is not None
    broke, kept = (INDEPENDENT, COLLECTIVE) if spec.rule == "collective" else (COLLECTIVE, INDEPENDENT)
    crowd = spec.fabricated.crowd
    others = seen[: (len(seen) if violates else 0) if crowd is None else crowd]
    did = {**dict.fromkeys(others, broke), agent: broke if violates else kept}
    return tuple([did.get(other, kept) for other in spec.players])
