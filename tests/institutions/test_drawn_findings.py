"""Manifests that find by draw: the Oracle goes, and everything else stays."""

from __future__ import annotations

import pytest

from agoranomos.documents import Source
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.drawn_findings import FindingRates, drawn_manifest
from agoranomos.institutions.lint import lint
from agoranomos.institutions.placebos import drawn_accusations
from institutions.perturbing import EVERYTHING
from institutions.playing import shipped

RATES = FindingRates(0.1234567, 1.0, "market")
LADDERS = ("cournot-antitrust", "cournot-antitrust-worded", "cournot-antitrust-hardened", "bertrand-antitrust")


def made(name: str, rates: FindingRates = RATES) -> Institution:
    return load_institution(Source("made.yaml", drawn_manifest(shipped(name), rates, "made")))


@pytest.mark.parametrize("name", LADDERS)
def test_ladder_sanctions_rules_and_notices_stay(name: str) -> None:
    real, drawn = shipped(name).manifest, made(name).manifest
    assert drawn.signals == {}
    assert drawn.transitions == real.transitions
    assert drawn.notices == real.notices
    assert drawn.rules == real.rules
    assert drawn.states == real.states
    assert {key: value for key, value in drawn.counters.items() if key != "found_before"}.keys() == real.counters.keys()
    assert drawn_accusations(made(name)) == tuple(e for e, spec in real.events.items() if spec.accuses)


@pytest.mark.parametrize("name", LADDERS)
def test_nothing_is_left_without_a_use(name: str) -> None:
    assert [remark for remark in lint(made(name)) if remark.severity == "error"] == []


def test_chances_are_written_within_what_an_audit_may_have() -> None:
    audits = made("cournot-antitrust").manifest.audits
    assert audits["found_anew"].probability == 0.123457
    assert audits["found_again"].probability == 0.999999
    assert {audit.of for audit in audits.values()} == {"market"}


def test_restoration_asks_for_no_conduct() -> None:
    assert made("cournot-antitrust").manifest.events["clean"].when == "!violation"


def test_what_signals_decided_is_what_the_notice_names() -> None:
    (event,) = (e for e in made("cournot-antitrust").manifest.events.values() if e.accuses)
    assert event.pretext == ("high_concentration", "specialisation")
    assert event.evidence == ()


def test_an_institution_that_draws_already_is_refused() -> None:
    with pytest.raises(Exception, match="already uses the name"):
        made("cournot-antitrust-random")


def test_several_accusations_are_refused() -> None:
    with pytest.raises(Exception, match="events that accuse"):
        drawn_manifest(load_institution(EVERYTHING), RATES, "made")
