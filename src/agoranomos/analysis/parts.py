"""Everything that a report is made of, looked up and drawn once: the page, the files and the tables share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.analysis import words
from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.canvas import Drawing
from agoranomos.analysis.comparisons import Comparison, PooledContrast, compared
from agoranomos.analysis.figures import draw_prices, draw_tiers
from agoranomos.analysis.hysteresis import Loop
from agoranomos.analysis.hysteresis_arms import loops
from agoranomos.analysis.hysteresis_figure import draw_loops
from agoranomos.analysis.information import ArmInformation, ReadingGap, information, reading_gaps
from agoranomos.analysis.information_figure import draw_prompts
from agoranomos.analysis.reasons import ReasonsSummary, summarise_reasons
from agoranomos.analysis.sequence_figure import draw_sequence

if TYPE_CHECKING:
    from agoranomos.analysis.tipping import TippingResults


@dataclass(frozen=True, slots=True)
class Parts:
    """`summary`, and what a report says besides. `rosters` has the arms by roster, `drawings` the figures by name.

    `comparisons` and `regime_contrasts` leave out what says the same again; `compared` are the measures that tables of
    comparisons show.
    """

    summary: CampaignSummary
    read: tuple[ArmInformation, ...]
    reading_gaps: tuple[ReadingGap, ...]
    loops: tuple[Loop, ...]
    reasons: ReasonsSummary | None
    tipping: TippingResults | None
    rosters: Mapping[str, list[ArmSummary]]
    comparisons: tuple[Comparison, ...]
    regime_contrasts: tuple[PooledContrast, ...]
    compared: tuple[str, ...]
    drawings: Mapping[str, Drawing]


def parts_of(summary: CampaignSummary) -> Parts:
    """What there is to say of the campaign that `summary` is of. Raises what reading its tables raises."""
    read = information(summary.folder)
    changing = loops(summary.folder, summary.outcome)
    tipped = _tipping(summary.folder)
    rosters = _by_roster(summary)
    drawn = (
        _drawn_sequence(summary),
        draw_prices(summary.arms),
        draw_tiers(list(rosters.values())),
        _drawn_violations(tipped),
        draw_loops(changing),
        draw_prompts(read),
    )
    return Parts(
        summary=summary,
        read=tuple(read),
        reading_gaps=tuple(reading_gaps(read, summary.comparisons)),
        loops=changing,
        reasons=summarise_reasons(summary.folder),
        tipping=tipped,
        rosters=rosters,
        comparisons=tuple(_told_apart(summary)),
        regime_contrasts=tuple(_regimes_told_apart(summary)),
        compared=tuple(_compared(summary)),
        drawings={drawing.name: drawing for drawing in drawn if drawing is not None},
    )


def _tipping(folder: Path) -> TippingResults | None:
    """What is found of scenarios. What only they need is not loaded for other markets, whose plans do not name any."""
    plan = folder / "plan.json"
    if not plan.is_file() or b'"scenario"' not in plan.read_bytes():
        return None
    from agoranomos.analysis.tipping import tipping_results

    return tipping_results(folder)


def _drawn_violations(found: TippingResults | None) -> Drawing | None:
    if found is None:
        return None
    from agoranomos.analysis.tipping.figure import draw_violations

    return draw_violations(found.arms)


def _drawn_sequence(summary: CampaignSummary) -> Drawing | None:
    """The path of the stopping rule's sequence; None where there is no such rule."""
    path = summary.findings.inference.path if summary.findings is not None else None
    if summary.findings is None or path is None:
        return None
    answer = next(one for one in summary.findings.inference.answers if one.name == path.hypothesis)
    return draw_sequence(path, answer.hypothesis, answer.role, words.title(answer.outcome))


def _by_roster(summary: CampaignSummary) -> dict[str, list[ArmSummary]]:
    """The arms under the name of their roster, in the campaign's order."""
    groups: dict[str, list[ArmSummary]] = {}
    for arm in summary.arms:
        groups.setdefault(arm.arm.roster, []).append(arm)
    return groups


def _told_apart(summary: CampaignSummary) -> list[Comparison]:
    """The comparisons, less those with an arm that is the ungoverned one entry for entry: they say the same again."""
    copies = {comparison.first for comparison in summary.comparisons if comparison.identical}
    return [comparison for comparison in summary.comparisons if comparison.second not in copies]


def _regimes_told_apart(summary: CampaignSummary) -> list[PooledContrast]:
    """The contrasts of regimes over all rosters, less those in which a regime changes no entry of any run."""
    identical: dict[tuple[str, str], bool] = {}
    regime_of = {arm.arm.name: arm.arm.regime for arm in summary.arms}
    for comparison in summary.comparisons:
        pair = regime_of[comparison.first], regime_of[comparison.second]
        identical[pair] = identical.get(pair, True) and comparison.identical
    copies = {first for (first, _), same in identical.items() if same}
    told_apart = [c for c in summary.regimes if c.first_regime not in copies and c.second_regime not in copies]
    # Over one roster there is nothing to flip, and Welch's test stands in the table of that roster already.
    return told_apart if any(len(contrast.differences) > 1 for contrast in told_apart) else []


def _compared(summary: CampaignSummary) -> list[str]:
    """The measures that tables of comparisons show: the first five that any arm has, and the named outcome."""
    defined = [m for m in compared(summary.arms) if any(arm.mean(m).n for arm in summary.arms)]
    shown = defined[:5]
    return shown + [summary.outcome] * (summary.outcome in defined and summary.outcome not in shown)
