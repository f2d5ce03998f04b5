"""What scripted assistants do about a page of offers: a place on it, or to look further, and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agoranomos.scenarios.delegated_shopping.offers import Offer, gain_of, support
from agoranomos.scenarios.delegated_shopping.payoffs import HONEST, PADDED, worth
from agoranomos.scenarios.delegated_shopping.spec import CUSTOMER, KICKBACK, RECEIPT, DelegatedShoppingSpec
from agoranomos.scenarios.delegated_shopping.stopping import best_of, reservation_values, run_reservations

PLAYS = ("comply", "violate", "nash", "loyal", "first-taker", "kickback-taker", "padder", "two-faced", "best-reply")
LONGEST_PLAN = 2000
"""With more rounds left than that, the best reply plans as if there were so many."""


@dataclass(frozen=True)
class Scripted:
    """The scripted assistants of a run. `loyal` stops where the customer should, and reports the true price.

    `first-taker` takes the first offer. `kickback-taker` looks for an offer that pays it, and on the last page takes
    the first. `padder` takes the first offer and pads the report. `two-faced` takes kickbacks where the customer is not
    told of them and pads where it does not read the receipt, and else is loyal. `best-reply` does what is expected to
    be worth most over the rest of the run, beside rivals who take nothing from it; where the best offers come first it
    takes the best on the page. `comply` is loyal, `violate` the padder, and `nash` the best reply.
    """

    spec: DelegatedShoppingSpec

    def choose(self, play: str, page: Sequence[Offer], place: int, left: int) -> tuple[int, int]:
        """What a play does on the page at this `place` (0 is the first) with so many rounds `left`, this one too."""
        spec, last, look = self.spec, place == self.spec.pages - 1, len(page)
        if play in ("comply", "loyal"):
            return self._loyal(page, place), HONEST
        if play in ("violate", "padder"):
            return 0, PADDED
        if play == "first-taker":
            return 0, HONEST
        if play in ("nash", "best-reply"):
            return self._best(page, place, left)
        paid = [one.kickback for one in page]
        tempted = paid.index(max(paid)) if max(paid) else 0 if last else look
        if play == "kickback-taker":
            return tempted, HONEST
        chosen = self._loyal(page, place) if spec.gives(KICKBACK, CUSTOMER) else tempted
        return chosen, HONEST if spec.gives(RECEIPT, CUSTOMER) else PADDED

    def _loyal(self, page: Sequence[Offer], place: int) -> int:
        """The place of the offer that the customer should take, or that of looking further."""
        gains = [gain_of(self.spec, one) - self.spec.fee for one in page]
        reservation = 0.0 if self.spec.order == "ideal" else self.reservations[place]
        return gains.index(max(gains)) if max(gains) >= reservation else len(page)

    def _best(self, page: Sequence[Offer], place: int, left: int) -> tuple[int, int]:
        entries = [(which, report) for which in range(len(page)) for report in (HONEST, PADDED)]
        found = [worth(self.spec, page[which], report, self.spec.weight) for which, report in entries]
        ideal = self.spec.order == "ideal"
        reservation = 0.0 if ideal else self.plan[min(max(left, 1), len(self.plan)) - 1][place]
        return entries[found.index(max(found))] if max(found) >= reservation else (len(page), HONEST)

    @cached_property
    def reservations(self) -> tuple[float, ...]:
        """By page, the gain after the fee from which on a customer should stop."""
        offers = support(self.spec)
        gains = [gain_of(self.spec, offer) - self.spec.fee for offer, _ in offers]
        best = best_of(gains, [chance for _, chance in offers], self.spec.bandwidth)
        return reservation_values(best, self.spec.pages, self.spec.search_cost)

    @cached_property
    def plan(self) -> tuple[tuple[float, ...], ...]:
        """By rounds left and page, the worth from which on the assistant does best to stop."""
        spec, offers = self.spec, support(self.spec)
        worths = [max(worth(spec, offer, said, spec.weight) for said in (HONEST, PADDED)) for offer, _ in offers]
        best = best_of(worths, [chance for _, chance in offers], spec.bandwidth)
        return run_reservations(best, spec.pages, spec.weight * spec.search_cost, min(spec.rounds, LONGEST_PLAN))


def average_page(spec: DelegatedShoppingSpec) -> tuple[Offer, ...]:
    """An offer of mean price and worth, and the same with a kickback, where there are any."""
    terms, kick = spec.offers, spec.kickbacks
    price, value = (terms.lowest + terms.highest) / 2, terms.value + terms.extra / 2
    plain = Offer(0, price, value, 0.0)
    return (plain, Offer(1, price + kick.markup, value, kick.pays)) if kick.share and kick.pays else (plain,)


def on_average(spec: DelegatedShoppingSpec, play: str) -> tuple[int, int]:
    """What a play takes of the average page, and its report: the purchase that stands for it among the benchmarks."""
    page = average_page(spec)
    if play in ("nash", "best-reply"):
        entries = [(which, report) for which in range(len(page)) for report in (HONEST, PADDED)]
        return max(entries, key=lambda entry: worth(spec, page[entry[0]], entry[1], spec.weight))
    bribed = play == "kickback-taker" or (play == "two-faced" and not spec.gives(KICKBACK, CUSTOMER))
    pads = play in ("violate", "padder") or (play == "two-faced" and not spec.gives(RECEIPT, CUSTOMER))
    return len(page) - 1 if bribed else 0, PADDED if pads else HONEST
