"""The page docs/scenarios/die-roll.md, held against the code."""

import re
from fractions import Fraction
from pathlib import Path

from agoranomos.scenarios import COMMON_KINDS, DelegatedSpec
from agoranomos.scenarios.die_roll import DieRollSpec, Terms
from agoranomos.scenarios.die_roll.env import PLAYS
from agoranomos.scenarios.die_roll.measures import MEASURE_KINDS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/scenarios/die-roll.md").read_text()


def test_the_thresholds_are_those_of_the_code():
    terms = Terms.of(DieRollSpec(check={"fine": 2.0}))
    row = re.search(r"\| p\\\* at half a cent a point and a fine of 2 cents \| (.*) \|", PAGE)[1]
    assert [Fraction(cell) for cell in row.split(" | ")] == [terms.threshold(roll) for roll in range(1, 7)]


def test_every_key_measure_play_file_and_roster_is_named():
    keys = set(DieRollSpec.model_fields) - set(DelegatedSpec.model_fields)
    names = keys | {name.removesuffix("_e6") for name in set(MEASURE_KINDS) - set(COMMON_KINDS)} | set(PLAYS)
    names |= {path.stem for folder in ("scenarios", "agents") for path in (ROOT / folder).glob("die-roll*.yaml")}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
