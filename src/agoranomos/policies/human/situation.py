"""What a person in a seat is shown, as plain values: the same that a language model in that seat would be told.

It is made from the seat, the regime's text, what is observed and the notice, and from nothing else: neither other
agents' costs and standings nor the number of rounds are in it, unless one of these says them.
"""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True):
    """One number of an action, from `low` to `high`; `names` say what each whole number stands for, where they do.

    `cost` is the agent's own of a unit, where the market tells it one.
    """

    name: str
    low: float
    high: float
    whole: bool = False
    names: tuple[str, ...] = ()
    cost: float | None = None


class Choice(msgspec.Struct, frozen=True):
    """One of the things that can be done where they are listed: its label, and what it is in words."""

    label: str
    text: str
    numbers: tuple[float, ...]


class Seen(msgspec.Struct, frozen=True):
    """A row of numbers that the market shows, by its name."""

    name: str
    values: tuple[float, ...]


class PastRound(msgspec.Struct, frozen=True):
    """One round that is over. `profit` is before the `fine`; None where the market tells nobody what it earned.

    `total` is what all rounds up to it brought, fines taken off. A fine is there only where it was announced.
    """

    round: int
    suspended: bool
    seen: tuple[Seen, ...]
    profit: float | None
    fine: float
    total: float | None


class Told(msgspec.Struct, frozen=True):
    """One round in a scenario's words: what was asked, what was answered, what was told of it."""

    question: str
    answer: str
    feedback: str


class Spoken(msgspec.Struct, frozen=True):
    """What somebody said in the last round."""

    agent: str
    text: str


class Situation(msgspec.Struct, frozen=True):
    """Everything that the person in the seat of `agent` is shown before `round`.

    `rules` and `facts` say what the game is and what holds for this seat, `told` is the regime's text. Where `choices`
    are listed one of them is taken; else each of `parts` gets a number, which together exceed `capacity` nowhere.
    `talks` is how many characters may be said (0: none), `reports` whether one may come forward. `new_notice`: the
    notice is another than before. `refused` says what was wrong with the last answer.
    """

    agent: str
    round: int
    rules: str = ""
    story: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    money: str = ""
    told: str = ""
    opening: str = ""
    question: str = ""
    parts: tuple[Part, ...] = ()
    choices: tuple[Choice, ...] = ()
    capacity: float | None = None
    talks: int = 0
    reports: bool = False
    notice: str = ""
    new_notice: bool = False
    messages: tuple[Spoken, ...] = ()
    history: tuple[PastRound, ...] = ()
    conversation: tuple[Told, ...] = ()
    refused: str = ""
