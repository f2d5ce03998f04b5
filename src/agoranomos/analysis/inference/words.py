"""Hypotheses in words: what was planned, what was found, and why numbers are missing."""

from __future__ import annotations

import math

from agoranomos.analysis.inference.hypotheses import Answer, Inference
from agoranomos.analysis.inference.paired import Missing
from agoranomos.analysis.words import DIGITS, bounds, number, p_value, signed, title
from agoranomos.campaigns.hypothesis import Hypothesis

EXPLORATORY = "exploratory: not written down as a hypothesis before the runs"
"""What every comparison is called that the plan does not name."""


def expected(hypothesis: Hypothesis) -> str:
    """What the hypothesis expects, as half a sentence."""
    if hypothesis.margin is not None:
        return f"closer than {hypothesis.margin:g}"
    return {"lower": "lower", "higher": "higher"}.get(hypothesis.expects, "different, either way")


def digits(answer: Answer) -> int:
    """Decimals that fit the outcome."""
    known = DIGITS.get(answer.outcome, 3)
    return known if abs(answer.first_mean) < 1000 else 0


def missing_in_words(missing: Missing) -> str:
    """Which planned pairs are not there; empty where all are."""
    counts = {
        "of a run that failed": missing.failed,
        "not run yet": missing.unfinished,
        "excluded by a rule of the plan": missing.excluded,
        "without a value of the outcome": missing.undefined,
    }
    return ", ".join(f"{count} {why}" for why, count in counts.items() if count)


def in_one_line(answer: Answer) -> str:
    """Role, comparison, effect and verdict: what a terminal shows."""
    places = digits(answer)
    effect = f"{title(answer.outcome)} {signed(answer.main.point, places)}"
    interval = f" ({_percent(answer.main.level)} interval {bounds(answer.main.interval, places)})"
    if math.isnan(answer.main.low):
        interval = f" ({answer.main.reason})" if answer.main.reason else ""
    adjusted = f", Holm p {p_value(answer.p_adjusted)}" if math.isfinite(answer.p_adjusted) else ""
    left_out = missing_in_words(answer.missing)
    return (
        f"{answer.role} {answer.name}: {answer.hypothesis.first} less {answer.hypothesis.second}, {effect}{interval}"
        f"{adjusted}, {answer.pairs} pairs{'; missing: ' + left_out if left_out else ''}: {answer.verdict}"
    )


def rules_in_words(inference: Inference) -> list[str]:
    """What was decided before the runs: whose errors are shared, what clusters, what is excluded, when to stop."""
    lines = [_shared_error(inference)]
    if inference.clusters:
        inner = f", with {' and '.join(inference.clusters[1:])} nested in it" if len(inference.clusters) > 1 else ""
        lines.append(f"Runs of one {inference.clusters[0]} may depend on each other: it is the unit{inner}.")
    else:
        lines.append(
            "The plan names no clusters: pairs (the same seed in two arms) count as independent, and those that share "
            "a run as one."
        )
    for rule in inference.exclude:
        lines.append(
            f"Excluded by the plan: runs with a share of {rule.share.replace('_', ' ')} above {rule.above:g}. They "
            "stay in every other table."
        )
    if inference.late:
        names = ", ".join(sorted(inference.late))
        lines.append(
            f"Written, changed, or given other runs or rules after runs had been finished, and so exploratory: {names}."
        )
    return [*lines, *_sequence_in_words(inference)]


def _percent(level: float) -> str:
    return f"{100 * level:g}%"


def _shared_error(inference: Inference) -> str:
    """How many hypotheses are confirmatory, and how many share the error."""
    n, withdrawn = inference.confirmatory, ", ".join(sorted(inference.withdrawn))
    if not n:
        return "No hypothesis here is confirmatory: nothing is decided by them."
    if withdrawn:
        return (
            f"{n} of the hypotheses that were confirmatory when runs were finished still {'is' if n == 1 else 'are'}; "
            f"all {inference.sharing} of them share an error of 5% (Holm), with those that were withdrawn: {withdrawn}."
        )
    if n == 1:
        return "One hypothesis is confirmatory; its p needs no correction."
    return f"{n} hypotheses are confirmatory and share an error of 5% (Holm); exploratory ones have intervals only."


def _sequence_in_words(inference: Inference) -> list[str]:
    path = inference.path
    if path is None:
        return []
    rule = f"{path.hypothesis}, {inference.role_of_rule}"
    left_out = f", {path.left_out} seeds left out" if path.left_out else ""
    if path.decided is None:
        return [
            f"The stopping rule ({path.method} at {_percent(path.level)} on {rule}) was not met in "
            f"{len(path.looks)} looks{left_out}."
        ]
    look = path.decided.look
    return [
        f"The stopping rule ({path.method} at {_percent(path.level)} on {rule}) was met at {look.n} seeds"
        f"{left_out}: {path.decided.verdict}, {number(look.low, 3)} to {number(look.high, 3)}. Other intervals do not "
        "know that the campaign could stop early.",
        *_too_wide(inference),
    ]


def _too_wide(inference: Inference) -> list[str]:
    """That the rule's level is below what Holm may ask of its hypothesis, where others are confirmatory too."""
    path, n = inference.path, inference.sharing
    share = 0.05 / max(n, 1)
    if path is None or inference.role_of_rule != "confirmatory" or 1 - path.level <= share + 1e-12:
        return []
    return [
        f"With {n} hypotheses that share the error Holm may ask for p of {share:.3g}: a rule at level "
        f"{1 - share:.4g} would have gone on until then."
    ]
