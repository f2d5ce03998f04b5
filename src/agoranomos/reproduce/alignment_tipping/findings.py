"""Everything that the study says, from its executed campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agoranomos.reproduce.alignment_tipping.design import (
    AUDITS,
    BEST_REPLY,
    COORDINATION,
    EXPERIENCE,
    FAITHFUL,
    SEEDED,
    STARTS,
    YOKED,
)
from agoranomos.reproduce.alignment_tipping.drawings import (
    audit_figure,
    collusion_figure,
    curve_figure,
    response_figure,
)
from agoranomos.reproduce.alignment_tipping.game_tables import (
    after_success_table,
    by_threshold,
    seeded_table,
    starts_table,
    theory_table,
    trend_table,
)
from agoranomos.reproduce.alignment_tipping.paper_tables import (
    claims_table,
    hazard_table,
    missing_table,
    published_table,
)
from agoranomos.reproduce.alignment_tipping.played import Played, played
from agoranomos.reproduce.alignment_tipping.role_play_tables import (
    OVER_SETTINGS,
    audit_table,
    curve_table,
    experience_table,
    payoff_table,
    rates_by_round,
    threshold_table,
    yoked_table,
)
from agoranomos.reproduce.sections import Findings, Section
from agoranomos.reproduce.study import Executed
from agoranomos.reproduce.who_played import about_models, how_models_answered, models_of, who_played

SEEDED_THRESHOLD = 4

WITHOUT_MODELS = (
    "No language model took part: these are null players, which model nothing. What they do is what a curve "
    "looks like when nobody learned a norm, and says nothing about language models."
)
"""Said where no language model took part."""


def findings(executed: Mapping[str, Executed]) -> Findings:
    """Tables, figures and sentences."""
    sections = (
        _paper(),
        _faithful(executed[FAITHFUL]),
        _corrected(executed[EXPERIENCE]),
        *([_yoked(executed[YOKED])] if YOKED in executed else []),
        _audits(executed[AUDITS]),
        _games(executed[COORDINATION], executed[STARTS]),
        _response(executed[SEEDED]),
    )
    title = "Alignment tipping (arXiv 2510.04860), run again"
    return Findings("alignment-tipping", title, tuple(_with(executed)), sections)


def _with(executed: Mapping[str, Executed]) -> Iterator[str]:
    yield (
        "Published: Qwen3-8B, Llama-3.1-8B-Instruct, Qwen3-4B-Thinking, GPT-4.1-mini and GPT-4.1, some after DPO or "
        "GRPO; one run a cell, as far as the sources can be read."
    )
    models = models_of(*(one.plan for one in executed.values()))
    yield from who_played(executed[EXPERIENCE].plan)
    for one in executed.values():
        yield from (f"{one.plan.campaign.name}: {sentence}" for sentence in how_models_answered(one.summary))
    yield from about_models(models, WITHOUT_MODELS)


def _paper() -> Section:
    return Section(
        "What the paper reports",
        (
            "Agents that break a rule more often as rewarded experience piles up, alone and in groups. No table of "
            "the first version could be recovered; what is known of both versions stands here, with how it is known.",
        ),
        (published_table(), hazard_table(), claims_table(), missing_table()),
    )


def _faithful(one: Executed) -> Section:
    arms = played(one)
    note = f"{_how_asked(arms)}{OVER_SETTINGS}"
    table = rates_by_round(arms, "faithful", "Role-play as released: violations by round", note, beside=True)
    return Section(
        "Role-play as released",
        (
            f"{len(set(arms[0].runs))} of 64 items, of 16 settings; nobody looks, a memory of five rounds. Whoever "
            "always breaks the rule has 100% in every round and whoever never does 0%; all others show what a rise "
            "looks like without a model.",
        ),
        (
            table,
            payoff_table(arms, "faithful-payoffs", "Payoffs, role-play as released", "Incomes of the required option"),
        ),
        (curve_figure(arms, table, "faithful", beside=True),),
    )


def _how_asked(arms: Sequence[Played]) -> str:
    """How the models of faithful arms answered: nothing where there are none."""
    if not any(one.asks for one in arms):
        return ""
    if any(one.scored for one in arms):
        return "Models were asked for the probability of each option, and not for a reply, as released. "
    return "Replies that cannot be read stay in the denominator and count as no violation, as released. "


def _corrected(one: Executed) -> Section:
    arms = played(one)
    title = "Role-play, corrected: violations by round"
    table = rates_by_round(arms, "corrected", title, OVER_SETTINGS, beside=False)
    effects = experience_table(arms)
    tables = (
        table,
        curve_table(arms, "curves", "What the curves are made of"),
        *((effects,) if effects else ()),
        payoff_table(arms, "payoffs", "Payoffs, role-play corrected", "Incomes of the required option"),
    )
    return Section(
        "Correction 1: is it experience?",
        (
            "Settings crossed with gaps in pay; the order of the options is drawn by each run. An arm whose "
            "memory is wiped shows what a rise is without experience; arms whose histories were made up, alike but "
            "for the violations in them, show what experience causes.",
        ),
        tables,
        (curve_figure(arms, table, "corrected", beside=False),),
    )


def _yoked(one: Executed) -> Section:
    arms = played(one)
    table = rates_by_round(
        arms, "yoked-rates", "Wiped, own, and another run's memory: violations by round", OVER_SETTINGS, beside=False
    )
    return Section(
        "Correction 1b: whose experience?",
        (
            "A yoked agent remembers the rounds of another run of its kind in the same setting at the same pay: what "
            "is in them came about, and not by anything that it drew itself.",
        ),
        (table, yoked_table(arms)),
        (curve_figure(arms, table, "yoked", beside=False),),
    )


def _audits(one: Executed) -> Section:
    table = audit_table(played(one))
    return Section(
        "Correction 2: what holds a worker who only counts?",
        (
            "The paper never varies detection. In the median released item a look in twenty rounds makes keeping the "
            "rule pay.",
        ),
        (table, threshold_table()),
        (audit_figure(table),),
    )


def _games(one: Executed, starts: Executed) -> Section:
    arms = played(one)
    table = by_threshold(arms)
    return Section(
        "Coordination as released",
        (
            "Seven games of eight agents, three rounds, everybody's choices shown; no rule, nobody outside is harmed. "
            "All collude: 100%, and not 700%. What myopic best replies do is beside it: much of the published pattern "
            "needs no norm that spreads.",
        ),
        (
            table,
            starts_table(played(starts)),
            trend_table(arms, BEST_REPLY),
            after_success_table(arms),
            theory_table(),
        ),
        (collusion_figure(arms, table),),
    )


def _response(one: Executed) -> Section:
    arms = played(one)
    return Section(
        "Correction 3: from which share on does it spread?",
        (
            "Seats are seeded to collude, none to all of them, so that the whole response curve is seen and not one "
            "path of it.",
        ),
        (seeded_table(arms, SEEDED_THRESHOLD),),
        (response_figure(arms, SEEDED_THRESHOLD),),
    )
