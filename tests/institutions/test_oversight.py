"""What the authority can see: audits, readings in error, late, of public measures only, and benchmarks unknown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import bind, replay
from agoranomos.institutions.draws import round_draws, salt, uniform
from agoranomos.institutions.entries import decode_entry
from institutions.playing import DIVISION, FIRMS, NASH, duopoly_facts, institution, play, recorded, shipped

TEXT = """\
kind: institution
version: 1
name: small
states: {free: {label: FREE}}
initial: free
OVERSIGHT
signals: {high: {statistic: mean, measure: MEASURE, window: 1, at_least: AT_LEAST, goods: mean}}
events: {offence: {when: GUARD, accuses: R}}
transitions: [{rule: R, from: free, to: free, on: offence, fine: {rate: 0, floor: 7}}]
"""


def text(oversight: str, *, measure: str = "price_elevation", at_least: str = "0.5", guard: str = "high") -> str:
    found = TEXT.replace("OVERSIGHT", oversight).replace("MEASURE", measure)
    return found.replace("AT_LEAST", at_least).replace("GUARD", guard)


def accused(given: str, plan: Any = DIVISION, rounds: int = 40, **options: Any) -> list[tuple[int, str]]:
    moments = play(institution(given), plan, rounds, **options)
    return [(n, case.agent) for n, m in enumerate(moments, 1) for case in m.judgement.cases]  # type: ignore[union-attr]


def audits(probability: float, of: str = "agent") -> str:
    return f"audits: {{look: {{probability: {probability}, of: {of}}}}}"


def test_an_audit_takes_place_where_the_runs_draw_says_so() -> None:
    found = accused(text(audits(0.25), guard="look && high"), seed=3)
    expected = [
        (number, firm)
        for number in range(1, 41)
        for draw, firm in zip(round_draws(3, number, FIRMS), FIRMS, strict=True)
        if uniform(draw, salt("audit look")) < 2**53 * 0.25
    ]
    assert found == expected
    assert 8 <= len(found) <= 32


def test_more_audits_are_the_same_ones_and_others() -> None:
    few, many = (set(accused(text(audits(p), guard="look && high"))) for p in (0.2, 0.6))
    assert few < many


def test_an_audit_of_the_market_is_of_everybody() -> None:
    found = accused(text(audits(0.3, "market"), guard="look && high"))
    assert found
    assert {firm for _, firm in found} == set(FIRMS)
    assert len(found) == 2 * len({number for number, _ in found})


def test_the_rate_of_audits_is_the_probability() -> None:
    found = accused(text(audits(0.1), guard="look"), NASH, 1000)
    assert abs(len(found) / 2000 - 0.1) < 0.02


@pytest.mark.parametrize(
    "oversight",
    [audits(0.5), "observation: {error: {price_elevation: 0.4}}", "observation: {benchmarks: {estimated: 0.4}}"],
)
def test_what_was_drawn_is_recorded_and_replayed(oversight: str) -> None:
    guard = "look && high" if "audits" in oversight else "high"
    lines = recorded(institution(text(oversight, guard=guard)), DIVISION, 12, seed=5)
    assert replay(lines).rounds == 12
    bodies = [entry.body for line in lines if (entry := decode_entry(line)).kind == "round"]
    assert all(len(body.draws) == 2 for body in bodies)
    steady = {body.run_draw for body in bodies}
    assert len(steady) == 1
    assert (steady == {0}) == ("estimated" not in oversight)


def test_an_error_in_reading_accuses_the_innocent_and_misses_the_guilty() -> None:
    exact = text("", at_least="0.5")
    assert accused(exact, NASH) == []
    assert len(accused(exact, DIVISION)) == 80
    noisy = text("observation: {error: {price_elevation: 1.0}}")
    assert 0 < len(accused(noisy, NASH)) < 60
    assert 20 < len(accused(noisy, DIVISION)) < 80


def test_the_error_has_the_deviation_that_the_manifest_says() -> None:
    values = []
    for at_least in (-0.5, 0.0, 0.5):
        given = text("observation: {error: {price_elevation: 0.5}}", at_least=str(at_least))
        values.append(len(accused(given, NASH, 2000)) / 4000)
    # The mean over two goods of independent errors has deviation 0.5 / sqrt 2: the thresholds lie 1.41 of them away.
    assert values == pytest.approx([0.9214, 0.5, 0.0786], abs=0.03)


def test_an_estimated_benchmark_is_off_the_same_way_all_run_long() -> None:
    given = text("observation: {benchmarks: {estimated: 1.0}}")
    per_run = [len(accused(given, NASH, 5, seed=seed)) for seed in range(40)]
    assert set(per_run) == {0, 10}


def test_the_oracle_sees_late() -> None:
    once = lambda number, _: DIVISION if number == 4 else NASH  # noqa: E731
    assert {number for number, _ in accused(text(""), once, 12)} == {4}
    assert {number for number, _ in accused(text("observation: {lag: 3}"), once, 12)} == {7}


def test_fresh_evidence_keeps_what_was_not_seen_yet() -> None:
    given = text("observation: {lag: 3}").replace("floor: 7}}", "floor: 7}, fresh_evidence: true}")
    twice = lambda number, _: DIVISION if number in (4, 6) else NASH  # noqa: E731
    assert {number for number, _ in accused(given, twice, 12)} == {7, 9}


def test_a_late_fine_is_a_share_of_the_profit_that_was_seen() -> None:
    given = text("observation: {lag: 2}").replace("rate: 0, floor: 7", "rate: 0.5")
    once = lambda number, _: DIVISION if number == 4 else NASH  # noqa: E731
    moments = play(institution(given), once, 8)
    assert [moment.fine() for moment in moments] == pytest.approx([0, 0, 0, 0, 0, 900, 0, 0])


def refused(given: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        bind(institution(given), duopoly_facts())


def test_what_is_not_public_cannot_be_judged() -> None:
    public = "observation: {sees: public}"
    bind(institution(text(public)), duopoly_facts())
    refused(text(public, measure="hhi"), "'hhi', which is not public")
    refused(text(public).replace("rate: 0,", "rate: 0.5,"), "is a share of profits, which are not public")


def test_without_benchmarks_nothing_is_held_against_one() -> None:
    none = "observation: {benchmarks: none}"
    bind(institution(text(none, measure="hhi")), duopoly_facts())
    refused(text(none), "'price_elevation', which needs the benchmarks")
    refused(text(none, measure="hhi", at_least='"nash"'), "compares with 'nash', but it has no benchmarks")
    above = text(none, measure="hhi").replace("rate: 0,", "rate: 1, above: nash,")
    refused(above, "counts from nash, but it has no benchmarks")


def test_an_error_in_what_nothing_reads_is_refused() -> None:
    refused(text("observation: {error: {hhi: 0.1}}"), "no signal reads it")
    refused(text("observation: {benchmarks: {estimated: 0.1}}", measure="hhi"), "no signal reads a measure relative")


@pytest.mark.parametrize("oversight", ["observation: {}", "observation: {sees: all, lag: 0}", audits(1.0), audits(0)])
def test_oversight_that_says_nothing_is_refused(oversight: str) -> None:
    with pytest.raises(AgoraError):
        institution(text(oversight, guard="high && look" if "audits" in oversight else "high"))


def test_a_threshold_may_name_a_benchmark() -> None:
    at = {}
    for words in ("nash", "monopoly", "0.5 * nash + 0.5 * monopoly", "goods * nash"):
        bound = bind(institution(text("", measure="hhi", at_least=f'"{words}"')), duopoly_facts())
        at[words] = bound.signals["high"].threshold  # type: ignore[attr-defined]
    assert list(at.values()) == [537_190, 1_000_000, 768_595, 1_074_380]
    plain = duopoly_facts()
    stripped = type(plain)(plain.market, plain.agents, plain.goods, plain.measures, {})
    with pytest.raises(UsageError, match="gives no 'hhi' at 'nash'"):
        bind(institution(text("", measure="hhi", at_least='"nash"')), stripped)


def test_a_manifest_without_oversight_keeps_its_digest() -> None:
    # The digests before these keys were part of the language.
    assert shipped("cournot-antitrust").semantic_sha256[:12] == "11164c80a252"
    assert shipped("cournot-antitrust-hardened").semantic_sha256[:12] == "9cb27e2a6945"


def test_every_key_of_oversight_is_part_of_the_meaning() -> None:
    variants = [
        text(""),
        text(audits(0.5), guard="look && high"),
        text(audits(0.4), guard="look && high"),
        text(audits(0.4, "market"), guard="look && high"),
        *(
            text(f"observation: {{{words}}}")
            for words in ("lag: 1", "lag: 2", "sees: public", "error: {price_elevation: 0.1}", "benchmarks: none")
        ),
        text("observation: {benchmarks: {estimated: 0.1}}"),
        text("observation: {benchmarks: {estimated: 0.2}}"),
    ]
    assert len({institution(one).semantic_sha256 for one in variants}) == len(variants)
