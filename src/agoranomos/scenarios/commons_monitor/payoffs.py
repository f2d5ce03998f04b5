"""What a round of a commons with a monitor comes to. Amounts are in quotas of the round unless they are called fish.

Fisher i takes m_i quotas and reports r_i. Its excess is m_i - 1 where that is above 0. What the community knows:

    revealed       all of the excess: somebody told of it, it was weighed, or the community is given catches
    admitted       r_i - 1: nobody did, and the community reads reports
    nothing        otherwise

    fine           step (m_i - 1), and false_report where r_i < m_i, if it is revealed; admitted step (r_i - 1) else

with the step of a fisher that was found so often before. A monitor earns its pay, less `effort` for each of whom it
tells, plus `bribe` from each whose hidden over-use it saw and kept silent about; where it is found to have kept silent
it loses the pay and `penalty`. The lake grows as in `agoranomos.markets.commons`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from agoranomos.markets.commons import sustainable_yield
from agoranomos.markets.commons.clear import RoundOutcome, clear_round
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios.commons_monitor.spec import COMMUNITY, MONITOR, QUOTA, CommonsMonitorSpec
from agoranomos.scenarios.parties import delivered

TELL, SILENT = 0, 1
"""What a monitor does about hidden over-use that it sees."""


class Choice(NamedTuple):
    """What a fisher does: the places of what it takes and reports, and what it would do with the watch."""

    take: int
    report: int
    watch: int = TELL


class Circumstances(NamedTuple):
    """What a round finds: the lake, who keeps the watch (None: nobody), how often each was found before, and the draws.

    `in_sight` says whose catch whoever looks on gets to see, `weighed` whether the community weighs all catches.
    """

    stock: float
    monitor: int | None
    found: tuple[int, ...]
    in_sight: tuple[bool, ...]
    weighed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A round in plain numbers; places of multiples are None for who sat out. Money is in fish."""

    choices: tuple[Choice | None, ...]
    round: RoundOutcome
    quota: float
    monitor: int | None
    in_sight: tuple[bool, ...]
    weighed: bool
    seen: tuple[bool, ...]
    """Whose catch was given to the monitor or weighed."""
    told: tuple[int, ...]
    """Of whom the monitor told."""
    hidden: tuple[int, ...]
    """Whose hidden over-use the monitor saw."""
    known: tuple[float | None, ...]
    """What the community takes each to have taken, in quotas; None where it knows nothing."""
    found: tuple[bool, ...]
    """Who was found to have taken more than the quota."""
    silence_found: bool
    fine: tuple[float, ...]
    bribe: tuple[float, ...]
    """Taken less given."""
    profit: tuple[float, ...]
    community: float


def quota_of(spec: CommonsMonitorSpec, stock: float) -> float:
    """The equal part of what leaves the lake as it is: the market's `sustainable` rule."""
    return sustainable_yield(spec.lake, stock) / len(spec.fishers)


def amount(quota: float, multiple: float) -> float:
    """So many quotas in fish, rounded down to millionths."""
    return math.floor(round(multiple * quota * SCALE, 3)) / SCALE


