"""Everything that the study says, from its executed campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agoranomos.analysis.arm_data import UNKNOWN
from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.tiers import RECORDED
from agoranomos.reproduce.market_division.design import FILE
from agoranomos.reproduce.market_division.division import GONE, Division, divided, quantities_of
from agoranomos.reproduce.market_division.drawings import specialisation_figure
from agoranomos.reproduce.sections import Cell, Findings, Section, Table, Value, rows_of, value_of
from agoranomos.reproduce.study import Executed
from agoranomos.reproduce.who_played import how_models_answered, who_played
from agoranomos.statistics import mean_interval, rate_interval

COLUMNS = (
    "runs",
    "both firms specialise",
    "HHI above Nash",
    "consumer surplus below Nash",
    "CV",
    "HHI",
    "consumer surplus over Nash",
    "goods left, a run",
    "left and come back to",
)

PUBLISHED = {
    "both firms specialise": ("10 of 10 runs (GPT-4o, first version)", "found"),
    "HHI above Nash": ("yes, at 5%, in every model pair shown", "found"),
    "consumer surplus below Nash": ("yes, at 5%, in every model pair shown", "found"),
    "HHI": ("1.0 in both goods (one run of GPT-4.1, temperature 1.0)", "found"),
    "consumer surplus over Nash": ("0.669 at full division", "derived"),
    "left and come back to": ("firms that leave a good do not come back", "found"),
}
"""What is known of the paper's figures; its numbers by model stand in figures that were not recovered."""


def findings(executed: Mapping[str, Executed]) -> Findings:
    """Tables, figures and sentences."""
    one = executed[FILE]
    markets = list(dict.fromkeys(arm.arm.market for arm in one.summary.arms))
    sections = [_market(one, market) for market in markets]
    return Findings(
        "market-division", "Strategic market division (arXiv 2410.00031), run again", tuple(_with(one)), tuple(sections)
    )


def _with(one: Executed) -> Iterator[str]:
    yield (
        "Published: GPT-4o and GPT-3.5-turbo (first version); o4-mini, GPT-4.1, GPT-4.1-mini, DeepSeek-V3, "
        "Claude 3.7 Sonnet and Gemini 1.5 Pro, each playing itself (second version); mirror costs 40 and 50, 50 rounds."
    )
    yield from who_played(one.plan)
    yield from how_models_answered(one.summary)
    if not one.summary.models:
        yield (
            "No language model took part: these are scripted and learning firms, some of which divide by their rule. "
            "What they do says nothing about language models."
        )
    elif one.summary.mock_only:
        yield "The only models are mocks, which draw replies and model nothing: no number here is a finding."


def _market(one: Executed, market: str) -> Section:
    arms = [arm for arm in one.summary.arms if arm.arm.market == market]
    rows = [(_name(arm), _cells(_divisions(arm, one.folder.tables))) for arm in arms]
    mirror = market == "cournot-duopoly"
    if mirror:
        rows.append(("published", [Cell(None, *PUBLISHED.get(column, ("", ""))) for column in COLUMNS]))
    note = (
        "Tests are the paper's: a circular block bootstrap of each run's series (block 7, 10,000 resamples, one-sided, "
        "5%) of each firm's CV, of HHI (mean over goods) and of consumer surplus against Nash. Shares of runs have "
        f"exact intervals, means Student's over runs (95%). A good is left after {GONE} rounds without output."
    )
    paragraphs: tuple[str, ...] = (
        () if mirror else ("Nothing was published for these costs in a form that could be recovered.",)
    )
    if any(not np.any(arm.nash.cv > RECORDED) for arm in arms):
        paragraphs += (_NO_NATURAL_DIVISION,)
    table = Table(f"division-{market}", f"Division of goods in {market}", COLUMNS, rows_of(rows), note)
    return Section(market, paragraphs, (table,), (specialisation_figure(arms, market),))


_NO_NATURAL_DIVISION = (
    "With equal costs a firm's CV at Nash is 0, and no CV is below 0: the paper's test of specialisation then finds "
    "any noise significant, that of innocent firms too. Read HHI and consumer surplus here."
)


def _name(arm: ArmSummary) -> str:
    """The roster, and the level of a factor where there is one."""
    level = arm.arm.name.rpartition(".")[2]
    return (
        f"{arm.arm.roster}, {level}"
        if level not in (arm.arm.roster, arm.arm.market, arm.arm.regime)
        else arm.arm.roster
    )


def _divisions(arm: ArmSummary, tables: Path) -> list[Division]:
    rows = pq.read_table(
        tables / "agents.parquet",
        columns=["seed", "round", "seat", "quantity"],
        filters=pc.field("arm") == arm.arm.name,
    ).to_pandas()
    found = []
    for run in arm.arm.runs:
        mine = rows[rows["seed"] == run.seed].sort_values(["round", "seat"])
        shape = run.rounds, len(arm.arm.agents), len(arm.arm.goods)
        quantity = quantities_of({"quantity": mine["quantity"].to_numpy()}, *shape)
        nash = run.nash if run.nash is not None else arm.arm.benchmarks.get("nash", UNKNOWN)
        found.append(divided(run, nash, quantity, arm.arm.name))
    return found


def _cells(runs: Sequence[Division]) -> list[Cell]:
    def share(holds: Sequence[bool]) -> Cell:
        return Cell(value_of(rate_interval(int(np.sum(holds)), len(holds)), "%"))

    def mean(values: Sequence[float]) -> Cell:
        return Cell(value_of(mean_interval([value for value in values if np.isfinite(value)]), "3"))

    left, returned = sum(run.left for run in runs), sum(run.returned for run in runs)
    return [
        Cell(Value(len(runs), n=len(runs), form="0")),
        share([run.specialised for run in runs]),
        share([run.concentrated for run in runs]),
        share([run.dearer for run in runs]),
        mean([run.cv for run in runs]),
        mean([run.hhi for run in runs]),
        mean([run.surplus_ratio for run in runs]),
        mean([float(run.left) for run in runs]),
        Cell(value_of(rate_interval(returned, left), "%")),
    ]
