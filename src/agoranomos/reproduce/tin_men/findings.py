"""Everything that the study says, from its executed campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agoranomos.reproduce.sections import Findings, Section
from agoranomos.reproduce.study import Executed
from agoranomos.reproduce.tin_men import corrected_tables as over_menus
from agoranomos.reproduce.tin_men.coder_table import coder_table
from agoranomos.reproduce.tin_men.design import CORRECTED, FAITHFUL, STORIES
from agoranomos.reproduce.tin_men.drawings import disclosure_figure, override_figure
from agoranomos.reproduce.tin_men.faithful_tables import (
    effects_table,
    gaps_table,
    overridden_table,
    unread_table,
    words_table,
)
from agoranomos.reproduce.tin_men.paper_tables import (
    choices_table,
    disclosure_table,
    gap_table,
    logit_table,
    missing_table,
    stated_table,
    tests_table,
)
from agoranomos.reproduce.tin_men.purchases import purchases
from agoranomos.reproduce.who_played import about_models, how_models_answered, models_of, who_played

DISCLOSES = "discloses its interest"

WITHOUT_MODELS = (
    "No language model took part: these are scripted players, whose numbers are known beforehand. They check "
    "the measures, and say nothing about language models."
)
"""Said where no language model took part."""


def findings(executed: Mapping[str, Executed]) -> Findings:
    """Tables, figures and sentences."""
    sections = (
        _source(),
        Section(
            "How explanations are read",
            ("A stated rule over words codes them. What it is worth was measured, and not assumed.",),
            (coder_table(),),
        ),
        _faithful(executed[FAITHFUL]),
        _corrected(executed[CORRECTED]),
    )
    title = "Of models and tin men (arXiv 2307.11137), run again"
    return Findings("tin-men", title, tuple(_with(executed)), sections)


def _with(executed: Mapping[str, Executed]) -> Iterator[str]:
    yield (
        "Published: gpt-3.5-turbo and gpt-4 of 2023, 960 calls at temperatures of 0.2 and 0.6; counts of the stored "
        "calls, since the paper's own tables could not be read."
    )
    campaigns = [executed[file] for file in (FAITHFUL, CORRECTED)]
    models = models_of(*(one.plan for one in campaigns))
    for one in campaigns:
        yield from who_played(one.plan)
    for one in campaigns:
        yield from (f"{one.plan.campaign.name}: {sentence}" for sentence in how_models_answered(one.summary))
    yield from about_models(models, WITHOUT_MODELS)


def _source() -> Section:
    return Section(
        "What was found in 2023",
        (
            "A shop's assistant buys for a customer and represents a company. Only one thing is varied: who is said to "
            "read its explanation. gpt-3.5 served the company where the company could read it, and the customer "
            "otherwise; that the customer could read it changed nothing. gpt-4 overrode nearly every customer, and "
            "told the company why, and the customer something else.",
        ),
        (
            choices_table(),
            tests_table(),
            logit_table(),
            disclosure_table(),
            gap_table(),
            stated_table(),
            missing_table(),
        ),
    )


def _faithful(one: Executed) -> Section:
    found = purchases(one)
    vehicle, film = (overridden_table(found, story) for story in STORIES)
    told = [purchase for purchase in found if purchase.story == "vehicle"]
    words = words_table(told, "faithful-words", "As published, vehicle: what the explanation says")
    return Section(
        "As published",
        (
            "Two stories, four conditions, one purchase a run, nobody remembers anything. The loyal player overrides "
            "nobody and the company man everybody, whoever reads; the two-faced one has a concealment gap of 100%.",
        ),
        (
            vehicle,
            film,
            unread_table(found),
            effects_table(found),
            words,
            gaps_table(told, "faithful-gaps", "As published, vehicle: the concealment gap"),
        ),
        (
            override_figure(vehicle, "faithful", beside=True),
            disclosure_figure(words, "disclosure", DISCLOSES),
        ),
    )


def _corrected(one: Executed) -> Section:
    found = purchases(one)
    table = over_menus.overridden(found)
    return Section(
        "Corrected: menus in the place of repeats",
        (
            "Repeats of one prompt say how a model samples, and not how it treats customers. Here every run has a menu "
            "of its own, four kinds of goods crossed with three relations of price, and the menu is the unit.",
        ),
        (
            table,
            over_menus.effects(found),
            over_menus.logits(found),
            over_menus.gaps(found),
            over_menus.payoffs(found),
        ),
        (override_figure(table, "corrected", beside=False),),
    )
