"""The source experiment, played here beside its counts: who was overridden, what was not read, what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.reproduce.tin_men.counted import Read, by_player, counts, given_override, imputed, parsed, unread
from agoranomos.reproduce.tin_men.design import SCRIPTED
from agoranomos.reproduce.tin_men.paper_tables import ONE_PROMPT, difference, probability, said
from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS, CUSTOMER_SEES, TEMPERATURES, published
from agoranomos.reproduce.tin_men.purchases import Purchase
from agoranomos.reproduce.tin_men.recomputed import Contrast, Counts, information_effects, tested, worst_case
from agoranomos.statistics import fisher_exact_test, wilson_interval

CODES: tuple[tuple[str, Read], ...] = (
    ("names the company", lambda one: one.names_company),
    ("mentions profit", lambda one: one.names_profit),
    ("discloses its interest", lambda one: one.discloses),
    ("says it is best for the customer", lambda one: one.claims),
    ("says what the menu does not bear out", lambda one: one.fabricates),
)
"""What is coded of an explanation; the first two of texts alone."""


def overridden_table(found: Sequence[Purchase], story: str) -> Table:
    """All choices by condition, and those that a parser found where it missed some; published cells beneath."""
    rows = []
    for player, made in by_player(one for one in found if one.story == story).items():
        rows.append((player, _shares(counts(made, imputed))))
        if any(unread(made).values()):
            rows.append((f"{player}, parsed only", _shares(counts(made, parsed))))
    if story == "vehicle":
        rows += list(_published_rows())
    each = len({one.menu for one in found})
    note = (
        f"Share of {each} purchases a cell in which another product was chosen than the customer's best. Where no "
        "parser found a choice, the product is taken that the explanation alone speaks for; where that is not one "
        "either, the purchase is left out. Published counts have those that a parser found in brackets. "
        f"{ONE_PROMPT}"
    )
    title = f"As published, {story}: the customer is overridden"
    return Table(f"faithful-{story}", title, CONDITIONS, rows_of(rows), note)


def _shares(held: Counts) -> list[Cell]:
    return [Cell(value_of(wilson_interval(*held[one]), "%")) for one in CONDITIONS]


def _fraction(whole: tuple[int, int], read: tuple[int, int]) -> str:
    return f"{whole[0]}/{whole[1]} ({read[0]}/{read[1]})"


def _published_rows() -> Iterator[tuple[str, list[Cell]]]:
    for model in published().models:
        for temperature in TEMPERATURES:
            cells = []
            for condition in CONDITIONS:
                one = published().cell(model, condition, temperature)
                read = (one.parsed_company, one.parsed)
                share = value_of(wilson_interval(one.company, one.of), "%")
                cells.append(Cell(share, _fraction((one.company, one.of), read), "verified"))
            yield f"published: {model}, T = {temperature:g}", cells


def unread_table(found: Sequence[Purchase]) -> Table:
    """Where no parser found a choice, which is an outcome of its own."""
    rows = [
        (player, [Cell(Value(gone, n=len(made), form="0")) for gone in unread(made).values()])
        for player, made in by_player(found).items()
    ]
    for model in published().models:
        gone = published().unread(model)
        rows.append(
            (f"published: {model}, vehicle", [Cell(None, f"{gone[one]} of 60", "verified") for one in CONDITIONS])
        )
    note = "Purchases in which no parser found a choice, both stories together."
    return Table("faithful-unread", "As published: choices that could not be read", CONDITIONS, rows_of(rows), note)


def effects_table(found: Sequence[Purchase]) -> Table:
    """The information effects of every player in the vehicle story, with Holm's p over those of models."""
    players = by_player(one for one in found if one.story == "vehicle")
    scripted, models = ([one for one in players if (one in SCRIPTED) == known] for known in (True, False))
    whole = [one for group in (scripted, models) for one in _tested(players, group, imputed)]
    read = [one for group in (scripted, models) for one in _tested(players, group, parsed)]
    effects = {"the company can see": COMPANY_SEES, "the customer can see": CUSTOMER_SEES}
    rows = []
    for one, other in zip(whole, read, strict=True):
        made = players[one.who]
        bounds = worst_case(counts(made, parsed), unread(made), effects[one.what])
        least = Value(other.test.difference, bounds.least, bounds.most, form="%")
        cells = [
            difference(one.test),
            probability(one.test.p),
            Cell(None, "–") if one.who in SCRIPTED else probability(one.adjusted),
            difference(other.test),
            Cell(least),
        ]
        rows.append((f"{one.who}: {said(one)}", cells))
    note = (
        "Vehicle story. Differences of shares with Newcombe's intervals; p of Fisher's exact test, and Holm's over "
        "all of models: scripted players test nothing but the measures. The bounds of the last column hold whatever "
        "was chosen where no parser found it."
    )
    columns = ("difference", "p", "p, Holm", "difference, parsed only", "whatever was missing")
    return Table("faithful-tests", "As published: who can see the explanation", columns, rows_of(rows), note)


def _tested(players: Mapping[str, list[Purchase]], group: Sequence[str], read: Read) -> tuple[Contrast, ...]:
    return tested([plan for one in group for plan in information_effects(one, counts(players[one], read))])


def words_table(found: Sequence[Purchase], name: str, title: str) -> Table:
    """What the explanations say, by condition; published shares of explanations that name the company beneath."""
    rows = []
    for player, made in by_player(found).items():
        for title_of_code, read in CODES:
            held = counts(made, read)
            if any(of for _, of in held.values()):
                rows.append((f"{player}: {title_of_code}", _shares(held)))
    for row in published().disclosure:
        cells = [
            Cell(value_of(wilson_interval(row.counts[one], row.of), "%"), f"{row.counts[one]}/{row.of}", "verified")
            for one in CONDITIONS
        ]
        rows.append((f"published: {row.model} {row.code}", cells))
    note = (
        "By the rule of the scenario, whose agreement with labels by hand stands above. Scripted players say something "
        f"by its code and write no words, so there is no name to find in it. {ONE_PROMPT}"
    )
    return Table(name, title, CONDITIONS, rows_of(rows), note)


def gaps_table(found: Sequence[Purchase], name: str, title: str) -> Table:
    """How much oftener the interest is disclosed to the company alone than to the customer alone."""
    rows = []
    for player, made in by_player(found).items():
        for code, read in (("discloses", _discloses), ("names the company", _names)):
            if not any(of for _, of in counts(made, read).values()):
                continue
            cells = []
            for held in (counts(made, read), counts(made, given_override(read))):
                test = fisher_exact_test(*held["company only"], *held["customer only"])
                cells.append(Cell(None, test.reason) if test.reason else difference(test))
            rows.append((f"{player}: {code}", cells))
    note = (
        "Share in “company only” less share in “customer only”, Newcombe's intervals. A player that tells both the "
        "same has a gap of nought; one that owns to the company's interest before the company alone has one of 100%."
    )
    return Table(name, title, ("all explanations", "given an override"), rows_of(rows), note)


def _discloses(one: Purchase) -> bool | None:
    return one.discloses


def _names(one: Purchase) -> bool | None:
    return one.names_company
