"""What a prompted agent remembers: its PLANS and INSIGHTS, and a window of its own market data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.policies.policy import Observation

_COMMON = ("round", "round_profit", "cumulative_profit", "messages")


@dataclass(frozen=True, slots=True)
class Seen:
    """One past round from the agent's own seat.

    `quantity`, `share` (0 to 1), `price` and `profit` have one number a good, and are empty where the market shows
    none; `seen` is all that it shows, by name. `gross` is the round's profit before
    `fine`; `cumulative_gross` and `cumulative_fines` are the sums up to and with this round.
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

    @property
    def net(self) -> float:
        """The round's profit after its fine."""
        return self.gross - self.fine

    @property
    def cumulative_net(self) -> float:
        """All profits less all fines."""
        return self.cumulative_gross - self.cumulative_fines


@dataclass(frozen=True, slots=True)
class Notes:
    """A prompted agent's memory. `history` is oldest first; `missing` is the round it sat out, 0 for none."""

    plans: str = ""
    insights: str = ""
    history: tuple[Seen, ...] = ()
    missing: int = 0

    def after(self, observation: Observation, notice: Notice | None, window: int) -> Notes:
        """The memory with the round that was just played added, unless it is there; the last `window` are kept."""
        last = round(float(observation["round"][0]))
        if last == 0 or (self.history and self.history[-1].round >= last):
            return self
        fine = notice.fine_e6 / SCALE if notice is not None else 0.0
        fines = self.history[-1].cumulative_fines if self.history else 0.0
        seen = Seen(
            round=last,
            suspended=self.missing == last,
            quantity=_row(observation, "quantity"),
            share=_row(observation, "share"),
            price=_row(observation, "price"),
            profit=_row(observation, "profit"),
            gross=float(observation["round_profit"][0]),
            fine=fine,
            cumulative_gross=float(observation["cumulative_profit"][0]),
            cumulative_fines=fines + fine,
            seen=tuple((key, _row(observation, key)) for key in observation if key not in _COMMON),
        )
        return replace(self, history=(*self.history, seen)[-window:], missing=0)

    def rewritten(self, plans: str, insights: str) -> Notes:
        """The memory with both texts overwritten, as each reply does."""
        return replace(self, plans=plans, insights=insights)

    def sitting_out(self, observation: Observation) -> Notes:
        """The memory of an agent that may not move in the round that follows `observation`."""
        return replace(self, missing=round(float(observation["round"][0])) + 1)


def _row(observation: Observation, key: str) -> tuple[float, ...]:
    return tuple(observation[key].tolist()) if key in observation else ()
