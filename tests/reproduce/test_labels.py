"""Labels are all pairs of the models that somebody has."""

from __future__ import annotations

import pytest

from agoranomos.agents import Roster
from agoranomos.documents import Source, parse_document
from agoranomos.errors import UsageError
from agoranomos.reproduce.labels import labels, rosters

THREE = ("mock/valid", "mock/colluder", "mock/best-response")


def test_three_models_make_the_papers_six_labels() -> None:
    a, b, c = THREE
    assert labels(THREE) == {
        "A-A": (a, a), "B-B": (b, b), "C-C": (c, c), "A-B": (a, b), "A-C": (a, c), "B-C": (b, c),
    }  # fmt: skip


def test_each_label_is_a_roster_that_seats_its_models() -> None:
    made = rosters(THREE, {"template": "cournot-cached", "temperature": 0.5})
    assert len(made) == 6
    for name, text in made.items():
        roster = parse_document(Source(name, text), Roster)
        assert tuple(entry.parameters["model"] for entry in roster.agents) == labels(THREE)[name.removesuffix(".yaml")]
        assert all(entry.parameters["temperature"] == 0.5 for entry in roster.agents)
    assert rosters(THREE, {}) == rosters(THREE, {})


@pytest.mark.parametrize(
    ("models", "why"),
    [
        ((), "0 models"),
        (("mock/valid", "mock/valid"), "named twice"),
        (("mok/valid",), "unknown model"),
        (("m",) * 27, "27"),
    ],
)
def test_models_that_make_no_labels_are_told(models: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        labels(models)