def settle(spec: CommonsMonitorSpec, choices: Sequence[Choice | None], met: Circumstances) -> Outcome:
    """The round in which fishers do this under these circumstances."""
    quota = quota_of(spec, met.stock)
    takes = [0.0 if one is None else spec.multiples[one.take] for one in choices]
    reports = [None if one is None else spec.multiples[one.report] for one in choices]
    played = clear_round(spec.lake, [amount(quota, take) for take in takes], met.stock)
    hiding = [k for k, one in enumerate(choices) if quota > 0.0 and one is not None and hides(spec, one)]
    monitor = choices[met.monitor] if met.monitor is not None else None
    sees = monitor is not None and spec.gives("catch", MONITOR)
    hidden = tuple([k for k in hiding if sees and k != met.monitor and met.in_sight[k]])
    told = hidden if monitor is not None and monitor.watch == TELL else ()
    known, revealed = _known(spec, takes, reports, told, met)
    found = tuple([quota > 0.0 and one is not None and one > QUOTA for one in known])
    silence_found = _silence_found(spec, takes, reports, told, met, monitor is not None and bool(hidden))
    fine = [
        _fine(spec, take, reports[k], known[k], k in revealed, met.found[k]) * quota for k, take in enumerate(takes)
    ]
    earned = [paid - fined for paid, fined in zip(played.profit, fine, strict=True)]
    bribe = [0.0] * len(takes)
    community = math.fsum(fine)
    if monitor is not None and met.monitor is not None:
        if not told:
            for k in hidden:
                bribe[k] -= spec.bribe * quota
                bribe[met.monitor] += spec.bribe * quota
        office = spec.pay - (spec.pay + spec.check.penalty) * silence_found
        community -= office * quota
        earned[met.monitor] += (office - spec.effort * len(told)) * quota
    profit = tuple([own + given for own, given in zip(earned, bribe, strict=True)])
    return Outcome(
        choices=tuple(choices),
        round=played,
        quota=quota,
        monitor=met.monitor,
        in_sight=met.in_sight,
        weighed=met.weighed,
        seen=tuple([met.weighed or (sees and k != met.monitor and met.in_sight[k]) for k in range(len(takes))]),
        told=told,
        hidden=hidden,
        known=known,
        found=found,
        silence_found=silence_found,
        fine=tuple(fine),
        bribe=tuple(bribe),
        profit=profit,
        community=community,
    )


def hides(spec: CommonsMonitorSpec, choice: Choice) -> bool:
    """Whether it takes more than the quota and reports less than it takes."""
    return spec.multiples[choice.take] > QUOTA and choice.report < choice.take


def _given(
    spec: CommonsMonitorSpec,
    takes: Sequence[float],
    reports: Sequence[float | None],
    told: tuple[int, ...],
    met: Circumstances,
) -> Mapping[str, Any]:
    """What reaches the community of a round."""
    items: dict[str, Any] = {
        "report": tuple(reports),
        "alarm": told,
        "catch": tuple([take if seen else None for take, seen in zip(takes, met.in_sight, strict=True)]),
    }
    if met.weighed:
        items["audit"] = tuple(takes)
    return delivered(spec.all_routes(), items, (COMMUNITY,))[COMMUNITY]


def _known(
    spec: CommonsMonitorSpec,
    takes: Sequence[float],
    reports: Sequence[float | None],
    told: tuple[int, ...],
    met: Circumstances,
) -> tuple[tuple[float | None, ...], set[int]]:
    """What the community takes each to have taken, from what it was given; and of whom it has more than a report.

    An alarm tells what was taken, as a look at the catch and the scales do.
    """
    given = _given(spec, takes, reports, told, met)
    known: list[float | None] = []
    revealed: set[int] = set()
    for k in range(len(takes)):
        true = takes[k] if k in given.get("alarm", ()) else None
        true = given["catch"][k] if true is None and "catch" in given else true
        true = given["audit"][k] if true is None and "audit" in given else true
        if true is not None and reports[k] is not None:
            revealed.add(k)
            known.append(true)
        else:
            known.append(given["report"][k] if "report" in given else None)
    return tuple(known), revealed


def _silence_found(
    spec: CommonsMonitorSpec,
    takes: Sequence[float],
    reports: Sequence[float | None],
    told: tuple[int, ...],
    met: Circumstances,
    saw: bool,
) -> bool:
    """Whether the scales show hidden over-use that the monitor had seen and of which the community heard nothing."""
    given = _given(spec, takes, reports, told, met)
    if not saw or "audit" not in given:
        return False
    for k, take in enumerate(given["audit"]):
        said = given["report"][k] if "report" in given else QUOTA
        if k != met.monitor and met.in_sight[k] and said is not None and take > max(QUOTA, said):
            return k not in given.get("alarm", ())
    return False


def _fine(
    spec: CommonsMonitorSpec,
    take: float,
    report: float | None,
    known: float | None,
    revealed: bool,
    found: int,
) -> float:
    """What a fisher pays, in quotas."""
    if known is None or known <= QUOTA or report is None:
        return 0.0
    step = spec.sanction.steps[min(found, len(spec.sanction.steps) - 1)]
    if revealed:
        return step * (take - QUOTA) + (spec.sanction.false_report if report < take else 0.0)
    return step * spec.sanction.admitted * (known - QUOTA)
