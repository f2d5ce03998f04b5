"""Tables of what changed on the way: phases of institutions, what agents came to read, what they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agoranomos.analysis.hysteresis import Loop, PhaseMean, Return
from agoranomos.analysis.information import MEASURES, ArmInformation, ReadingGap
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.papers.of_arms import over_runs
from agoranomos.analysis.papers.table import Table, counts, intervals, texts
from agoranomos.analysis.reasons import ReasonsSummary
from agoranomos.analysis.words import title


def phase_tables(loops: Sequence[Loop]) -> Iterator[Table]:
    """The outcome before, during and after institutions; none where none changes."""
    rows = [(loop, mean, _back(loop, place)) for loop in loops for place, mean in enumerate(loop.phases)]
    if not rows:
        return
    phases: list[PhaseMean] = [mean for _, mean, _ in rows]
    left = [None if back is None else back.left for *_, back in rows]
    net = [None if back is None else back.net for *_, back in rows]
    yield Table(
        "phases",
        "Institutions that change, and what they leave behind",
        "Means over runs; rounds in which somebody sat suspended are left out. The settled half of a phase is its "
        "second one. Left behind: the later visit to an institution less the first; net of time: the same difference "
        "in the arm that never switched is taken off. Nothing here was planned as a hypothesis.",
        over_runs([*(mean.whole for mean in phases), *(mean.settled for mean in phases)]),
        (
            texts("arm", "arm", [loop.arm for loop, *_ in rows]),
            texts("institution", "phase", [mean.phase.label for mean in phases]),
            texts("rounds", "rounds", [f"{mean.phase.first} to {mean.phase.last}" for mean in phases]),
            texts("measure", "outcome", [title(loop.measure) for loop, *_ in rows]),
            intervals("whole", "whole phase", [mean.whole for mean in phases], 2),
            intervals("settled", "settled half", [mean.settled for mean in phases], 2),
            intervals("change", "change", [mean.change for mean in phases], 2, form="signed"),
            intervals("left", "left behind", left, 2, form="signed"),
            intervals("net", "net of time", net, 2, form="signed"),
        ),
    )


def _back(loop: Loop, place: int) -> Return | None:
    return next((one for one in loop.returns if one.later == place), None)


def reading_tables(read: Sequence[ArmInformation], gaps: Sequence[ReadingGap]) -> Iterator[Table]:
    """What agents came to read; none where no model was asked."""
    if not read:
        return
    means = {measure: [arm.mean(measure) for arm in read] for measure in MEASURES}
    differences = {measure: [gap.differences[measure] for gap in gaps] for measure in MEASURES}
    about = "Means over runs; of comparisons, the mean over the seeds of both arms, first less second."
    names = [*(arm.arm for arm in read), *(f"{gap.first} less {gap.second}" for gap in gaps)]
    yield Table(
        "reading",
        "What agents came to read",
        about,
        over_runs([one for found in means.values() for one in found]),
        (
            texts("arm", "arm", names),
            *(
                intervals(measure, words, [*means[measure], *differences[measure]], 2)
                for measure, words in MEASURES.items()
            ),
        ),
    )


def reason_tables(reasons: ReasonsSummary | None) -> Iterator[Table]:
    """What agents wrote, by stated rules, and how far rules and judge agree; none where nothing was coded."""
    if reasons is None:
        return
    arms = list(reasons.texts)
    found = {code: [reasons.share(arm, code) for arm in arms] for code in reasons.coding.codes}
    listed = {code: [None if one is None else one.share for one in shares] for code, shares in found.items()}
    yield Table(
        "reasons",
        "What agents wrote, by stated rules",
        "The share of texts with a code, a mean over runs; a text may have several codes. What is written is no "
        "evidence of what moved an agent.",
        interval_in_words([one for shares in listed.values() for one in shares], "over runs"),
        (
            texts("arm", "arm", arms),
            counts("texts", "texts", [reasons.texts[arm] for arm in arms]),
            counts("withheld", "replies withheld", [reasons.hidden[arm] for arm in arms]),
            *(intervals(code, code, shares, 1, form="percent") for code, shares in listed.items()),
        ),
    )
    if reasons.coding.judge:
        agreed = reasons.agreements
        yield Table(
            "agreement",
            "Rules and judge",
            f"Judge: {reasons.coding.judge}, asked of {reasons.asked} distinct texts. 1 is full agreement, 0 that of "
            "chance.",
            interval_in_words([*(one.kappa for one in agreed), *(one.alpha for one in agreed)], "over runs"),
            (
                texts("code", "code", [one.code for one in agreed]),
                counts("texts", "texts", [one.texts for one in agreed]),
                counts("both", "both", [one.both for one in agreed]),
                counts("rules_only", "rules only", [one.rules_only for one in agreed]),
                counts("judge_only", "judge only", [one.judge_only for one in agreed]),
                counts("neither", "neither", [one.neither for one in agreed]),
                counts("turned", "turn with the order", [one.turned for one in agreed]),
                intervals("kappa", "Cohen's kappa", [one.kappa for one in agreed], 2),
                intervals("alpha", "Krippendorff's alpha", [one.alpha for one in agreed], 2),
            ),
        )
