"""What others read of a decision, and that there is something to read where replies are shown."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from agoranomos.errors import UsageError
from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.policies import Noisy
from agoranomos.policies.policy import Account, Call
from agoranomos.policies.shared import last_said, onlooker, require_something_to_read


def choice(*options: str, thoughts: tuple[str, ...] = ()) -> ChoiceRecord:
    even = round(math.log(1 / len(options)) * 1e6)
    return ChoiceRecord(options, (even,) * len(options), reasoning=thoughts)


def call(reply: str = "", chosen_among: ChoiceRecord | None = None, purpose: str = "") -> Call:
    return Call("mock", "0" * 64, reply, 1, 1, purpose=purpose, choice=chosen_among)


@pytest.mark.parametrize(
    ("calls", "chosen", "read"),
    [
        ((call("<think>Hm.</think>12"),), None, "<think>Hm.</think>12"),
        ((call("no"), call("yes")), None, "yes"),
        ((call("", choice("low", "high")),), 1, "high"),
        ((call("", choice("low", "high", thoughts=(" It pays.\n",))),), 1, "<think>It pays.</think>high"),
        ((call("", choice("low", "high", thoughts=(" ",))),), 0, "low"),
        # Two orders: the second option stands under B in the run's own order, under A in the other.
        (
            (call("", choice("A", "B", thoughts=("B.",))), call("", choice("B", "A", thoughts=("A.",)))),
            1,
            "<think>B.</think>B",
        ),
        # A summary before the choice, a failed choice, and an answer in words after a choice of the way to it.
        ((call("so far", purpose="summary"), call("", choice("A", "B"))), 0, "A"),
        ((call(""),), 0, ""),
        ((call("", choice("A", "B")), call('{"answer": "3"}', purpose="answer")), 0, '{"answer": "3"}'),
    ],
)
def test_the_last_reply_is_read_with_the_thoughts_before_it(
    calls: tuple[Call, ...], chosen: int | None, read: str
) -> None:
    assert last_said(Account(calls, chosen=chosen)) == read


class Played:
    """A policy that reads these agents, and may or may not write."""

    def __init__(self, *reads: str, writes: bool = True) -> None:
        self.reads = reads
        self.writes = writes

    def shared(self, memory: Any, played: Any) -> Any:
        return memory


def wrapped(policy: Any) -> Any:
    noisy = Noisy.__new__(Noisy)
    noisy.inner = policy
    return noisy


def test_a_wrapped_policy_is_shown_what_the_one_in_it_is_shown() -> None:
    inner = Played()
    assert onlooker(wrapped(wrapped(inner))) is inner
    assert onlooker(wrapped(SimpleNamespace())) is None


@pytest.mark.parametrize(
    "policies",
    [
        {"a": Played("b", writes=False), "b": Played("a", writes=False)},
        {"a": wrapped(Played("b", writes=False)), "b": wrapped(Played("a", writes=False))},
        # Nobody reads the only one who writes, or that one reads nobody else who does.
        {"a": Played("b", writes=False), "b": Played("a", writes=False), "c": Played()},
        {"a": Played("b"), "b": Played(writes=False)},
        {"a": Played("s"), "s": SimpleNamespace(writes=True)},
    ],
)
def test_replies_that_hold_nothing_are_not_shown(policies: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="nobody can write any"):
        require_something_to_read(policies, policies.keys() - {"s"})


@pytest.mark.parametrize(
    "policies",
    [
        {},
        {"a": Played(writes=False), "b": Played(writes=False)},
        {"a": Played("b", writes=False), "b": Played("a", writes=True)},
        {"a": Played("b", "c", writes=False), "b": Played(writes=False), "c": SimpleNamespace()},
    ],
)
def test_one_who_writes_is_enough(policies: dict[str, Any]) -> None:
    require_something_to_read(policies, policies.keys())
