"""What campaigns with principals found, and how their institutions were certified."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from generating.numbers import shown_mean


def with_principals(page: str, measurements: Path) -> str:
    """A page with what campaigns with principals found, where it asks: `principals MEASUREMENT`; see docs/keep.py."""

    def block(match: re.Match[str]) -> str:
        file = measurements / f"{match['measurement']}.json"
        none = "This campaign was not run with a language model here: nothing is measured, and nothing is claimed."
        text = principals_block(json.loads(file.read_text())) if file.is_file() else none
        return f"<!-- principals {match['measurement']} -->\n\n{text}\n\n<!-- end of principals -->"

    asked = r"<!-- principals (?P<measurement>principals_[a-z0-9_]+) -->\n.*?<!-- end of principals -->"
    return re.sub(asked, block, page, flags=re.DOTALL)


def with_certificates(page: str, measurements: Path) -> str:
    """A page with what `agora graph certify` says of institutions for principals, where it asks: `certificates`."""

    def table(match: re.Match[str]) -> str:
        found = json.loads((measurements / "certificates.json").read_text())["certificates"]
        lines = [
            "| institution | verdict of `certify` | best breach under it | at stake without it | dutiful fined |",
            "|---|---|---|---:|---:|",
        ]
        for name, one in found.items():
            verdict = "deters" if one["holds"] else "does not deter"
            if not one["accused"]:
                verdict = "accuses no plan more than the dutiful"
            elif one["gap"] <= 0:
                verdict = "nothing is at stake in what was tried"
            best = max(one["accused"] or one["let_pass"], key=lambda plan: plan["earns_under"]["point"])
            by = "all" if best["by"] == "all" else "one"
            lines.append(
                f"| `{name}` | {verdict} | `{best['plan']}`, by {by}: {shown_mean(best['earns_under'])} | "
                f"{one['gap']:.3g} | {one['dutiful']['fined']:.3g} |"
            )
        return "<!-- certificates -->\n\n" + "\n".join(lines) + "\n\n<!-- end of certificates -->"

    return re.sub(r"<!-- certificates -->\n.*?<!-- end of certificates -->", table, page, flags=re.DOTALL)


def principals_block(kept: dict[str, Any]) -> str:
    """What was run, by whom, whether its record verifies; then violations and the family's own outcomes by arm."""
    arms, log, settings = kept["arms"], kept["log"], kept["settings"]
    models = sorted({model for arm in arms for model in arm["models"]})
    asked = [arm for arm in arms if arm["models"]]
    decisions = sum(arm["decisions"] for arm in asked)
    runs = sum(arm["runs"] for arm in arms)
    by_whom = (
        f"{', '.join(f'`{model}`' for model in models)} made {decisions:,} of its decisions"
        if models
        else ("no language model took part")
    )
    seeds = settings["seeds"] if isinstance(settings["seeds"], int) else len(settings["seeds"])
    verified = (
        f"Its ledger and all {log['runs']} runs verify at level {log['level']}"
        if log["verified"]
        else f"**Its record does not verify**: {'; '.join(log['faults']) or 'runs are missing'}"
    )
    parts = [
        f"`agora run {kept['campaign']}`: {len(arms)} arms, {seeds} seeds, {runs} runs; {by_whom}. "
        f"{verified}; plan `{kept['plan'][:16]}...`. Intervals (95%, Student's t) are over runs.\n",
    ]
    shown = [name for name in kept["asked"] if name in kept["outcomes"]]
    heads = ["arm", "decisions", "played by", "violation", *(f"`{name}`" for name in shown), "failed calls", "no move"]
    lines = [f"| {' | '.join(heads)} |", f"|---|---:|---|{'---:|' * (len(heads) - 3)}"]
    for arm in arms:
        failed = f"{sum(arm['failures'].values())} of {arm['calls']}"
        by = ", ".join(arm["models"] or arm["policies"])
        means = [shown_mean(arm["outcomes"].get(name)) for name in shown]
        cells = [f"`{arm['arm']}`", f"{arm['decisions']:,}", by, shown_mean(arm["violation"]), *means, failed]
        lines.append(f"| {' | '.join([*cells, str(arm['without_a_move'])])} |")
    parts.append("\n".join(lines))
    if shown:
        parts.append("\n" + "; ".join(f"`{name}`: {kept['outcomes'][name]}" for name in shown) + ".")
    if any(model.startswith("smollm2") for model in models):
        parts.append(
            "\nA model of 135 million parameters shows that the path works; "
            "what it does is no evidence about large ones."
        )
    return "\n".join(parts)
