"""The two digests of an institution, and what reading one gives."""

from __future__ import annotations

import hashlib
import re

import pytest

from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions import bind
from agoranomos.institutions.manifest import Event
from agoranomos.markets.cournot_v0 import parallel_env
from agoranomos.markets.facts import MeasureKind
from institutions.playing import FAITHFUL, HARDENED, SHIPPED, duopoly_facts, institution, shipped, text_of


@pytest.mark.parametrize("name", SHIPPED)
def test_layout_comments_and_titles_change_the_bytes_and_not_the_meaning(name: str) -> None:
    text = text_of(name)
    without_comments = "\n".join(re.sub(r"(^|\s)#.*$", "", line) for line in text.splitlines()) + "\n"
    told_otherwise = re.sub(r"(?m)^title: .*$", "title: Something else\nabout: At length.", text)
    spaced = text.replace("clean ? clean_streak + 1 : 0", "clean  ?  clean_streak + 1  : 0")
    commented = text.replace("initial: active", "initial:    active   # here")
    for changed in (without_comments, told_otherwise, spaced, commented):
        assert changed != text
        assert institution(changed).semantic_sha256 == shipped(name).semantic_sha256
        assert institution(changed).file_sha256 != shipped(name).file_sha256


MEANINGS = [
    ("at_least: 0.70", "at_least: 0.71"),
    ("window: 5, at_least: 0.48", "window: 6, at_least: 0.48"),
    ("rate: [0.35, 0.75, 1.00]", "rate: [0.35, 0.75, 1.01]"),
    ("floor: 200", "floor: 201"),
    ("cooldown: 1", "cooldown: 2"),
    ("lasts: 5 ", "lasts: 6 "),
    ("when: fine_tier == 3", "when: fine_tier >= 3"),
    ("least.case_streak >= 3", "least.case_streak >= 4"),
    ("clean_streak + 1 : 0", "clean_streak + 2 : 0"),
    ("credits: {max: 3", "credits: {max: 4"),
    ("label: CLEAR", "label: FREE"),
    ("No measure is open", "No measure at all is open"),
    ("Status: {status}.", "Standing: {status}."),
    ("on: expiry, fresh_evidence: true}", "on: expiry}"),
    ("suspend: true", "cap: 0"),
    ("attribute: A firm\n    deontic: must not", "attribute: A company\n    deontic: must not"),
    ("evidence: [high_concentration, specialisation,", "evidence: [specialisation, high_concentration,"),
    ("set: {credits: credits - 1}", "set: {credits: credits - 2}"),
]


@pytest.mark.parametrize(("old", "new"), MEANINGS, ids=lambda text: text.strip()[:30])
def test_every_threshold_rate_guard_and_notice_is_part_of_the_meaning(old: str, new: str) -> None:
    text = text_of(FAITHFUL)
    assert old in text
    assert institution(text.replace(old, new, 1)).semantic_sha256 != shipped(FAITHFUL).semantic_sha256


SMALL = """\
kind: institution
version: 1
name: small
states: {a: {label: A, about: why}, about: {label: B}}
initial: a
counters: {about: {max: 3, about: seen}}
events: {e: {when: "about > 1"}}
transitions:
  - {rule: R, from: a, to: about, on: e, set: {about: "1"}, about: because}
"""


def test_a_part_that_is_named_about_counts_and_what_is_said_about_a_part_does_not() -> None:
    digest = institution(SMALL).semantic_sha256
    for prose in ("about: why", "about: seen", "about: because"):
        assert institution(SMALL.replace(prose, prose + "ever")).semantic_sha256 == digest
    for meaning, changed in (("about: {label: B}", "about: {label: C}"), ('{about: "1"}', '{about: "2"}')):
        assert institution(SMALL.replace(meaning, changed)).semantic_sha256 != digest
    assert institution(SMALL.replace("{max: 3, about: seen}", "{max: 4, about: seen}")).semantic_sha256 != digest


def test_the_file_digest_is_of_the_exact_bytes() -> None:
    path = text_of(HARDENED).encode()
    assert shipped(HARDENED).file_sha256 == hashlib.sha256(path).hexdigest()


def test_one_number_has_one_digest_however_it_is_written() -> None:
    text = text_of(FAITHFUL)
    assert institution(text.replace("floor: 200", "floor: 2.0e+2")).semantic_sha256 == shipped(FAITHFUL).semantic_sha256


def test_without_evidence_a_case_cites_the_signals_of_its_condition() -> None:
    text = text_of(FAITHFUL).replace(
        "    evidence: [high_concentration, specialisation, synchronous_move, variance_collapse]\n", ""
    )
    assert institution(text).evidence["violation"] == ("high_concentration", "specialisation")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("measure: hhi, window: 5, at_most", "measure: hhj, window: 5, at_most", "no measure 'hhj'"),
        ("measure: cv", "measure: cvv", "Did you mean 'cv'?"),
        ("measure: share", "measure: shares", "Did you mean 'share'?"),
        ("measure: share", "measure: hhi", "needs a measure of each agent"),
        ("specialisation: {statistic: mean, measure: cv,", "specialisation: {goods: all, statistic: mean, measure: cv,",
         "`goods` is for measures of goods"),
        ("synchronous-move, measure: quantity", "synchronous-move, measure: hhi", "synchronous-move needs"),
        ("dispersion-collapse, measure: quantity", "dispersion-collapse, measure: cv", "dispersion-collapse needs"),
        ("measure: hhi\n    window: 5\n    at_least: 0.70", "measure: cv\n    window: 5\n    at_least: 0.70",
         "good by good, needs a signal that is, too"),
        ('"firms == 2.0 ? 0.6 : 1.5 / firms"', '"1.0 / (firms - 2.0)"', "a number was expected"),
    ],
)  # fmt: skip
def test_what_a_market_does_not_publish_is_refused_when_bound(old: str, new: str, words: str) -> None:
    text = text_of(FAITHFUL)
    assert old in text
    with pytest.raises(UsageError) as refused:
        bind(institution(text.replace(old, new, 1)), duopoly_facts())
    assert words in str(refused.value)
    assert "cannot govern market" in str(refused.value)


