"""The certificate: whether compliance is the best that firms can do, and how much of their gain is harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.deterrence.average import Best, best_average, best_total
from agoranomos.deterrence.best_plan import BestPlan, describe, verify
from agoranomos.deterrence.corners import corner_plans, lawful, undominated
from agoranomos.deterrence.incentives import critical_discount_factor, stakes
from agoranomos.deterrence.ladder import Ladders
from agoranomos.deterrence.model import MOST_STATES, Model, Progress, build_model
from agoranomos.deterrence.play import PlanSet, grid_plans, mirror, named_plans, play
from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.institution import EXPIRY, Institution
from agoranomos.markets.catalogue import build_market
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.spec import CournotSpec, beyond_totals
from agoranomos.markets.market import Market

HORIZON = 50
TOLERANCE = 0.03
CHOICES = 3_500_000
"""States times actions that the default choice of corners aims at; what does not fit is left out, and said to be."""


@dataclass(frozen=True, slots=True)
class Critical:
    """At what patience, and at what odds of detection, a plan of constant division stops paying.

    `discount_factor` is that from which on grim trigger alone sustains the division, without any institution (None:
    never). `detection` gives, for each fine that constant division meets, the fine per round of evidence and the
    probability of detection from which on it takes more than the round gains (above 1: it cannot).
    """

    discount_factor: float | None
    detection: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was found, and what it rests on. Money is per firm and round, in the market's own units."""

    institution: str
    semantic_sha256: str
    market: str
    nash_profit: float
    tolerance: float
    best_plan: BestPlan
    lawful_plan: BestPlan
    unilateral_plan: BestPlan | None
    critical: Critical
    plans: str
    actions: tuple[str, ...]
    left_out_actions: tuple[str, ...]
    window: int
    leaves_out: tuple[str, ...]

    @property
    def harmful_gain_per_round(self) -> float:
        """The best plan less the best plan, under the same institution, whose prices never exceed Nash."""
        return self.best_plan.gain_per_round - self.lawful_plan.gain_per_round

    @property
    def unilateral_gain_per_round(self) -> float | None:
        """What one firm gains over Nash while the others play Nash; None where this could not be followed."""
        return None if self.unilateral_plan is None else self.unilateral_plan.gain_per_round

    @property
    def holds(self) -> bool:
        """Whether the harmful gain is within the tolerance."""
        return self.harmful_gain_per_round <= self.tolerance * self.nash_profit


def certify(
    institution: Institution,
    market: Market,
    *,
    plans: Sequence[str] = (),
    grid: float | None = None,
    tolerance: float = TOLERANCE,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
) -> Certificate:
    """The certificate of an institution for a market.

    Plans use the named outcomes (`plans`), or a `grid` of quantities in this step, or by default the corners of what
    the institution sees. Raises `UsageError` for a market that is no Cournot market, for an institution that cannot
    govern it or be followed, and for more states than `most_states`.
    """
    spec = getattr(market, "spec", None)
    if not isinstance(spec, CournotSpec):
        raise UsageError(
            f"{market.facts.market} is no Cournot market; certify knows no other yet",
            advice="Play the institution in it instead: agora run, or agora graph test with traces of signals.",
        )
    if reason := beyond_totals(spec):
        raise UsageError(f"{spec.name}: {reason}; certify knows identical versions and lasting firms only")
    bound = bind(institution, market.facts)
    ladders = Ladders(bound)
    unshocked = build_market(spec.model_copy(update={"demand_shock": None}))
    known = benchmarks(spec)
    nash_profit, nash_surplus = float(known.nash.profit.mean()), float(known.nash.consumer_surplus)
    aimed = min(CHOICES, 2 * most_states)
    if plans and grid is not None:
        raise UsageError("--plans and --grid exclude each other")
    if plans or grid is not None:
        chosen = named_plans(spec, plans) if plans else grid_plans(spec, grid or 0.0)
        chosen = chosen if plans else undominated(spec, bound, chosen)
        legal = chosen.only(np.flatnonzero(lawful(spec, play(spec, chosen.actions_e6))).tolist())
        left: tuple[str, ...] = ()
        if not len(legal):
            raise UsageError("no plan keeps prices at or below Nash's", advice="Name `nash` among the --plans.")
    else:
        chosen, left = fitting(spec, ladders, corner_plans(spec, bound), aimed, progress)
        legal, _ = fitting(spec, ladders, corner_plans(spec, bound, prices_above_nash=False), aimed, progress)

    def solved(some: PlanSet, name: str) -> BestPlan:
        model = build_model(spec, ladders, some, most_states=most_states, progress=progress)
        plan = describe(model, *_solve(model), nash_profit, nash_surplus, name)
        verify(plan, institution, unshocked)
        return plan

    best, legal_plan = solved(chosen, "best plan"), solved(legal, "best plan at prices never above Nash")
    if legal_plan.gain_per_round > best.gain_per_round:
        best = legal_plan
    try:
        alone = _alone(spec, ladders, chosen, most_states, progress)
    except UsageError:  # Firms that stand apart have many more joint standings than a coalition.
        alone = None
    return Certificate(
        institution=institution.name,
        semantic_sha256=institution.semantic_sha256,
        market=market.facts.market,
        nash_profit=nash_profit,
        tolerance=tolerance,
        best_plan=best,
        lawful_plan=legal_plan,
        unilateral_plan=alone,
        critical=_critical(spec, ladders, most_states),
        plans=chosen.about,
        actions=chosen.names,
        left_out_actions=left,
        window=bound.window,
        leaves_out=(
            *leaves_out(spec, bound, bool(plans), grid),
            *(("one firm alone: its standings are too many to follow",) if alone is None else ()),
        ),
    )


