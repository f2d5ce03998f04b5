"""What pays in one round of a commons with a monitor, for who is risk neutral and looks no further than the round.

Amounts are in quotas, so nothing here depends on how full the lake is. With the chance q that over-use which is hidden
comes to be known, the chance p_0 that the community finds out without being told, a step s, the part a of it for who
reports, the fine L for a false report and the excess e = m - 1:

    taking more and reporting it costs    b s e with b = p_0 + (1 - p_0) a
    taking more and hiding it costs       q (s e + L), and the bribe where it is asked for

    honest reporting pays from     L* = s e (b - q) / q          nothing where q >= b
    keeping to the quota pays from s* = max(1 / b, 1 / q - L / e)
    the watch pays from            w* = E[n] (effort + bribe) / (p P[n >= 1]) - penalty

where n of the N - 1 others hide something in the monitor's sight, n ~ Bin(N - 1, sight), and p is the chance that the
community weighs the catches. w* is the pay that is forfeited: an efficiency wage.

Sources: Becker (1968), Crime and Punishment; Becker and Stigler (1974), Law Enforcement, Malfeasance, and Compensation
of Enforcers; Ostrom (1990), Governing the Commons, chapter 3, for sanctions in steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from agoranomos.scenarios.commons_monitor.payoffs import SILENT, TELL, Choice, hides
from agoranomos.scenarios.commons_monitor.spec import COMMUNITY, MONITOR, QUOTA, CommonsMonitorSpec

CLOSE = 1e-12


def pairs(spec: CommonsMonitorSpec) -> Iterator[tuple[int, int]]:
    """What can be taken and reported: the truth, or something between the quota and the truth."""
    for take in range(len(spec.multiples)):
        for report in range(take, min(take, spec.quota_place) - 1, -1):
            yield take, report


def choices(spec: CommonsMonitorSpec) -> tuple[Choice, ...]:
    """All that a fisher can do, the most honest first among equals of take."""
    watches = (TELL, SILENT) if spec.watched_over else (TELL,)
    return tuple(Choice(take, report, watch) for take, report in pairs(spec) for watch in watches)


def sees_catches(spec: CommonsMonitorSpec) -> float:
    """The chance that the monitor sees a fisher's catch."""
    return spec.sight if spec.watched_over and spec.gives("catch", MONITOR) else 0.0


def chance_found(spec: CommonsMonitorSpec) -> float:
    """p_0: how probably the community finds out over-use of which nobody tells it."""
    weighed = spec.check.probability
    looks_itself = spec.sight if spec.gives("catch", COMMUNITY) else 0.0
    return 1.0 - (1.0 - weighed) * (1.0 - looks_itself)


def chance_known(spec: CommonsMonitorSpec, watch: int, *, is_monitor: bool) -> float:
    """q: how probably the community comes to know of hidden over-use where the monitor would do this."""
    if watch != TELL or is_monitor or not spec.gives("alarm", COMMUNITY):
        return chance_found(spec)
    weighed = spec.check.probability
    # The community and the monitor look at the same catches, so the greater of the two chances is that of either.
    looks_itself = spec.sight if spec.gives("catch", COMMUNITY) else 0.0
    return 1.0 - (1.0 - weighed) * (1.0 - max(sees_catches(spec), looks_itself))


def expected(
    spec: CommonsMonitorSpec, choice: Choice, watch: int, *, is_monitor: bool = False, found: int = 0
) -> float:
    """What a fisher earns, in quotas, beside the office, where the monitor would do `watch`."""
    take, report = spec.multiples[choice.take], spec.multiples[choice.report]
    if take <= QUOTA:
        return take
    rules, hidden = spec.sanction, hides(spec, choice)
    step = rules.steps[min(found, len(rules.steps) - 1)]
    known = chance_known(spec, watch, is_monitor=is_monitor) if hidden else chance_found(spec)
    revealed = step * (take - QUOTA) + rules.false_report * hidden
    admitted = step * rules.admitted * (report - QUOTA) if spec.gives("report", COMMUNITY) else 0.0
    bribe = spec.bribe * sees_catches(spec) if watch == SILENT and not is_monitor and hidden else 0.0
    return take - known * revealed - (1.0 - known) * admitted - bribe


def watch_pays(spec: CommonsMonitorSpec, others: int) -> float:
    """What telling earns a monitor beyond keeping silent, in quotas, where so many others hide over-use."""
    sight = sees_catches(spec)
    weighed = spec.check.probability
    some = 1.0 - (1.0 - sight) ** others
    return weighed * some * (spec.pay + spec.check.penalty) - others * sight * (spec.effort + spec.bribe)


def best_choice(spec: CommonsMonitorSpec, watch: int, *, is_monitor: bool = False, found: int = 0) -> Choice:
    """The take and report that pay best; of equals the least taken and the most honest."""
    return max(
        (Choice(take, report, watch) for take, report in pairs(spec)),
        key=lambda one: (
            round(expected(spec, one, watch, is_monitor=is_monitor, found=found), 9),
            -one.take,
            one.report,
        ),
    )


def equilibrium_watch(spec: CommonsMonitorSpec) -> int:
    """What the watch does in equilibrium: silence where it pays against those who expect it, else it tells."""
    if not spec.watched_over:
        return TELL
    others = len(spec.fishers) - 1 if hides(spec, best_choice(spec, SILENT)) else 0
    return SILENT if watch_pays(spec, others) < -CLOSE else TELL


def honesty_fine(spec: CommonsMonitorSpec, take: int, found: int = 0) -> float | None:
    """L*: the fine for a false report from which reporting all of this take pays as much as hiding all of it.

    None where nothing is ever found out: no fine does it.
    """
    known = chance_known(spec, equilibrium_watch(spec), is_monitor=False)
    step = spec.sanction.steps[min(found, len(spec.sanction.steps) - 1)]
    excess = spec.multiples[take] - QUOTA
    if known <= 0.0:
        return None
    return max(step * excess * (_reported_part(spec) - known) / known, 0.0)


def restraint_step(spec: CommonsMonitorSpec, watch: int) -> float | None:
    """s*: the step from which keeping to the quota pays, where the monitor would do `watch`; None where none does."""
    known, part = chance_known(spec, watch, is_monitor=False), _reported_part(spec)
    if known <= 0.0 or part <= 0.0:
        return None
    return max(1.0 / part, 1.0 / known - spec.sanction.false_report / (spec.multiples[-1] - QUOTA))


def watch_wage(spec: CommonsMonitorSpec) -> float | None:
    """w*: the pay from which telling pays where all others hide what they took; None where no pay does it."""
    others, sight, weighed = len(spec.fishers) - 1, sees_catches(spec), spec.check.probability
    some = 1.0 - (1.0 - sight) ** others
    if weighed * some <= 0.0:
        return None
    return max(others * sight * (spec.effort + spec.bribe) / (weighed * some) - spec.check.penalty, 0.0)


def _reported_part(spec: CommonsMonitorSpec) -> float:
    """b: the part of a step that over-use costs on average where it is reported."""
    admitted = spec.sanction.admitted if spec.gives("report", COMMUNITY) else 0.0
    found = chance_found(spec)
    return found + (1.0 - found) * admitted
