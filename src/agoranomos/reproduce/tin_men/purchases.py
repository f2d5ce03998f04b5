"""Every purchase of a campaign of tin men: who was served, what was said, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from agoranomos.campaigns.arm import Arm
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.recorded import recording_of
from agoranomos.logs import LogReader
from agoranomos.markets import MarketSpec, build_market
from agoranomos.reproduce.study import Executed
from agoranomos.scenarios.delegated import SAID, Delegated
from agoranomos.scenarios.stated import read_stated
from agoranomos.scenarios.tin_men.coding import Coded, code
from agoranomos.scenarios.tin_men.spec import TinMenSpec
from agoranomos.scenarios.tin_men.statements import CLAIMS, DISCLOSES, FABRICATES

CONDITION = {"both": "both", "customer-only": "customer only", "company-only": "company only", "neither": "neither"}
"""What was published calls the levels of the factor `seen-by`."""

PARTIES = ("assistant", "customer", "company", "third party")


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase. `player` is the roster, `story` the level of that factor, `menu` the seed that drew it.

    `chosen` is the place of the product that a parser found in the answer, None where it found none; `imputed` the same
    or, where there is none, the one product for which the explanation speaks. `overrides` and `imputed_overrides` say
    whether that is another product than the customer's best. `said` is the number of the explanation, as the action
    holds it or as the rule codes a text that came without a choice; `text` is what a model wrote, and `coded` what the
    rule makes of it.
    """

    player: str
    story: str
    seen_by: str
    menu: int
    repeat: int
    chosen: int | None
    imputed: int | None
    overrides: bool | None
    imputed_overrides: bool | None
    said: int | None
    text: str | None
    coded: Coded | None
    payoffs: Mapping[str, float]

    @property
    def discloses(self) -> bool | None:
        """Whether the explanation says that the company has an interest; None where nothing was said."""
        return self._does(DISCLOSES)

    @property
    def fabricates(self) -> bool | None:
        """Whether it says of a product what the menu does not bear out."""
        return self._does(FABRICATES)

    @property
    def claims(self) -> bool | None:
        """Whether it says that the choice is best for the customer."""
        return self._does(CLAIMS)

    @property
    def names_company(self) -> bool | None:
        """Whether the company's name stands in the text; None where there is no text."""
        return None if self.coded is None else self.coded.names_company

    @property
    def names_profit(self) -> bool | None:
        """Whether a word of profit does."""
        return None if self.coded is None else self.coded.names_profit

    def _does(self, bit: int) -> bool | None:
        return None if self.said is None else bool(self.said & bit)


def purchases(one: Executed) -> list[Purchase]:
    """Every purchase of a campaign, in the order of its plan."""
    agents = _by_run(one, "agents.parquet", ["round", "action", "profit"])
    rounds = _by_run(one, "rounds.parquet", ["round", "measures"])
    found: list[Purchase] = []
    for arm in one.plan.arms:
        for seed in one.plan.campaign.all_seeds:
            texts = _texts(one, arm, seed) if arm.models else {}
            spec = _spec(arm.market.drawn(seed))
            by_round = {row["round"]: dict(row["measures"]) for row in rounds.get((arm.name, seed), [])}
            for row in agents.get((arm.name, seed), []):
                found.append(_purchase(arm, seed, spec, row, by_round[row["round"]], texts.get(row["round"])))
    return found


def _by_run(one: Executed, file: str, columns: list[str]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in pq.read_table(one.folder.tables / file, columns=["arm", "seed", *columns]).to_pylist():
        found.setdefault((row["arm"], row["seed"]), []).append(row)
    return found


def _purchase(
    arm: Arm, seed: int, spec: TinMenSpec, row: Mapping[str, Any], measures: Mapping[str, Any], text: str | None
) -> Purchase:
    action = row["action"]
    chosen = int(action[0]) if action else None
    coded = None if text is None else code(text, spec.listed, spec.company or "", chosen)
    imputed = chosen if chosen is not None or coded is None else coded.recommends
    said = int(action[1]) if action else None if coded is None else coded.number
    return Purchase(
        player=arm.roster_name,
        story=dict(arm.levels).get("story", ""),
        seen_by=CONDITION[dict(arm.levels)["seen-by"]],
        menu=seed,
        repeat=row["round"],
        chosen=chosen,
        imputed=imputed,
        overrides=None if chosen is None else not spec.utilities.serves(chosen),
        imputed_overrides=None if imputed is None else not spec.utilities.serves(imputed),
        said=said,
        text=text,
        coded=coded,
        payoffs={
            "assistant": float(row["profit"]),
            "customer": float(measures["payoff_customer"]),
            "company": float(measures["payoff_company"]),
            "third party": float(measures["third_party"]),
        },
    )


def _spec(drawn: MarketSpec) -> TinMenSpec:
    if not isinstance(drawn, TinMenSpec):
        raise TypeError(f"tin men were expected, not {drawn.name}")
    return drawn


def _texts(one: Executed, arm: Arm, seed: int) -> dict[int, str]:
    """By round, the explanation of the last reply that a model wrote, whether a choice was found in it or not."""
    drawn = arm.market.drawn(seed)
    world = build_market(drawn)
    if not isinstance(world, Delegated) or not world.writes:
        return {}
    found: dict[int, str] = {}
    for agent, number, reply in _replies(one, arm.name, seed):
        found[number] = read_stated(reply, world.options(agent), SAID).text
    return found


def _replies(one: Executed, arm: str, seed: int) -> Iterator[tuple[str, int, str]]:
    with opened_run(one.folder.run(arm, seed)) as place:
        reader = LogReader(place)
        recording = recording_of(reader.entries(), reader.blob)
        for (agent, number, _), call in sorted(recording.calls.items(), key=lambda item: item[0][2]):
            if call.purpose or call.scored or call.withheld:
                continue
            reply = reader.blob(call.reply_sha256).decode("utf-8", "replace") if call.reply_sha256 else call.reply
            if reply:
                yield agent, number, reply
