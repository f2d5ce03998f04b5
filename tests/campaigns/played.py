"""Plays a shipped campaign for a test, and reads its tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from agoranomos.analysis.campaign import summarise
from agoranomos.cli.entry import run_command

CAMPAIGNS = Path(__file__).resolve().parents[2] / "campaigns"


def play(campaign: str, out: Path, *settings: str, workers: int | None = None) -> Path:
    """The folder of the campaign, played with these `--set` settings."""
    words = ["run", str(CAMPAIGNS / f"{campaign}.yaml"), "--out", str(out)]
    for setting in settings:
        words += ["--set", setting]
    assert run_command([*words, *(["--workers", str(workers)] if workers else [])]) == 0
    return next(out.iterdir())


def tables(folder: Path, *names: str) -> tuple[pd.DataFrame, ...]:
    """The tables of these names."""
    return tuple(pq.read_table(folder / "tables" / f"{name}.parquet").to_pandas() for name in names)


def money_by_arm(folder: Path) -> dict[str, dict[str, float]]:
    """By arm: the mean price, and a firm's profit, fines and what is left (`net`) a round."""
    (agents,) = tables(folder, "agents")
    agents["net"] = agents.profit - agents.fine
    means = agents.groupby("arm")[["profit", "fine", "net"]].mean()
    price = {arm.arm.name: arm.means["price"].point for arm in summarise(folder).arms}
    return {arm: {"price": price[arm], **row} for arm, row in means.to_dict("index").items()}