def _solve(model: Model, firms: Sequence[int] | None = None) -> tuple[Best, float]:
    reward = model.profit(firms)[:, :, None] - model.fines(firms)
    return best_average(model.successor, reward, model.chance), best_total(
        model.successor, reward, model.chance, HORIZON
    )


def fitting(
    spec: CournotSpec, ladders: Ladders, plans: PlanSet, aimed: int, progress: Progress | None
) -> tuple[PlanSet, tuple[str, ...]]:
    """As many of the first actions as lead to about `aimed` choices (states times actions), and those left out.

    States grow with the number of actions to the power of the rounds that are remembered; two actions tell the rest.
    """
    if len(plans) <= 2:
        return plans, ()
    two = build_model(spec, ladders, plans.only([0, 1]), progress=progress)
    bound = ladders.bound
    windows = [signal.window for name, signal in bound.signals.items() if name not in bound.supporting]
    kept = max(windows, default=1) - 1 + bound.lag
    count = 2
    while count < len(plans) and (count + 1) * two.states * ((count + 1) / 2.0) ** kept <= aimed:
        count += 1
    return plans.only(range(count)), plans.names[count:]


def _alone(
    spec: CournotSpec, ladders: Ladders, plans: PlanSet, most_states: int, progress: Progress | None
) -> BestPlan:
    """The best plan of one firm while the others play Nash: it has its own part of the first plans to choose from."""
    known = benchmarks(spec)
    nash = named_plans(spec, ["nash"]).actions_e6[0]
    found = None
    for firm in range(1 if mirror(spec) is not None else len(spec.firms)):
        rows: dict[tuple[int, ...], str] = {tuple(nash[firm].tolist()): "nash"}
        for name, action in zip(plans.names, plans.actions_e6, strict=True):
            if len(rows) < 2:
                rows.setdefault(tuple(action[firm].tolist()), name)
        actions = np.repeat(nash[None], len(rows), axis=0)
        actions[:, firm] = list(rows)
        own = PlanSet(tuple(rows.values()), actions, "one firm deviates, the others play Nash")
        model = build_model(spec, ladders, own, most_states=most_states, progress=progress)
        best, total = _solve(model, [firm])
        name = f"best plan of {spec.firms[firm]} alone"
        plan = describe(model, best, total, float(known.nash.profit[firm]), float(known.nash.consumer_surplus), name)
        if found is None or plan.gain_per_round > found.gain_per_round:
            found = plan
    assert found is not None
    return found


def _critical(spec: CournotSpec, ladders: Ladders, most_states: int) -> Critical:
    """What constant division faces: patience needed without an institution, and the fines that it meets under it."""
    bound, known = ladders.bound, benchmarks(spec)
    at_stake = [stakes(spec, known.division.quantity, firm) for firm in range(len(spec.firms))]
    factors = [critical_discount_factor(one) for one in at_stake]
    factor = None if None in factors else max(f for f in factors if f is not None)
    model = build_model(spec, ladders, named_plans(spec, ["division"]), most_states=most_states)
    gain = float(np.mean([one.collusion - one.nash for one in at_stake]))
    spans = [
        bound.spans[edge.spec.on] if edge.spec.fine.over == "evidence" and edge.spec.on != EXPIRY else 1
        for edge in bound.institution.edges
        if edge.spec.fine is not None
    ]
    amounts = sorted(set(np.round(model.fines()[:, 0].ravel() / max(spans, default=1), 6).tolist()) - {0.0})
    return Critical(factor, tuple((amount, gain / amount) for amount in amounts if gain > 0))


def leaves_out(spec: CournotSpec, bound: Bound, named: bool, grid: float | None) -> tuple[str, ...]:
    """What the certificate does not speak of."""
    found = [
        "quantities between those named" if grid is None else f"quantities between grid points {grid:g} apart",
        "plans that depend on chance, or on the number of the round",
    ]
    if mirror(spec) is not None and not named:
        found.append("joint plans in which the two firms are not mirror images of each other")
    if spec.demand_shock is not None:
        found.append("demand shocks: profits and measures are those of the expected demand")
    if bound.errors or bound.run_draw:
        found.append("errors of observation: measures are read exactly")
    if any(edge.spec.jitter for edge in bound.institution.edges):
        found.append("jitter: timers last as long as they last at least")
    if bound.report_memory:
        found.append("reports: nobody comes forward")
    return tuple(found)