def test_fines_need_profits_and_benchmarks() -> None:
    facts = parallel_env().facts
    import msgspec

    without_profit = msgspec.structs.replace(
        facts, measures={name: kind for name, kind in facts.measures.items() if name != "profit_e6"}
    )
    with pytest.raises(UsageError, match="publishes no `profit_e6`"):
        bind(shipped(FAITHFUL), without_profit)
    without_nash = msgspec.structs.replace(
        facts, measures={name: kind for name, kind in facts.measures.items() if name != "nash_profit_e6"}
    )
    with pytest.raises(UsageError, match="publishes no `nash_profit_e6`"):
        bind(shipped(HARDENED), without_nash)
    by_gaps = institution(re.sub(r", floor: [\d.]+", "", text_of(HARDENED).replace("above: nash", "of: gap")))
    with pytest.raises(UsageError, match="publishes no `violation_e6`"):
        bind(by_gaps, facts)
    broken = {**facts.measures, "violation_e6": MeasureKind(("firm",), "broke the rule")}
    with pytest.raises(UsageError, match="no profit at `comply`"):
        bind(by_gaps, msgspec.structs.replace(facts, measures=broken))
    alike = {"comply": facts.benchmarks["nash"], "violate": facts.benchmarks["nash"]}
    with pytest.raises(UsageError, match="earns all of them what keeping it does"):
        bind(by_gaps, msgspec.structs.replace(facts, measures=broken, benchmarks={**facts.benchmarks, **alike}))


def test_a_fine_is_of_a_part_of_profit_or_of_gaps() -> None:
    with pytest.raises(UsageError, match="one of them was expected"):
        institution(text_of(HARDENED).replace("above: nash", "above: nash, of: gap"))


def test_an_accusation_that_can_never_be_made_is_refused() -> None:
    """In the tight duopoly the joint monopoly's prices are Nash's, so there is no elevation to see."""
    tight = parallel_env(capacity=60).facts
    with pytest.raises(UsageError, match="can never happen: price_elevation is undefined in this market"):
        bind(shipped(HARDENED), tight)
    assert bind(shipped(FAITHFUL), tight).facts is tight


def test_a_fine_over_the_evidence_needs_an_accusation() -> None:
    text = text_of(HARDENED).replace(
        "{rule: H2_restoration, from: warning, to: active, on: expiry}",
        "{rule: H2_restoration, from: warning, to: active, on: expiry, fine: {rate: 1, over: evidence}}",
    )
    with pytest.raises(DocumentError, match="'expiry' opens no case"):
        institution(text)


def test_evidence_reaches_as_far_as_the_signals_that_decide() -> None:
    facts = parallel_env().facts
    assert bind(shipped(HARDENED), facts).spans == {"violation": 10}
    assert bind(shipped(FAITHFUL), facts).spans == {"violation": 5}  # though a supporting signal reads six rounds


def test_a_signal_that_only_supports_is_computed_for_cases_alone() -> None:
    bound = bind(shipped(FAITHFUL), duopoly_facts())
    assert bound.supporting == {"synchronous_move", "variance_collapse"}
    assert bound.window == 6  # five steps are six rounds
    assert bind(institution(SMALL), duopoly_facts()).window == 1


def test_an_expressions_layout_is_nothing_but_its_strings_are_its_own() -> None:
    spaced = text_of(FAITHFUL).replace(
        "when: high_concentration || specialisation", "when: |\n      high_concentration\n        || specialisation"
    )
    assert institution(spaced).semantic_sha256 == shipped(FAITHFUL).semantic_sha256
    literal = text_of(FAITHFUL).replace("when: clean_streak >= 2,", "when: \"clean_streak >= 2 && state != 'a  //b'\",")
    edge = next(e for e in institution(literal).edges if e.spec.when and "//b" in e.spec.when)
    assert edge.spec.when == "clean_streak >= 2 && state != 'a  //b'"


def test_a_comment_inside_an_expression_is_refused() -> None:
    """On one line it would silence the rest of the rule."""
    text = text_of(FAITHFUL).replace(
        "when: high_concentration || specialisation",
        "when: |\n      high_concentration // prices are up\n      || specialisation",
    )
    with pytest.raises(DocumentError, match="write it as a YAML comment"):
        institution(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("""a  &&\n  state == 'x  y'""", """a && state == 'x  y'"""),
        ("""state == "it's  //"  &&  a""", """state == "it's  //" && a"""),
        ("""state != '''it's  a'''  ||  state != 'b  c'""", """state != '''it's  a''' || state != 'b  c'"""),
        (r"""state  != r'\'  && state != 'b  //'""", r"""state != r'\' && state != 'b  //'"""),
        (r"""state  != 'a\'  b'  && a""", r"""state != 'a\'  b' && a"""),
    ],
)
def test_layout_counts_inside_texts_alone(written: str, kept: str) -> None:
    assert Event(when=written).when == kept


@pytest.mark.parametrize("written", ["a // it's\n|| b != 'x'", "state == 'x' // 'y'", "a //"])
def test_a_comment_is_one_whatever_it_holds(written: str) -> None:
    with pytest.raises(ValueError, match="no `//` comment"):
        Event(when=written)
