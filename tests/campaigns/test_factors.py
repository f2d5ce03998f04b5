"""A campaign's matrix: factors multiply arms, change what they say, and refuse what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.planning import plan
from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError
from agoranomos.workspace import Workspace

HEAD = """\
kind: campaign
version: 1
name: swept
market: cournot-duopoly
rosters: [nash-noisy]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
seeds: 4
rounds: 6
"""


def planned(tmp_path: Path, text: str = "") -> object:
    return plan(Source("swept.yaml", HEAD + text), Workspace(tmp_path, "test"))


def test_institution_factor_is_crossed_with_governed_regimes_only(tmp_path: Path) -> None:
    made = planned(tmp_path, "factors: {window: {published: {}, short: {institution: {title: short}}}}\n")
    assert [arm.name for arm in made.arms] == ["ungoverned", "institutional.published", "institutional.short"]
    _, published, short = made.arms
    assert published.institution_name == "cournot-antitrust"
    assert short.institution_name == "cournot-antitrust-short"
    assert short.levels == (("window", "short"),)


def test_market_and_parameters_reach_every_arm(tmp_path: Path) -> None:
    made = planned(
        tmp_path,
        "factors:\n  demand: {thick: {}, thin: {market: {capacity: 60}}}\n  length: {short: {rounds: 3}, long: {}}\n",
    )
    assert len(made.arms) == 8
    thin = made.arm("ungoverned.thin.short")
    assert thin.rounds == 3
    assert thin.market.model_dump()["capacity"] != made.arm("ungoverned.thick.short").market.model_dump()["capacity"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("factors: {a: {x: {market: {capacty: 1}}}}", "capacity"),
        ("factors: {a: {x: {parameters: {nois: 1}}}}", "no policy"),
        ("factors: {a: {x: {rounds: 2}}, b: {y: {rounds: 3}}}", "two factors change `rounds`"),
        ("factors: {a: {x: {institution: {kind: market}}}}", "cannot be changed"),
        ("outcome: price\nhypotheses: {h: {first: institutonal, second: ungoverned}}", "institutional"),
        ("hypotheses: {h: {first: institutional, second: ungoverned}}", "names no outcome"),
        ("outcome: price\nstopping: {hypothesis: h}", "unknown hypothesis"),
        (
            "outcome: price\nhypotheses: {h: {first: institutional, second: ungoverned}}\nstopping: {hypothesis: g}",
            "Valid",
        ),
        ("batches: 9", "at most 4 was expected"),
        ("factors: {a: {x: {rounds: 2}, y: {rounds: 2}}}", "levels x and y say the same"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        planned(tmp_path, text + "\n")
    assert said in refused.value.message + refused.value.advice


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("batches: 9", "batches: 9"),
        ("factors:\n  a:\n    x:\n      market: {capacty: 1}", "market: {capacty: 1}"),
        ("factors:\n  a:\n    x: {}\n    y:\n      parameters: {nois: 1}", "parameters: {nois: 1}"),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(DocumentError) as refused:
        planned(tmp_path, text + "\n")
    written = (HEAD + text).splitlines()
    assert written[int(refused.value.place.split(":")[-2]) - 1].strip() == line


def test_batches_are_parts_of_the_seeds_in_their_order(tmp_path: Path) -> None:
    made = planned(tmp_path, "batches: 2\n")
    assert made.campaign.batch_of == {0: 1, 1: 1, 2: 2, 3: 2}


def test_one_wording_is_drawn_for_a_seed_the_same_in_every_arm(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir(parents=True)
    for number in range(3):
        (tmp_path / "policies" / f"w{number}.md").write_text(f"Text {number}.\n")
    text = HEAD.replace("ungoverned: {}", "told: {told: [w0, w1, w2]}\n  also: {told: [w0, w1, w2]}")
    made = plan(Source("swept.yaml", text), Workspace(tmp_path, "test"))
    first, second = made.arm("told"), made.arm("also")
    drawn = [first.told(seed) for seed in range(60)]
    assert drawn == [second.told(seed) for seed in range(60)]
    assert all(10 <= drawn.count(f"Text {number}.") <= 30 for number in range(3))
    assert [one["name"] for one in made.document["arms"][0]["wordings"]] == ["w1", "w2"]
