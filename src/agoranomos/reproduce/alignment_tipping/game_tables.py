"""Tables of coordination: rates beside the published ones, response curves, and what theory says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.randomness import named_generator
from agoranomos.reproduce.alignment_tipping.design import AGENTS, GAMES, REWARDS, THRESHOLDS
from agoranomos.reproduce.alignment_tipping.played import Array, Played
from agoranomos.reproduce.alignment_tipping.published import published, recovered
from agoranomos.reproduce.alignment_tipping.role_play_tables import OVER_SETTINGS, SEED
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.scenarios.coordination.theory import unstable_point as predicted
from agoranomos.statistics import mean_interval, rate_interval
from agoranomos.statistics.tipping import success_effect, unstable_point, violation_rate

DEFAULT = "k1"
STARTED_AT = 4
"""The threshold at which first rounds were published."""


def ratio_of(rewards: str) -> float:
    """The incentive ratio k = (high - normal) / (normal - low) of a triple of rewards."""
    high, normal, low = REWARDS[rewards]
    return (high - normal) / (normal - low)


def theory_table() -> Table:
    """q*(t, k): the share of colluders from which colluding pays, by threshold and incentive ratio."""
    ordered = sorted(REWARDS, key=ratio_of)
    rows = [
        (f"t = {t}", [Cell(Value(predicted(AGENTS, t, ratio_of(rewards)), form="3")) for rewards in ordered])
        for t in THRESHOLDS
    ]
    note = (
        "Where each of 7 others colludes with probability q, colluding pays iff k P[M = t − 1] > P[M < t − 1], M ~ "
        "Bin(7, q). The lowest such q; a myopic best reply goes up from above it and down from below. A formula, and "
        "no estimate."
    )
    return Table(
        "unstable-points", "Theory: q*(t, k)", tuple(f"k = {ratio_of(r):g}" for r in ordered), rows_of(rows), note
    )


def by_threshold(arms: Sequence[Played]) -> Table:
    """The collusion rate in each of three rounds, with the default rewards, by player and threshold."""
    rows = []
    for one in arms:
        if one.levels.get("rewards", DEFAULT) == DEFAULT:
            found = violation_rate(one.chances, one.settings, _draws("games", one.name), of="all")
            title = f"{one.roster}, t = {_threshold(one)}"
            q = predicted(AGENTS, _threshold(one), ratio_of(DEFAULT))
            start = "above" if found[0].point > q else "below"
            rows.append(
                (
                    title,
                    [*(Cell(value_of(rate, "%")) for rate in found), Cell(None, f"{start} q* = {q:.3f}", "derived")],
                )
            )
    for series in published().series:
        if series.testbed.startswith("coordination"):
            cells = [Cell(None, f"{series.points[0][1]}%", series.mark), Cell(), Cell(), Cell()]
            rows.append((f"published: {series.agent}, t = 4 (n = {series.of})", cells))
    rounds = arms[0].moves.shape[1]
    columns = (*(f"round {r}" for r in range(1, rounds + 1)), "round 1 lies")
    return Table(
        "collusion", "Collusion by round and threshold, rewards of k = 1", columns, rows_of(rows), OVER_SETTINGS
    )


def trend_table(arms: Sequence[Played], roster: str) -> Table:
    """How much the collusion rate of one player rises from the first round to the last, by threshold and k."""
    ordered = sorted(REWARDS, key=ratio_of)
    by = {(_threshold(one), one.levels["rewards"]): one for one in arms if one.roster == roster}
    rows = []
    for t in THRESHOLDS:
        cells = []
        for rewards in ordered:
            one = by[t, rewards]
            games = np.array([np.nanmean(game, axis=0) for game in one.of_run()])
            found = mean_interval((games[:, -1] - games[:, 0]).tolist())
            cells.append(Cell(value_of(found), *_PUBLISHED_TREND.get((t, rewards), ("", ""))))
        rows.append((f"t = {t}", cells))
    note = (
        "Share of colluders in the last round less that in the first; mean over games with Student's interval. "
        "Published in words: up at 2 and 4, to about 0 at 6 and 8, and at 6 up for k = 4 only; of other k than 1 at "
        "other thresholds nothing was found."
    )
    columns = tuple(f"k = {ratio_of(rewards):g}" for rewards in ordered)
    return Table(f"trend-{roster}", f"{roster}: from the first round to the last", columns, rows_of(rows), note)


_PUBLISHED_TREND = {
    **{(t, DEFAULT): ("up", "found") for t in (2, 4)},
    **{(6, rewards): ("down", "found") for rewards in REWARDS},
    (6, "k4"): ("up", "found"),
    (8, DEFAULT): ("down", "found"),
}
"""Of other k than the default one the sources say something at t = 6 alone."""


def after_success_table(arms: Sequence[Played]) -> Table:
    """How much more often agents collude after a success than after a failure."""
    rows = []
    for one in arms:
        if one.levels.get("rewards", DEFAULT) == DEFAULT and _threshold(one) == 4:
            found = success_effect(
                one.moves, _succeeded(one), one.runs, one.settings, _draws("success", one.name), chances=one.chances
            )
            rows.append((one.roster, [Cell(value_of(found))]))
    note = (
        "By how much more often agents collude after a round in which their own game succeeded than after one in which "
        "it did not, at t = 4, k = 1; what games are for good is taken out. Published in words is the rate after "
        "success. " + OVER_SETTINGS
    )
    return Table("after-success", "Collusion after success", ("difference",), rows_of(rows), note)


def _succeeded(one: Played) -> Array:
    """For each trajectory and round whether its group reached the threshold."""
    seeds, reached = np.array(one.runs), np.zeros_like(one.moves)
    for seed in dict.fromkeys(one.runs):
        mine = seeds == seed
        reached[mine] = np.nansum(one.moves[mine], axis=0) >= _threshold(one)
    return reached


def starts_table(arms: Sequence[Played]) -> Table:
    """What best replies make of the published first rounds at t = 4."""
    agents = {
        recovered(percent, one.of): one.agent
        for one in published().series
        if one.testbed.startswith("coordination")
        for _, percent in one.points
    }
    rows = []
    for one in arms:
        count = int(one.levels["start"].split("-")[1])
        found = violation_rate(one.moves, one.settings, _draws("starts", one.name), of="all")
        ends = [bool(np.nansum(game[:, -1]) >= STARTED_AT) for game in one.of_run()]
        cells = [Cell(value_of(rate, "%")) for rate in found] + [
            Cell(value_of(rate_interval(sum(ends), len(ends)), "%"))
        ]
        rows.append((f"from {count / AGENTS / GAMES:.1%}, as {agents[count]}", cells))
    note = (
        "Each agent first colludes with the published share, then replies best to independent play at the last "
        "observed one. Published: all three collude more after round 1. The last column has exact intervals over "
        "games. "
    )
    rounds = arms[0].moves.shape[1]
    columns = (*(f"round {r}" for r in range(1, rounds + 1)), "games with 4 or more in the last round")
    return Table(
        "starts",
        "Best replies from the published first rounds, t = 4, k = 1",
        columns,
        rows_of(rows),
        note + OVER_SETTINGS,
    )


def shares_of(arms: Sequence[Played], roster: str) -> tuple[Array, list[str]]:
    """The share of colluders [games, rounds] of all seeded arms of one player, and the setting of each game."""
    games, settings = [], []
    for one in arms:
        if one.roster == roster:
            games += [np.nanmean(game, axis=0) for game in one.of_run()]
            by_run = dict(zip(one.runs, one.settings, strict=True))
            settings += [by_run[seed] for seed in dict.fromkeys(one.runs)]
    return np.array(games), settings


def seeded_table(arms: Sequence[Played], threshold: int) -> Table:
    """The empirical unstable point of each player, beside theory's."""
    q = predicted(AGENTS, threshold, ratio_of(DEFAULT))
    rows = []
    for roster in dict.fromkeys(one.roster for one in arms):
        shares, settings = shares_of(arms, roster)
        found = unstable_point(shares, settings, _draws("seeded", roster))
        rows.append((roster, [Cell(value_of(found, "3")), Cell(Value(q, form="3"))]))
    note = (
        f"Where the response curve (share of colluders next, by the share now) crosses the diagonal from below, t = "
        f"{threshold}, "
        "k = 1, by isotonic regression; seeded agents are part of both shares. " + OVER_SETTINGS
    )
    return Table(
        "seeded", "Response to seeded colluders: the empirical unstable point", ("here", "q*"), rows_of(rows), note
    )


def _threshold(one: Played) -> int:
    return int(one.levels["threshold"].removeprefix("t"))


def _draws(*names: str) -> np.random.Generator:
    return named_generator(SEED, " ".join(names))
