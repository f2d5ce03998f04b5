"""The part of `agora graph diff` that holds two certificates beside each other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agoranomos.cli.terminal import say, show
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.deterrence.certificate import Certificate
    from agoranomos.institutions import Institution
    from agoranomos.markets import Market

Pair = tuple["Certificate", "Certificate"]


def certificates(pair: tuple[Institution, Institution], market: Market | None, plans: str | None) -> Pair:
    """Both certificates in the market, for the same plans; raises `UsageError` without a market."""
    if market is None:
        raise UsageError("a certificate is of an institution in a market", advice="Give --market too.")
    from agoranomos.deterrence.certificate import certify

    named = tuple(filter(None, plans.split(","))) if plans is not None else ()
    first, second = [certify(read, market, plans=named, progress=_progress(read.name)) for read in pair]
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return first, second


def _progress(name: str) -> Callable[[str, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int) -> None:
        print(f"\r\x1b[K{name}: {done:,} {what}", end="", file=sys.stderr, flush=True)

    return show


def say_certificates(found: Pair | None, market: Market | None) -> None:
    """The two beside each other, or that none were computed."""
    from rich.table import Table

    say()
    if found is None:
        say("Certificates: not computed" + (" (--certify)." if market is not None else " (--market NAME --certify)."))
        return
    tolerance = found[0].tolerance * found[0].nash_profit
    say(f"Certificates in {found[0].market}: long-run averages a firm and round; {found[0].plans}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("A", justify="right")
    table.add_column("B", justify="right")
    for title, values in _rows(found):
        table.add_row(f"  {title}", *map(_money, values))
    verdicts = ["holds" if one.holds else "fails" for one in found]
    table.add_row(f"  harmful gain at most {tolerance:,.2f}", *verdicts)
    show(table)


def _money(value: float | None) -> str:
    return "unknown" if value is None else f"{round(value, 2) + 0.0:,.2f}"


def _rows(found: Sequence[Certificate]) -> list[tuple[str, list[float | None]]]:
    return [
        ("gain of the best plan over Nash", [one.best_plan.gain_per_round for one in found]),
        ("of it harmful", [one.harmful_gain_per_round for one in found]),
        ("consumer harm of that plan", [one.best_plan.consumer_harm_per_round for one in found]),
        ("gain of one firm alone", [one.unilateral_gain_per_round for one in found]),
    ]


def certificates_as_json(found: Pair | None) -> list[dict[str, Any]] | None:
    """The figures of both, under the names that `agora graph certify --json` uses."""
    if found is None:
        return None
    return [
        {
            "market": one.market,
            "plans": one.plans,
            "best_plan": {
                "gain_per_round": one.best_plan.gain_per_round,
                "harmful_gain_per_round": one.harmful_gain_per_round,
                "consumer_harm_per_round": one.best_plan.consumer_harm_per_round,
            },
            "unilateral_gain_per_round": one.unilateral_gain_per_round,
            "holds": one.holds,
        }
        for one in found
    ]
