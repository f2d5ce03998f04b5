"""What all scenarios with principals have from one place: menus, orders, plays, statements, and who reads whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import pytest
from pydantic import ValidationError

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.facts import MarketFacts
from agoranomos.scenarios import COMMON_KINDS, Delegated, DelegatedSpec, Option, common_measures

QUIET, OPEN = 0.0, 1.0
SEEDS = range(40)


class GiftSpec(DelegatedSpec):
    """Two clerks, each of whom may keep a gift, and say so."""

    ITEMS: ClassVar = ("choice", "reason")
    type: str = "gift"
    name: str = "gift"

    def parties(self):
        return ("clerk_1", "clerk_2", "office")

    def default_routes(self):
        return {"choice": ("office",), "reason": ("office",)}


class Gift(Delegated[tuple]):
    """The least family that there can be."""

    def __init__(self, spec, *, render_mode=None):
        self.spec = spec
        clerks = ("clerk_1", "clerk_2")
        self.facts = MarketFacts("gift", clerks, ("gifts",), dict(COMMON_KINDS), {})
        parts = (ActionPart("keeps", 0.0, 1.0, whole=True), ActionPart("says", 0.0, 1.0, whole=True))
        super().__init__(spec, clerks, ("gifts",), [ActionShape(parts) for _ in clerks], render_mode=render_mode)

    def menu(self, agent: str) -> tuple[Option, ...]:
        said = (QUIET,) if self.writes else (QUIET, OPEN)
        does = ("hand it in", "keep it")
        tells = ("", " and say so")
        return tuple(
            Option("", does[keeps] + tells[int(says)], (float(keeps), says), bool(keeps))
            for keeps in (0, 1)
            for says in said
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        return {"comply": (0, OPEN), "violate": (1, QUIET)}

    def coded(self, agent, action, text):
        return (action[0], OPEN if "gift" in text else QUIET)

    def spelled(self, agent, action):
        return "I had a gift." if action[1] else "A plain day."

    def opening(self, agent):
        return "You are a clerk."

    def question(self, agent, observation):
        return "What do you do?"

    def feedback(self, agent, observation):
        return ""

    def _clear(self, rows):
        return rows

    def _profits(self, outcome):
        return [float(bool(row and row[0])) for row in outcome]

    def _measured(self, outcome):
        broke = [bool(row[0]) if row else None for row in outcome]
        return common_measures(broke, [False] * 2, self._profits(outcome), 0.0, 0.0)

    def _observed(self, index, outcome):
        return {}

    def _observation_boxes(self, index):
        return {}


def built(seed=0, **keys):
    scenario = Gift(GiftSpec(**keys).drawn(seed))
    scenario.reset(seed=seed)
    return scenario


def test_options_stand_under_letters_in_an_order_that_the_run_draws():
    scenario = built()
    assert {option.action for option in scenario.options("clerk_1")} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert [option.label for option in scenario.options("clerk_1")] == list("ABCD")
    assert {option.text: option.violates for option in scenario.options("clerk_1")} == {
        "hand it in": False,
        "hand it in and say so": False,
        "keep it": True,
        "keep it and say so": True,
    }
    firsts = [built(seed).options("clerk_1")[0].action for seed in SEEDS]
    assert set(firsts) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    apart = [built(seed).options("clerk_1") != built(seed).options("clerk_2") for seed in SEEDS]
    assert any(apart), "each agent has an order of its own"


def test_texts_stand_in_the_order_of_the_family():
    scenario = built(3, options="texts")
    assert [option.label for option in scenario.options("clerk_1")] == [
        option.text for option in scenario.menu("clerk_1")
    ]
    assert scenario.orders() == (scenario,)


@pytest.mark.parametrize("seed", range(5))
def test_orders_put_each_option_under_each_letter_once(seed):
    orders = built(seed).orders()
    assert len(orders) == 4
    under = {(option.label, option.action) for each in orders for option in each.options("clerk_1")}
    assert len(under) == 16


def test_random_takes_each_entry_alike_and_a_seed_gives_one_play():
    first = built().reset(seed=0)[0]["clerk_1"]
    taken = [tuple(built(seed).play("random", "clerk_1", first)) for seed in range(400)]
    shares = [taken.count(action) / 400 for action in {(0, 0), (0, 1), (1, 0), (1, 1)}]
    assert max(abs(share - 0.25) for share in shares) < 4 * (0.25 * 0.75 / 400) ** 0.5
    assert taken == [tuple(built(seed).play("random", "clerk_1", first)) for seed in range(400)]


def test_an_unknown_play_is_refused_with_the_nearest():
    scenario = built()
    with pytest.raises(UsageError) as refused:
        scenario.play("violat", "clerk_1", scenario.observation("clerk_1"))
    assert "violate" in str(refused.value.advice)


@pytest.mark.parametrize("action", [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
@pytest.mark.parametrize("statements", ["offered", "written"])
def test_what_is_written_is_read_as_what_was_meant(statements, action):
    scenario = built(1, statements=statements)
    assert scenario.read("clerk_1", scenario.written("clerk_1", action)).action == action


def test_what_an_agent_writes_is_coded():
    scenario = built(1, statements="written")
    (keep,) = [option for option in scenario.options("clerk_1") if option.violates]
    reply = f'{{"reason": "That gift was small.", "choice": "{keep.label}"}}'
    assert scenario.read("clerk_1", reply).action == (1.0, OPEN)
    assert scenario.read("clerk_1", "no").action is None
    assert scenario.reply_schema("clerk_1")["required"] == ["reason", "choice"]


@pytest.mark.parametrize("given", [(), ("clerk_2",), ("office",), ("clerk_1", "clerk_2")])
@pytest.mark.parametrize("statements", ["offered", "written"])
def test_who_reads_what_others_write_is_in_the_table(statements, given):
    scenario = built(2, statements=statements, routes={"reason": given})
    replies = {agent: scenario.written(agent, (1.0, OPEN)) for agent in ("clerk_1", "clerk_2")}
    for agent, other in (("clerk_1", "clerk_2"), ("clerk_2", "clerk_1")):
        reads = statements == "written" and agent in given
        assert scenario.read_by(agent) == ((other,) if reads else ())
        assert scenario.overheard(agent, replies) == (f"{other} wrote: I had a gift." if reads else "")


def test_what_others_chose_is_no_part_of_what_they_wrote():
    scenario = built(2, statements="written", routes={"reason": ("clerk_2",)})
    heard = {scenario.overheard("clerk_2", {"clerk_1": scenario.written("clerk_1", (keeps, OPEN))}) for keeps in (0, 1)}
    assert heard == {"clerk_1 wrote: I had a gift."}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"routes": {"choise": ("office",)}}, "no round has an item 'choise'. Did you mean 'choice'"),
        (
            {"routes": {"choice": ("ofice",)}},
            "choice cannot be given to 'ofice', who is no party. Did you mean 'office'",
        ),
        ({"wording": 5}, "wording: 5; there are 5, counted from 0"),
        ({"sees": {"others_actions": "names"}}, "what others do, earn and say is given by `routes` here"),
    ],
)
def test_bad_keys_are_refused(keys, said):
    with pytest.raises(ValidationError) as refused:
        GiftSpec(**keys)
    assert said in str(refused.value)


def test_what_a_run_draws_stays_as_it_was_drawn():
    spec = GiftSpec().drawn(7)
    assert spec.drawn(8) == spec
    assert {GiftSpec().drawn(seed).wording for seed in SEEDS} == set(range(5))
    assert GiftSpec(wording=3).drawn(7).wording == 3


def test_a_round_is_cleared_by_numbers_alone():
    scenario = built()
    scenario.step({"clerk_1": np.array([1.0, 0.0]), "clerk_2": None})
    assert scenario.measures()["violation_e6"] == (1_000_000, None)
