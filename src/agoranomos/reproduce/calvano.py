"""Algorithmic collusion, run again: how far above Nash Q-learners end, and what they do when one of them undercuts.

Source: Calvano, Calzolari, Denicolo and Pastorello (2020), American Economic Review 110(10): 3267-3297.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agoranomos.learning.impulse import impulse_response
from agoranomos.learning.limit_cycle import limit_play, profit_gain
from agoranomos.learning.q_learning import Floats
from agoranomos.learning.q_learning_draws import session_key
from agoranomos.learning.q_learning_reference import Learned
from agoranomos.learning.session_runs import sessions
from agoranomos.reproduce.calvano_settings import CalvanoSettings, Setting, paper_setting
from agoranomos.reproduce.kept_sessions import KeptSessions, Row
from agoranomos.statistics import Interval, mean_interval

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class CalvanoResult:
    """What all sessions found, also those that were given up (`sessions - converged`).

    `gain` is Delta with its 95% interval over sessions, `gains` each session's; `net` is Delta of profits after fines.
    `deviator` and `others` are mean
    prices relative to those before the deviation; `deviation_gain` and `deviation_net` what it brings at once and in
    all, in the deviator's profits of one period; the three are None where nobody could gain at once.
    """

    sessions: int
    converged: int
    session_periods: int
    periods: float
    gain: Interval
    gains: Floats
    net: Interval
    price: float
    cycles: dict[int, int]
    deviator: Floats | None
    others: Floats | None
    deviation_gain: float | None
    deviation_net: float | None
    unprofitable: float | None
    returned: float | None


def reproduce_calvano(
    settings: CalvanoSettings,
    folder: Path | None = None,
    *,
    setting: Setting | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> CalvanoResult:
    """Play the sessions that `folder` does not hold yet, `workers` at a time, and say what all of them found.

    The result depends on the settings alone. Raises `UsageError` where the folder holds another study.
    """
    played = setting or paper_setting()
    kept = KeptSessions(folder, settings.described(played))
    missing = [number for number in range(settings.sessions) if number not in kept.rows]
    if progress is not None:
        progress(settings.sessions - len(missing), settings.sessions)
    for number, learned in sessions(played.game, settings.rule, settings.seed, missing, workers=workers):
        kept.keep(number, _found(played, settings, learned, number))
        if progress is not None:
            progress(sum(n < settings.sessions for n in kept.rows), settings.sessions)
    return _result([kept.rows[number] for number in range(settings.sessions)])


def _found(played: Setting, settings: CalvanoSettings, learned: Learned, number: int) -> Row:
    limit = limit_play(played.game, learned, session_key(settings.seed, number))
    impulse = impulse_response(played.stage, played.game, learned.greedy, limit, settings.rule.discount, played.levels)
    joint = [played.game.actions_of(int(one)) for one in limit.joints]
    prices = [[level[a] for level, a in zip(played.levels, actions, strict=True)] for actions in joint]
    return {
        "periods": learned.periods,
        "converged": learned.converged,
        "gain": profit_gain(limit.profits, played.nash, played.monopoly),
        "net": profit_gain(limit.rewards, played.nash, played.monopoly),
        "profits": limit.profits.tolist(),
        "price": float(np.mean(prices)),
        "cycle": len(limit.joints) if limit.repeats else 0,
        "impulse": None
        if impulse is None
        else {
            "deviator": impulse.deviator.tolist(),
            "others": impulse.others.tolist(),
            "gain": impulse.gain,
            "net": impulse.net,
            "unprofitable": impulse.unprofitable,
            "returned": impulse.returned,
        },
    }


def _result(rows: list[Row]) -> CalvanoResult:
    gains = np.array([row["gain"] for row in rows], dtype=np.float64)
    shown = [row["impulse"] for row in rows if row["impulse"] is not None]
    lengths = [row["cycle"] for row in rows if row["cycle"]]

    def mean(key: str) -> float | None:
        return float(np.mean([one[key] for one in shown])) if shown else None

    def path(key: str) -> Floats | None:
        return np.mean([one[key] for one in shown], axis=0) if shown else None

    return CalvanoResult(
        sessions=len(rows),
        converged=sum(row["converged"] for row in rows),
        session_periods=sum(row["periods"] for row in rows),
        periods=float(np.mean([row["periods"] for row in rows])),
        gain=mean_interval(gains),
        gains=gains,
        net=mean_interval([row["net"] for row in rows]),
        price=float(np.mean([row["price"] for row in rows])),
        cycles={length: lengths.count(length) for length in sorted(set(lengths))},
        deviator=path("deviator"),
        others=path("others"),
        deviation_gain=mean("gain"),
        deviation_net=mean("net"),
        unprofitable=mean("unprofitable"),
        returned=mean("returned"),
    )
