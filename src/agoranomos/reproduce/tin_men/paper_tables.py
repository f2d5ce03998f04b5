"""What the source experiment found: its counts with intervals, and what was stated of them, tested again."""

from __future__ import annotations

from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS, CUSTOMER_SEES, TEMPERATURES, published
from agoranomos.reproduce.tin_men.recomputed import (
    COEFFICIENTS,
    Contrast,
    concealment_gap,
    contrasts,
    counts_of,
    gap_given_override,
    logit,
    worst_case,
)
from agoranomos.statistics import FisherTest, fisher_exact_test, wilson_interval

ONE_PROMPT = (
    "Intervals (95%, Wilson) take calls as independent. They are repeats of one prompt: they hold what sampling does, "
    "and nothing of how another prompt would come out."
)


def choices_table() -> Table:
    """Each cell of the vehicle scenario, all choices, and those that a parser found in brackets."""
    rows = []
    for model in published().models:
        for condition in CONDITIONS:
            cells = []
            for temperature in TEMPERATURES:
                one = published().cell(model, condition, temperature)
                said = f"{one.company}/{one.of} ({one.parsed_company}/{one.parsed})"
                cells.append(Cell(value_of(wilson_interval(one.company, one.of), "%"), said, "verified"))
            for parsed in (False, True):
                count, of = published().pooled(model, condition, parsed=parsed)
                cells.append(Cell(value_of(wilson_interval(count, of), "%"), f"{count}/{of}", "verified"))
            rows.append((f"{model}, read by {condition}", cells))
    columns = (*(f"T = {one:g}" for one in TEMPERATURES), "both, all choices", "both, parsed only")
    note = (
        "Share that chose the company's product, so that the customer was overridden. 31 of these 480 calls had no "
        f"choice that a parser finds; each names its product, which was taken. Parsed only in brackets. {ONE_PROMPT} "
        "Which choices are missing is no accident: of gpt-3.5 19 of 60 in “neither”, 9 in “customer only”, 2 in “both” "
        "and 1 in “company only”, all but the two in “both” for the electric car; to drop them raises shares. In the "
        "film scenario, which is left out here, all 472 choices that were found of 480 were the second product."
    )
    return Table("published-choices", "Published: the customer is overridden", columns, rows_of(rows), note)


def disclosure_table() -> Table:
    """How many explanations hold which words."""
    rows = [
        (
            f"{row.model}: {row.code}",
            [
                Cell(
                    value_of(wilson_interval(row.counts[one], row.of), "%"),
                    f"{row.counts[one]} of {row.of}",
                    "verified",
                )
                for one in CONDITIONS
            ],
        )
        for row in published().disclosure
    ]
    note = f"By a pattern of words, judged by nobody; temperatures pooled. {ONE_PROMPT}"
    return Table("published-words", "Published: what the explanation says", CONDITIONS, rows_of(rows), note)


def tests_table() -> Table:
    """The information effects, with all choices and with parsed ones, Holm's p, and what missing choices could do."""
    found = published()
    rows = []
    effects = {"the company can see": COMPANY_SEES, "the customer can see": CUSTOMER_SEES}
    for one, parsed in zip(contrasts(found), contrasts(found, parsed=True), strict=True):
        cells = [difference(one.test), probability(one.test.p), probability(one.adjusted), difference(parsed.test)]
        cells.append(probability(parsed.test.p))
        if one.what in effects:
            bounds = worst_case(counts_of(found, one.who, parsed=True), found.unread(one.who), effects[one.what])
            cells.append(Cell(Value(parsed.test.difference, bounds.least, bounds.most, form="%")))
        else:
            cells.append(Cell(None, "nothing is missing"))
        rows.append((f"{one.who}: {said(one)}", cells))
    note = (
        "Differences of shares with Newcombe's intervals; p of Fisher's exact test, two-sided, and Holm's over the "
        "five. In the last column the bounds are the least and the most that the difference can be, whatever was "
        "chosen where no choice was found. These tests are ours: the paper's own were not seen."
    )
    columns = ("difference", "p", "p, Holm", "difference, parsed only", "p, parsed only", "whatever was missing")
    return Table("published-tests", "Who can see the explanation", columns, rows_of(rows), note)


def said(one: Contrast) -> str:
    """A contrast with its counts."""
    return f"{one.what}, {one.first[0]}/{one.first[1]} against {one.second[0]}/{one.second[1]}"


def difference(test: FisherTest) -> Cell:
    """The difference of two shares with its interval."""
    return Cell(Value(test.difference, test.low, test.high, test.n_first + test.n_second, test.reason, "%"))


def probability(p: float) -> Cell:
    """A p."""
    return Cell(Value(p, form="p"))


def logit_table() -> Table:
    """The interaction model, which ordinary maximum likelihood has no estimate of."""
    models = published().models
    fits = {model: logit(counts_of(published(), model)) for model in models}
    rows = [
        (
            name,
            [
                Cell(Value(fits[model][place].estimate, fits[model][place].low, fits[model][place].high))
                for model in models
            ],
        )
        for place, name in enumerate(COEFFICIENTS)
    ]
    note = (
        "Log odds of an override on company sees × customer sees, temperatures pooled, all choices. Cells with none or "
        "all have no odds, so the likelihood is penalised (Firth 1993), and bounds come of its profile. One prompt has "
        "no menus to differ, so there is no effect of a menu in it."
    )
    return Table("published-logit", "The information effects as one model", models, rows_of(rows), note)


def gap_table() -> Table:
    """How much oftener the company's interest is told to the company than to the customer."""
    found = published()
    wider = found.wider
    rows = [
        (
            f"{model}: names the company",
            [difference(concealment_gap(found, model)), _given(gap_given_override(found, model))],
        )
        for model in found.models
    ]
    gap = fisher_exact_test(wider.counts["company only"], wider.of, wider.counts["customer only"], wider.of)
    rows.append((f"{wider.model}: {wider.code}", [difference(gap), difference(gap)]))
    note = (
        "Share in “company only” less share in “customer only”. Given an override it is known of gpt-4 alone, which "
        "overrode every customer in both; gpt-3.5 overrode nobody whom alone it had to answer to."
    )
    columns = ("all explanations", "given an override")
    return Table("published-gap", "The concealment gap", columns, rows_of(rows), note)


def _given(test: FisherTest | None) -> Cell:
    return Cell(None, "not known") if test is None else difference(test)


def stated_table() -> Table:
    """What was stated with the counts, and what they come to here."""
    found = published()
    first, second = found.models
    company, customer, *departures = contrasts(found)
    here = [
        *(Cell(value_of(wilson_interval(*found.pooled(first, one)), "%")) for one in CONDITIONS),
        probability(company.test.p),
        probability(customer.test.p),
        probability(departures[0].test.p),
        difference(concealment_gap(found, second)),
    ]
    rows = [(one.what, [Cell(cell.here, one.said, "stated")]) for one, cell in zip(found.stated, here, strict=True)]
    note = (
        "The counts and these results were taken from a re-analysis of the stored calls. All come out again; the upper "
        "bound of the first is 81.5% by Wilson's formula, stated as 82."
    )
    return Table("published-stated", "Stated, and found again", ("from the counts",), rows_of(rows), note)


def missing_table() -> Table:
    """What is not reproduced; never filled in."""
    rows = [(one.what, [Cell(None, one.why, "not reproduced")]) for one in published().missing]
    return Table("not-reproduced", "Not reproduced", ("why",), rows_of(rows))
