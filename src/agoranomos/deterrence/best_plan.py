"""A best plan round by round: what is played, what it brings, and the same as a trace that the real `judge` replays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.average import Best
from agoranomos.deterrence.model import Model
from agoranomos.errors import AgoraError
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.trace_run import check_trace
from agoranomos.institutions.traces import Outcome, Trace, TraceRound, folded
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

_MOST_ROUNDS = 20_000
_LUCKY = 50
_SETTLING = 4_000


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """One round of a plan: what is played, in which states firms stand before it, and what it costs them in fines."""

    action: str
    quantities: tuple[tuple[float, ...], ...]
    states: tuple[str, ...]
    profits: tuple[float, ...]
    fines: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BestPlan:
    """The best plan of a set of plans: a prelude, then a cycle for ever; money per firm and round, over Nash.

    `gain_per_round` is the long-run average, fines taken off; `gain_over_50_rounds` that of the best plan for 50 rounds
    alone. `suspended_share` is the share of rounds in which somebody is suspended, `consumer_harm_per_round` the
    consumer surplus of Nash less that of the plan. With audits there is no cycle: averages are expected ones, and the
    rounds shown are those of a run in which no audit takes place.
    """

    gain_per_round: float
    gain_over_50_rounds: float
    fines_per_round: float
    suspended_share: float
    consumer_harm_per_round: float
    welfare_lost_per_round: float
    prelude: tuple[PlannedRound, ...]
    cycle: tuple[PlannedRound, ...]
    uncertainty: float
    states: int
    trace: Trace


@dataclass(frozen=True, slots=True)
class Path:
    """States and the actions taken in them, the first `prelude` of them once, the others for ever."""

    states: tuple[int, ...]
    actions: tuple[int, ...]
    prelude: int


def path_of(model: Model, policy: NDArray[np.int64]) -> Path:
    """The way that a policy goes from the start where no audit takes place, until it repeats or `_LUCKY` rounds."""
    seen: dict[int, int] = {}
    states: list[int] = []
    actions: list[int] = []
    state = 0
    certain = len(model.chance) == 1
    while state not in seen and len(states) < (_MOST_ROUNDS if certain else _LUCKY):
        seen[state] = len(states)
        action = int(policy[state])
        states.append(state)
        actions.append(action)
        state = int(model.successor[state, action, 0])
    return Path(tuple(states), tuple(actions), seen.get(state, 0) if certain else len(states))


def describe(
    model: Model,
    best: Best,
    over_50: float,
    nash_profit: float,
    nash_surplus: float,
    name: str,
) -> BestPlan:
    """The best plan of a solved model; `nash_profit` is the mean over the firms that plan."""
    path = path_of(model, best.policy)
    rounds = tuple(_round(model, state, action) for state, action in zip(path.states, path.actions, strict=True))
    weight = _long_run(model, best.policy, path)
    rows = np.arange(model.states)
    played = model.played[rows, best.policy]
    fines = float(weight @ (model.fines()[rows, best.policy] @ model.chance))
    harm = nash_surplus - float(weight @ model.rounds.surplus[played])
    profit = float(weight @ (model.rounds.profit_e6[played].sum(axis=1) / SCALE))
    firms = model.rounds.profit_e6.shape[1]
    gain = best.average - nash_profit
    cycle = rounds[path.prelude :]
    return BestPlan(
        gain_per_round=gain,
        gain_over_50_rounds=over_50 / 50 - nash_profit,
        fines_per_round=fines,
        suspended_share=float(weight @ model.ladder.suspended[model.standing]),
        consumer_harm_per_round=harm,
        welfare_lost_per_round=harm - (profit - firms * nash_profit),
        prelude=rounds[: path.prelude],
        cycle=cycle,
        uncertainty=(best.upper - best.lower) / 2.0,
        states=model.states,
        trace=_trace(model, path, name, gain if cycle else None),
    )


def verify(plan: BestPlan, institution: Institution, market: Market) -> None:
    """Replay the plan through the real `judge`; raises `AgoraError` where that finds another gain or fine."""
    for mismatch in check_trace(institution, plan.trace, market):
        raise AgoraError(
            f"the plan does not replay: {mismatch}", advice="This is a fault of certify; please report it."
        )


def _round(model: Model, state: int, action: int) -> PlannedRound:
    played = int(model.played[state, action])
    quantities = tuple(tuple(q / SCALE for q in row) for row in model.rounds.actions_e6[played].tolist())
    states = model.ladder.states[int(model.standing[state])]
    profits = tuple(p / SCALE for p in model.rounds.profit_e6[played].tolist())
    fines = tuple(f / SCALE for f in model.fine_e6[state, action, 0].tolist())
    name = model.plans.names[action] if played < len(model.plans) else "limited by a sanction"
    return PlannedRound(name, quantities, states, profits, fines)


def _long_run(model: Model, policy: NDArray[np.int64], path: Path) -> NDArray[np.float64]:
    """How often each state is met in the long run, [S]."""
    weight = np.zeros(model.states)
    if len(model.chance) == 1:
        cycle = list(path.states[path.prelude :])
        weight[cycle] = 1.0 / len(cycle)
        return weight
    successor = model.successor[np.arange(model.states), policy]
    now = np.zeros(model.states)
    now[0] = 1.0
    for step in range(2 * _SETTLING):
        if step >= _SETTLING:
            weight += now / _SETTLING
        spread = (now[:, None] * model.chance).ravel()
        now = np.asarray(np.bincount(successor.ravel(), weights=spread, minlength=model.states), dtype=np.float64)
    return weight


def _trace(model: Model, path: Path, name: str, gain: float | None) -> Trace:
    agents = [*model.agents]
    rounds = []
    for state, action in zip(path.states, path.actions, strict=True):
        quantities = model.rounds.actions_e6[int(model.played[state, action])] / SCALE
        rows = {agent: tuple(row) for agent, row in zip(agents, quantities.tolist(), strict=True)}
        rounds.append(TraceRound(quantities=rows))
    over = len(rounds) - path.prelude
    expect = Outcome(gain_per_round=gain, over_last=over) if gain is not None and over else None
    return Trace(name=name, rounds=folded(rounds), expect=expect)
