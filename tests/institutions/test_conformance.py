"""The shipped institutions, and some that must not pass, against what every institution must satisfy."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from agoranomos.institutions import Institution
from agoranomos.workspace import library_root
from conformance.institution import InstitutionConformance
from institutions.playing import FAITHFUL, HARDENED, institution, text_of


class TestTheFaithfulGraph(InstitutionConformance):
    file: ClassVar[Path] = library_root() / "institutions" / f"{FAITHFUL}.yaml"


class TestTheHardenedGraph(InstitutionConformance):
    file: ClassVar[Path] = library_root() / "institutions" / f"{HARDENED}.yaml"


class _Planted(InstitutionConformance):
    runs = 4
    rounds = 14


def holds(check: Any, given: Institution) -> bool:
    try:
        check(given)
    except AssertionError:
        return False
    return True


def altered(old: str, new: str) -> Institution:
    text = text_of(FAITHFUL)
    assert old in text
    return institution(text.replace(old, new))


def test_the_conformance_tests_can_fail() -> None:
    checks = _Planted()
    sound = institution(text_of(FAITHFUL))
    harsh = altered("measure: cv, window: 5, at_least: 0.48", "measure: cv, window: 5, at_least: 0.2")
    blind = altered("when: high_concentration || specialisation", "when: high_concentration && specialisation && false")
    no_return = altered("clean_streak >= 2", "clean_streak >= 999")
    endless = altered("  - {rule: P3_restoration, from: suspended, to: active, on: expiry, fresh_evidence: true}\n", "")
    assert not holds(checks.test_innocent_play_is_not_sanctioned, harsh)
    assert holds(checks.test_the_guilty_are_sanctioned, sound)
    assert not holds(checks.test_the_guilty_are_sanctioned, blind)
    assert not holds(checks.test_there_is_a_way_back_from_wherever_the_guilty_get, no_return)
    assert holds(checks.test_it_is_free_of_static_errors, sound)
    assert not holds(checks.test_it_is_free_of_static_errors, endless)


def test_an_institution_without_notices_is_not_asked_for_them() -> None:
    silent = institution(text_of(FAITHFUL).split("notices:")[0])
    with pytest.raises(pytest.skip.Exception):
        _Planted().test_notices_are_told_in_every_state(silent)
