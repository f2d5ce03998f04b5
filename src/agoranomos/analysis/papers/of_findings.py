"""Tables of what the campaign set out to show: its hypotheses, other methods, what the effect cost, errors."""

from __future__ import annotations

from collections.abc import Iterator

from agoranomos.analysis.costs import HARM, WINDOW, ArmErrors
from agoranomos.analysis.findings import Findings
from agoranomos.analysis.inference import Answer
from agoranomos.analysis.inference.words import digits, expected
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.papers.table import Table, amounts, counts, intervals, p_values, texts
from agoranomos.analysis.words import title

OTHER_UNITS = 2
"""Decimals of standard deviations, log odds and shares."""


def finding_tables(found: Findings | None) -> Iterator[Table]:
    """The tables in the page's order; none where the campaign wrote no hypothesis."""
    if found is None:
        return
    answers = found.inference.answers
    yield _hypotheses(answers)
    yield _methods(answers)
    costs = _costs(found)
    if costs is not None:
        yield costs
    if found.errors:
        yield _errors(list(found.errors.values()))


def _hypotheses(answers: tuple[Answer, ...]) -> Table:
    decimals = max(map(digits, answers))
    return Table(
        "hypotheses",
        "Hypotheses",
        "First side less second, seed by seed, by the method that the plan calls for. p is two-sided (for "
        "equivalence, of two one-sided tests); Holm's shares the error among confirmatory hypotheses.",
        interval_in_words([answer.main for answer in answers]),
        (
            texts("hypothesis", "hypothesis", [answer.name for answer in answers]),
            texts("role", "role", [answer.role for answer in answers]),
            texts("comparison", "comparison", [_compared(answer) for answer in answers]),
            texts("outcome", "outcome, expected", [_expects(answer) for answer in answers]),
            counts("pairs", "pairs", [answer.pairs for answer in answers]),
            intervals("difference", "difference", [answer.main for answer in answers], decimals, form="signed"),
            p_values("p", "p", [answer.p for answer in answers]),
            p_values("p_holm", "Holm p", [answer.p_adjusted for answer in answers]),
            texts("verdict", "verdict", [answer.verdict for answer in answers]),
        ),
    )


def _compared(answer: Answer) -> str:
    return f"{answer.hypothesis.first} less {answer.hypothesis.second}"


def _expects(answer: Answer) -> str:
    return f"{title(answer.outcome)}: {expected(answer.hypothesis)}"


def _methods(answers: tuple[Answer, ...]) -> Table:
    rows = [(answer, answer.main.method, "outcome", answer.main, True) for answer in answers]
    rows += [(answer, row.name, row.unit, row.found, False) for answer in answers for row in answer.supporting]
    rows.sort(key=lambda row: answers.index(row[0]))
    places = max(map(digits, answers))
    return Table(
        "methods",
        "The same effects by other methods",
        "The method that the plan calls for stands first. The others are there to be held against it, not to be "
        "chosen from.",
        interval_in_words([found for _, _, _, found, _ in rows]),
        (
            texts("hypothesis", "hypothesis", [answer.name for answer, *_ in rows]),
            texts("method", "method", [name for _, name, *_ in rows]),
            texts("decides", "as planned", ["yes" if planned else "" for *_, planned in rows]),
            texts("unit", "unit", [title(a.outcome) if unit == "outcome" else unit for a, _, unit, *_ in rows]),
            intervals(
                "estimate", "estimate", [found for _, _, _, found, _ in rows], max(places, OTHER_UNITS), form="signed"
            ),
            p_values("p", "p", [found.p for _, _, _, found, _ in rows]),
            counts("n", "values", [found.n for _, _, _, found, _ in rows]),
            counts("units", "units", [found.clusters for _, _, _, found, _ in rows]),
        ),
    )


def _costs(found: Findings) -> Table | None:
    answers = [one for one in found.inference.answers if not found.accounts_stand_under(one)]
    rows = [(answer, line) for answer in answers for line in found.accounts[answer.name]]
    if not rows:
        return None
    return Table(
        "costs",
        "What it cost, and who bore it",
        "Means of a whole run over the pairs of a hypothesis, first side less second. Consumers, firms after fines, "
        "and the authority add up to society. Hypotheses that compare the same runs share their accounts.",
        interval_in_words([line.difference for _, line in rows], "over the units of the hypothesis"),
        (
            texts("hypothesis", "hypothesis", [answer.name for answer, _ in rows]),
            texts("bearer", "who", [line.item.bearer for _, line in rows]),
            texts("item", "what", [line.item.name for _, line in rows]),
            amounts("first", "first", [line.first for _, line in rows], 1),
            amounts("second", "second", [line.second for _, line in rows], 1),
            intervals("difference", "difference", [line.difference for _, line in rows], 1, form="signed"),
        ),
    )


def _errors(errors: list[ArmErrors]) -> Table:
    accused, missed = [one.innocents_accused for one in errors], [one.guilty_missed for one in errors]
    unfounded = [one.unfounded for one in errors]
    return Table(
        "errors",
        "Errors, judged by prices",
        f"A run does harm where its price elevation, averaged over {WINDOW} rounds that nobody sat out, reaches "
        f"{HARM} (0 is Nash, 1 joint monopoly). A price says that somebody raised it, and not who.",
        interval_in_words([*accused, *missed, *unfounded], "of shares"),
        (
            texts("arm", "arm", [one.arm for one in errors]),
            counts("runs", "runs", [one.runs for one in errors]),
            counts("harmful", "with harm", [one.harmful for one in errors]),
            intervals("innocents_accused", "innocents accused", accused, form="percent"),
            intervals("guilty_missed", "guilty missed", missed, form="percent"),
            intervals("unfounded_cases", "cases without harm", unfounded, form="percent"),
        ),
    )
