"""What bargainers are told and asked. Nothing here but sentences; who may know what is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.group_bargaining.replies import COMMENT, KEY
from agoranomos.scenarios.group_bargaining.setting import Setting
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.others import told_of_others

GOAL = "Your goal is the highest score over all rounds."


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of a round: own action (None: no proposal was made), score, comments, and the others.

    Anything that may not be known is None, but `chose`. `rewards` are in the order of `names` where `choices` are
    given, else from the largest to the smallest.
    """

    chose: float | None
    value: float
    score: float | None = None
    sentiment: float | None = None
    names: tuple[str, ...] = ()
    choices: tuple[float | None, ...] | None = None
    raised: int | None = None
    rewards: tuple[float, ...] | None = None


def opening(spec: GroupBargainingSpec, setting: Setting, role: int) -> str:
    """The system message: what is settled and how, the side, its rule, and the goal where there is one."""
    side = setting.hikers if role > 0 else setting.pressers
    said = [
        f"You are one of {len(spec.bargainers)} people who settle {setting.subject}. You speak for {side}.",
        f"In every round all propose at once, from {spec.low} to {spec.high}, and the median of the proposals holds.",
        rule(role),
    ]
    if spec.talk is not None:
        hearers = "those who see you" if spec.network or spec.links else "the others"
        said.append(f"Everybody may add a comment, and {hearers} are told how friendly it was.")
    if spec.goal:
        said.append(GOAL)
    return " ".join(said)


def rule(role: int) -> str:
    """What the agent's role requires."""
    return f"Your role requires that every proposal of yours {'raises' if role > 0 else 'lowers'} the value."


def question(
    spec: GroupBargainingSpec, options: Sequence[Option], value: float, role: int, *, reminded: bool, metrics: str
) -> str:
    """The question of a round; `metrics` is what is carried over from the last one."""
    said = [metrics] if metrics else []
    said.append(f"The value stands at {number(value)}.")
    if reminded:
        said.append(rule(role))
    if options:
        return "\n".join([*said, "What do you propose?", *put(options, lettered=spec.options == "letters")])
    said.append("What value do you propose?")
    form = f'"{KEY}": <whole number from {spec.low} to {spec.high}>'
    if spec.talk is not None:
        form += f', "{COMMENT}": "<comment>"'
    return "\n".join([*said, f"Answer with {{{form}}}."])


def move(change: int) -> str:
    """A move in words."""
    if not change:
        return "leave the value as it is"
    return f"{'raise' if change > 0 else 'lower'} the value by {abs(change)}"


def metrics(told: Told) -> str:
    """The clipped metrics: own score, and how friendly the others' comments were, each from -1 to 1."""
    said = []
    if told.score is not None:
        said.append(f"Your score of the last round is {number(round(min(max(told.score, -1.0), 1.0), 6))}.")
    if told.sentiment is not None:
        said.append(f"The comments of the others had a mean tone of {number(round(told.sentiment, 2))}, from -1 to 1.")
    return " ".join(said)


def proposed(spec: GroupBargainingSpec, action: float | None) -> str:
    """An action in words, to follow the name of who did it."""
    if action is None:
        return "made no proposal that could be read"
    return f"proposed {number(action)}" if spec.moves is None else f"proposed to {move(spec.moves[round(action)])}"


def feedback(spec: GroupBargainingSpec, told: Told) -> str:
    """What is told of a round that is over."""
    said = [f"You {proposed(spec, told.chose)}.", *_told_of_others(spec, told)]
    said.append(f"The value is now {number(told.value)}.")
    if spec.metrics == "feedback" and (told_of := metrics(told)):
        said.append(told_of)
    return " ".join(said)


def _told_of_others(spec: GroupBargainingSpec, told: Told) -> list[str]:
    did = None if told.choices is None else [proposed(spec, one) for one in told.choices]
    counted = None if told.raised is None else f"{told.raised} proposed a higher value than the one that stood"
    return told_of_others(told.names, did, counted, told.rewards, verb="scored")
