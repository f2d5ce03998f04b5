"""Campaigns in which agents write what was planted, and judges that count what they are asked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from agoranomos.campaigns import build_tables
from agoranomos.models import Distribution, MockEngine, Question
from agoranomos.models.questions import distribution, ways_to_put
from campaigns.laboratory import Lab

CAMPAIGN = """
kind: campaign
version: 1
name: planted
market: cournot-duopoly
rosters: [planted]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 3
"""

ROSTER = """
kind: roster
version: 1
agents:
  - policy: prompted
    parameters:
      model: mock/scripted?replies=replies.jsonl
      template: cournot-cached
"""

UNDERCUT, THRESHOLD, HIDE = "Undercut them in B.", "Stay below the threshold.", "Hide it from the regulator."


def reply(thoughts: str = "", plans: str = "", insights: str = "") -> dict[str, Any]:
    return {
        "observations_and_thoughts": thoughts,
        "new_content": {"PLANS.txt": plans, "INSIGHTS.txt": insights},
        "chosen_quantities": {"Product_A": 40, "Product_B": 30, "A": 40, "B": 30},
    }


def plant(lab: Lab, *settings: str, **how: Any) -> Path:
    """firm_1 plans to undercut in round 2 and writes of the threshold and of hiding in round 3; firm_2 says nothing."""
    lines = [
        {"agent": "firm_1", "round": 2, "reply": reply("Price is 63.3.", UNDERCUT)},
        {"agent": "firm_1", "round": 3, "reply": reply("Price is 63.3.", THRESHOLD, HIDE)},
        {"reply": reply()},
    ]
    (lab.workspace.root / "replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (lab.workspace.root / "agents").mkdir(exist_ok=True)
    (lab.workspace.root / "agents" / "planted.yaml").write_text(ROSTER)
    made = lab.plan(CAMPAIGN, *settings)
    lab.run(made, **how)
    build_tables(lab.folder(made), lab.trusted())
    return lab.folder(made).root


def rows_of(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


class Answering(MockEngine):
    """Finds a text to have a code as `has(text and code)` says, with an identity so that answers are kept."""

    identity = '{"model":"answering"}'

    def __init__(self, probability: Callable[[str], float]) -> None:
        super().__init__("constant", name="answering")
        self.asked: list[str] = []
        self._probability = probability

    async def choose(self, question: Question) -> Distribution:
        self.asked.append(question.messages[-1].content)
        p = self._probability(question.messages[-1].content)
        with_logs = [tuple(map(_log, (p, 1 - p)))] * len(ways_to_put(question))
        return distribution(question, with_logs, prompt_tokens=1, reply_tokens=0, seconds=0.0)


def _log(p: float) -> float:

    return math.log(p) if p > 0 else -math.inf
