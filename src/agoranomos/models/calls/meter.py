"""Holds a campaign's calls to its budget: what a call may take is set aside before it is made."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agoranomos.models.calls.budget import Budget, most_tokens
from agoranomos.models.calls.prices import Price, price_of
from agoranomos.models.calls.spent import Spent, Use
from agoranomos.models.engine import Completion, Distribution, Question, Request
from agoranomos.models.stops import BudgetSpent

_FREE = Price(prompt=0, reply=0)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was set aside for one call of `model`: the most that it may take."""

    model: str
    most: Use


class Meter:
    """Counts what all sessions of a campaign take, and makes no call that could go beyond the budget.

    `spent` is what earlier sessions took, `clock` gives seconds that only grow. For each call: `admit` before it, then
    `charge` with its answer, or `release` where there was none. All of it belongs to one event loop.

    A call is set aside at the most that it may take, which is more than it will. So a call that does not fit beside
    those under way waits until these have shown what they really took; only one that does not fit alone is refused,
    and with it every call after.
    """

    def __init__(
        self,
        budget: Budget,
        prices: Mapping[str, Price],
        spent: Spent,
        clock: Callable[[], float],
    ) -> None:
        self._budget = budget
        self._prices = prices
        self._by_model = dict(spent.by_model)
        self._total = spent.total
        self._seconds_before = spent.seconds
        self._clock = clock
        self._began = clock()
        self._bounds_text = budget.tokens is not None or budget.money is not None
        self._set_aside = Use()
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()
        self._over: BudgetSpent | None = None

    @property
    def spent(self) -> Spent:
        """What was taken so far, earlier sessions included; calls under way are not in it."""
        return Spent(MappingProxyType(dict(self._by_model)), self._seconds)

    async def admit(self, model: str, asked: Request | Question) -> Reservation:
        """Set aside the most that the call may take, as soon as it fits; raises `BudgetSpent` where it never will."""
        reservation = Reservation(model, self._most(model, asked))
        async with self._turn:  # First come, first served.
            while self._over is None and (short := self._too_little(reservation.most)):
                if short == "seconds" or not self._set_aside.calls:
                    self._over = self._refusal(short, reservation.most)
                    break
                self._settled.clear()
                await self._settled.wait()
            if self._over is not None:
                raise copy.copy(self._over)
            self._set_aside += reservation.most
        return reservation

    def charge(self, reservation: Reservation, answer: Completion | Distribution) -> None:
        """Count what the call did take: the tokens that the answer tells of, also where it is a failure."""
        price = price_of(reservation.model, self._prices) or _FREE
        money = price.of(answer.prompt_tokens, answer.reply_tokens)
        took = Use(1, answer.prompt_tokens, answer.reply_tokens, money)
        self._by_model[reservation.model] = self._by_model.get(reservation.model, Use()) + took
        self._total += took
        self.release(reservation)

    def release(self, reservation: Reservation) -> None:
        """Give back what was set aside: the call was not made, or nobody waits for its answer any more."""
        left = self._set_aside.calls - 1
        # Nothing is left of floating-point residues when no call is under way.
        self._set_aside = self._set_aside - reservation.most if left else Use()
        self._settled.set()

    @property
    def _seconds(self) -> float:
        return self._seconds_before + self._clock() - self._began

    def _most(self, model: str, asked: Request | Question) -> Use:
        if not self._bounds_text:
            return Use(calls=1)
        read, written = most_tokens(asked)
        price = price_of(model, self._prices) or _FREE
        return Use(1, read, written, price.of(read, written))

    def _too_little(self, most: Use) -> str:
        """The first part of the budget that the call may go beyond; empty where it fits."""
        budget = self._budget
        if budget.seconds is not None and self._seconds >= budget.seconds:
            return "seconds"
        taken = self._total + self._set_aside + most
        for part in ("calls", "tokens", "money"):
            bound = getattr(budget, part)
            if bound is not None and getattr(taken, part) > bound:
                return part
        return ""

    def _refusal(self, part: str, most: Use) -> BudgetSpent:
        bound = getattr(self._budget, part)
        if part == "seconds":
            taken = f"its sessions have lasted {self._seconds:,.0f}"
        else:
            next_one = getattr(most, part)
            taken = f"{_shown(getattr(self._total, part))} are spent, and the next call may take {_shown(next_one)}"
        return BudgetSpent(
            f"the campaign's budget of {_shown(bound)} {part} is spent: {taken}",
            advice=f"Raise it, in the campaign or with --set budget.{part}=N; the same command then goes on.",
        )


def _shown(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.4f}".rstrip("0").rstrip(".")
