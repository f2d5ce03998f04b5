"""What a prompted agent has in memory: past rounds, its PLANS and INSIGHTS, or a summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.policies.policy import Observation
from agoranomos.policies.shared import SharedRound

RoundT = TypeVar("RoundT")

_COMMON = ("round", "round_profit", "cumulative_profit", "messages")


@dataclass(frozen=True, slots=True)
class Other:
    """What another agent did in a round. `action` has one number a part, and is empty where it sat out.

    `reply` and `thoughts` are empty unless replies are shared too; each is one line, so that none can pass for another
    round.
    """

    agent: str
    action: tuple[float, ...]
    reply: str = ""
    thoughts: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One past round from the agent's own seat.

    `quantity`, `share` (0 to 1), `price` and `profit` have one number a good, and are empty where the market shows
    none; `seen` is all that it shows, by name. `gross` is the round's profit before
    `fine`; `cumulative_gross` and `cumulative_fines` are the sums up to and with this round. A fine that nobody
    announced is none here: `gross` is what was left, and `untold` the sum of such fines. `others` is empty unless
    memory is shared; `own` is false of a round of the run that a memory is yoked to.
    """

    round: int
    suspended: bool
    quantity: tuple[float, ...]
    share: tuple[float, ...]
    price: tuple[float, ...]
    profit: tuple[float, ...]
    gross: float
    fine: float
    cumulative_gross: float
    cumulative_fines: float
    seen: tuple[tuple[str, tuple[float, ...]], ...] = ()
    others: tuple[Other, ...] = ()
    own: bool = True
    untold: float = 0.0

    @property
    def net(self) -> float:
        """The round's profit after its fine."""
        return self.gross - self.fine

    @property
    def cumulative_net(self) -> float:
        """All profits less all fines."""
        return self.cumulative_gross - self.cumulative_fines


def in_window(history: tuple[RoundT, ...], window: int, stride: int) -> tuple[RoundT, ...]:
    """What is kept of the rounds, oldest first; of more than `window` the oldest leave, `stride` at a time."""
    surplus = max(len(history) - window, 0)
    return history[-(-surplus // stride) * stride :]


def younger_half(history: tuple[RoundT, ...]) -> tuple[RoundT, ...]:
    """The rounds without the older half of them; of a single one, none."""
    return history[-(-len(history) // 2) :]


@dataclass(frozen=True, slots=True)
class Notes:
    """A prompted agent's memory. `history`, what it is shown of past rounds, is oldest first.

    `missing` is the round it sat out, 0 for none; `latest` its own last round, whether it is shown or not; `shared`
    what everybody did in that round. `summary` tells of the rounds up to `summarised`.
    """

    plans: str = ""
    insights: str = ""
    history: tuple[Seen, ...] = ()
    missing: int = 0
    latest: Seen | None = None
    summary: str = ""
    summarised: int = 0
    shared: SharedRound | None = None

    def after(
        self,
        observation: Observation,
        notice: Notice | None,
        window: int,
        *,
        stride: int = 1,
        recall: Callable[[Seen, SharedRound | None], Seen] | None = None,
    ) -> Notes:
        """The memory with the round that was just played added, unless it is there; at most `window` rounds are kept.

        Where there are more, the oldest leave, `stride` at a time. `recall` says how the round is remembered, from the
        agent's own seat and what everybody did in it.
        """
        last = round(float(observation["round"][0]))
        before = self.latest
        if last == 0 or (before is not None and before.round >= last):
            return self
        taken = notice.fine_e6 / SCALE if notice is not None else 0.0
        fine = taken if notice is not None and notice.announced else 0.0
        fines = before.cumulative_fines if before is not None else 0.0
        untold = (before.untold if before is not None else 0.0) + taken - fine
        rows = {key: tuple(observation[key].tolist()) for key in observation if key not in _COMMON}
        seen = Seen(
            round=last,
            suspended=self.missing == last,
            quantity=rows.get("quantity", ()),
            share=rows.get("share", ()),
            price=rows.get("price", ()),
            profit=rows.get("profit", ()),
            gross=float(observation["round_profit"][0]) - (taken - fine),
            fine=fine,
            cumulative_gross=float(observation["cumulative_profit"][0]) - untold,
            cumulative_fines=fines + fine,
            seen=tuple(rows.items()),
            untold=untold,
        )
        known = seen if recall is None else recall(seen, self.shared)
        history = in_window((*self.history, known), window, stride)
        return replace(self, history=history, missing=0, latest=seen, shared=None)

    def rewritten(self, plans: str, insights: str) -> Notes:
        """The memory with both texts overwritten, as each reply does."""
        return replace(self, plans=plans, insights=insights)

    def summed_up(self, summary: str) -> Notes:
        """The memory with `summary` in the place of the last one and of all rounds since."""
        last = self.history[-1].round if self.history else self.summarised
        return replace(self, summary=summary, summarised=last, history=())

    def without_older_half(self) -> Notes:
        """The memory without the older half of its rounds; of a single one, without it."""
        return replace(self, history=younger_half(self.history))

    def sitting_out(self, observation: Observation) -> Notes:
        """The memory of an agent that may not move in the round that follows `observation`."""
        return replace(self, missing=round(float(observation["round"][0])) + 1)
