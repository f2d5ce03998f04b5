"""All tables of a report, in the order in which its page shows them."""

from __future__ import annotations

from agoranomos.analysis.papers.of_arms import arm_tables
from agoranomos.analysis.papers.of_changes import phase_tables, reading_tables, reason_tables
from agoranomos.analysis.papers.of_comparisons import case_price_table, comparison_tables
from agoranomos.analysis.papers.of_enforcement import checks_table, conduct_tables
from agoranomos.analysis.papers.of_findings import finding_tables
from agoranomos.analysis.papers.of_published import published_table
from agoranomos.analysis.papers.table import Table
from agoranomos.analysis.parts import Parts


def tables_of(parts: Parts) -> tuple[Table, ...]:
    """The tables that the campaign has rows for."""
    summary = parts.summary
    return (
        *finding_tables(summary.findings),
        *arm_tables(summary),
        *conduct_tables(summary),
        *comparison_tables(parts.comparisons, parts.regime_contrasts, parts.compared),
        *case_price_table(summary, parts.comparisons),
        *_scenarios(parts),
        *phase_tables(parts.loops),
        *reading_tables(parts.read, parts.reading_gaps),
        *checks_table(summary),
        *published_table(summary),
        *reason_tables(parts.reasons),
    )


def _scenarios(parts: Parts) -> tuple[Table, ...]:
    """What only scenarios need is not loaded for other markets."""
    if parts.tipping is None:
        return ()
    from agoranomos.analysis.papers.of_scenarios import scenario_tables

    return tuple(scenario_tables(parts.tipping))
