"""Everything that the study says, from its executed campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.published import published
from agoranomos.reproduce.institutional_ai.corrections import accusation_table, outcome_tables, sweep_tables
from agoranomos.reproduce.institutional_ai.design import MAIN, PLACEBOS, SWEEPS
from agoranomos.reproduce.institutional_ai.drawings import label_figure, price_figure, sweep_figure, tier_figure
from agoranomos.reproduce.institutional_ai.paper_tables import (
    comparison_table,
    enforcement_table,
    label_table,
    tier_table,
)
from agoranomos.reproduce.sections import Findings, Section
from agoranomos.reproduce.study import Executed
from agoranomos.reproduce.who_played import how_models_answered, who_played


def findings(executed: Mapping[str, Executed]) -> Findings:
    """Tables, figures and sentences; sections whose campaign was not executed are left out, and it is said."""
    main = executed[MAIN]
    sections = [*_paper(main), *_corrections(executed)]
    return Findings(
        "institutional-ai", "Institutional AI (arXiv 2601.11369), run again", _with(executed), tuple(sections)
    )


def _with(executed: Mapping[str, Executed]) -> tuple[str, ...]:
    told = published()
    summary = executed[MAIN].summary
    runs = {
        regime: sum(len(arm.results) for arm in summary.arms if arm.arm.regime == regime)
        for regime in _regimes(summary)
    }
    labels = len({arm.arm.roster for arm in summary.arms})
    rounds = executed[MAIN].plan.arms[0].rounds
    sentences = [
        f"Published: {told.models}; {told.runs}; {told.market}.",
        f"Here: {labels} labels, {', '.join(f'{count} runs {regime}' for regime, count in runs.items())}, {rounds} "
        "rounds a run, in the same market.",
        *who_played(executed[MAIN].plan),
        *how_models_answered(summary),
    ]
    if not summary.models:
        sentences.append(
            "No language model took part. Published and own numbers stand beside each other to show the design at "
            "work; where they are alike or differ says nothing about what language models do, and firms that cannot "
            "read must play the same under the constitution as without it."
        )
    elif summary.mock_only:
        sentences.append(
            "The only models are mocks, which draw replies and model nothing: no number here is a finding."
        )
    else:
        sentences.append("These are other models than the published ones: numbers that differ contradict nobody.")
    return tuple(sentences)


def _regimes(summary: CampaignSummary) -> list[str]:
    return list(dict.fromkeys(arm.arm.regime for arm in summary.arms))


def _paper(main: Executed) -> Iterator[Section]:
    arms = main.summary.arms
    yield Section(
        "What the paper reports",
        ("Tiers say how far market structure (HHI, CV) lies above Nash. They are no prices: see the corrections.",),
        (tier_table(arms), comparison_table(arms), label_table(arms), enforcement_table(arms, main.folder.tables)),
        (tier_figure(arms), label_figure(arms, "tier", "tier")),
    )


def _corrections(executed: Mapping[str, Executed]) -> Iterator[Section]:
    arms = executed[MAIN].summary.arms
    prices = price_figure(arms)
    yield Section(
        "Correction 1: prices and welfare",
        (
            "Structure is no harm. Firms that each make the good they are better at are efficient and score tier 4; a "
            "cartel at Nash shares has monopoly prices and scores tier 0. So outcomes are prices, surplus and welfare.",
        ),
        outcome_tables(arms, "ungoverned", "outcomes", "Outcomes by regime"),
        (label_figure(arms, "price", "price"), *((prices,) if prices else ())),
    )
    placebos = executed.get(PLACEBOS)
    others = placebos.summary.arms if placebos is not None else ()
    yield Section(
        "Correction 2: innocents accused, cartels missed",
        (),
        (accusation_table(arms, _governed(arms, others)),),
    )
    if placebos is not None:
        yield Section(
            "Correction 3: placebos",
            (
                "Repeated: the constitution is told again in every round. Institutional is the published ladder. "
                "Filler: text without content stands where its notices would. Notice-only: its notices, and no fine. "
                "Announced: fines and suspensions are announced and never applied. Silent: they are applied and never "
                "announced. Random: accusations are drawn, at the rates of the file; the accusations above show how "
                "often that was. Hardened: a ladder that acts on prices. Firms that cannot read feel only what is "
                "applied.",
            ),
            outcome_tables(others, "ungoverned", "placebos", "Outcomes under placebos"),
        )
    sweeps = executed.get(SWEEPS)
    if sweeps is not None:
        tables = sweep_tables(sweeps.summary.arms)
        yield Section(
            "Correction 4: fines and detection",
            (
                "Deterrence needs p S ≥ Δπ: chance of detection times sanction at least the gain. The published fines "
                "of 35, 75 and 100% of a round's profit need p of 0.564, 0.263 and 0.198.",
            ),
            tuple(tables),
            (sweep_figure(tables),),
        )
    if placebos is None or sweeps is None:
        yield Section(
            "Not run", ("Placebos, and sweeps of fines and detection, were left out: --corrections runs them too.",)
        )


def _governed(arms: Sequence[ArmSummary], others: Sequence[ArmSummary]) -> list[ArmSummary]:
    """Arms with an institution, each regime once."""
    chosen = [arm for arm in arms if arm.arm.institution]
    known = {arm.arm.regime for arm in chosen}
    return chosen + [arm for arm in others if arm.arm.institution and arm.arm.regime not in known]
