"""A page an institution: where it comes from, its drawing, the whole of it in words, what was found in it."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generating.places import CHECKOUT, DOCS, GENERATED, MEASUREMENTS

if TYPE_CHECKING:
    from agoranomos.institutions import Institution
    from agoranomos.institutions.checker import Report

FOLDER, IMAGES = DOCS / "institutions", DOCS / "images" / "institutions"
INTRODUCTION = """\
Every institution of the library, drawn, in words, and as `agora graph check` found it.
[How to write one](../how-to/write-an-institution.md); [every key](../reference/institution.md);
[those for agents who act for somebody](../scenarios/institutions-for-principals.md), with what they are for. *Placebos*
look like an institution, and are made not to work as one ([why](../how-to/use-placebos.md)).
"""


def institution_pages() -> dict[Path, str]:
    """The page and the drawing of every institution of the library, and the page that lists them."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.institutions.checker import check
    from agoranomos.institutions.placebos import placebo_in_words
    from agoranomos.institutions.show import as_svg

    certificates = json.loads((MEASUREMENTS / "certificates.json").read_text())["certificates"]
    frontier = json.loads((MEASUREMENTS / "frontier.json").read_text())
    gains = {one["institution"]: one | {"market": frontier["market"]} for one in frontier["certificates"]}
    used = campaigns_by_institution()
    made, rows = dict[Path, str](), list[str]()
    for file in institution_files():
        institution = load_institution(read_text(file))
        report = None if placebo_in_words(institution) else check(institution)
        certificate = certificates.get(institution.name) or gains.get(institution.name)
        campaigns = used.get(institution.name, [])
        made[FOLDER / f"{file.stem}.md"] = page(institution, file, report, certificate, campaigns)
        made[IMAGES / f"{file.stem}.svg"] = as_svg(institution)
        title = institution.manifest.title or ""
        rows.append(f"| [`{file.stem}`]({file.stem}.md) | {title} | {counted(report)} | {len(campaigns)} |")
    heads = "| institution | | `agora graph check` | campaigns |\n|---|---|---|---:|\n"
    made[FOLDER / "README.md"] = f"{GENERATED}# Institutions\n\n{INTRODUCTION}\n{heads}" + "\n".join(rows) + "\n"
    return made


def institution_files() -> list[Path]:
    """The manifests in institutions/, without the files of their example traces."""
    files = (CHECKOUT / "institutions").glob("*.yaml")
    return sorted(file for file in files if not file.name.endswith(".traces.yaml"))


def campaigns_by_institution() -> dict[str, list[str]]:
    """The names of the library's campaigns under each institution that one of their regimes or switches names."""
    from ruamel.yaml import YAML

    def named(part: Any, key: str = "") -> set[str]:
        if isinstance(part, dict):
            return set().union(*(named(value, name) for name, value in part.items()))
        if isinstance(part, list):
            return set().union(*(named(value, key) for value in part))
        return {part} if key in {"institution", "to"} and isinstance(part, str) else set()

    used: dict[str, list[str]] = {}
    for file in sorted((CHECKOUT / "campaigns").glob("*.yaml")):
        for name in named(YAML(typ="safe").load(file)):
            used.setdefault(name, []).append(file.stem)
    return used


def page(institution: Institution, file: Path, report: Report | None, certificate: Any, campaigns: list[str]) -> str:
    """docs/institutions/NAME.md."""
    from agoranomos.institutions.prose import prose

    manifest, name = institution.manifest, file.stem
    states, edges = len(institution.states), len(list(institution.edges))
    parts = [f"{GENERATED}# {name}\n"]
    if manifest.title:
        parts.append(f"**{manifest.title}.**\n")
    parts.append(told(file.read_text()))
    parts.append(
        f"![The graph of {name}: {states} states and {edges} transitions](../images/institutions/{name}.svg)\n"
    )
    parts.append(
        f"| | |\n|---|---|\n| file | [institutions/{file.name}](../../institutions/{file.name}) |\n"
        f"| states, transitions, events | {states}, {edges}, {len(institution.events)} |\n"
        f"| digest of what it means | `{institution.semantic_sha256[:16]}...` |\n"
        f"| example traces | {example_traces(file)} |\n"
        f"| campaigns | {', '.join(campaign_link(one) for one in campaigns) or 'none in the library'} |\n"
    )
    parts.append(f"## What is found in it\n\n{found(institution, report)}\n")
    parts.append(f"## Does it deter?\n\n{deters(name, certificate)}\n")
    parts.append("## In words\n\nAs `agora graph prose` writes it, from the manifest alone.\n")
    parts.append(re.sub(r"^(#+) ", r"##\1 ", prose(institution, "notice", None).text.rstrip("\n"), flags=re.MULTILINE))
    return "\n".join(parts) + "\n"


def told(source: str) -> str:
    """What the comment at the head of a manifest says, as paragraphs; as it stands where it is laid out in columns."""
    lines = []
    for line in source.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    if any(
        re.match(r"\s{2,}\S", line) and not in_list for line, in_list in zip(lines, within_list(lines), strict=True)
    ):
        return "```text\n" + "\n".join(lines) + "\n```\n"
    spaced: list[str] = []
    for line in lines:
        if line.startswith("- ") and spaced and not spaced[-1].startswith(("- ", "  ")):
            spaced.append("")
        spaced.append(line)
    return "\n".join(spaced) + "\n" if lines else ""


def within_list(lines: list[str]) -> list[bool]:
    """Whether each line goes on with an item of a list."""
    inside, found = False, []
    for line in lines:
        inside = line.startswith("- ") or (inside and line.startswith("  "))
        found.append(inside)
    return found


def example_traces(file: Path) -> str:
    """How many traces are played by example."""
    from ruamel.yaml import YAML

    traces = file.with_name(f"{file.stem}.traces.yaml")
    if not traces.is_file():
        return "none"
    return f"{len(YAML(typ='safe').load(traces)['traces'])}, played by `agora graph test {file.stem}`"


def campaign_link(name: str) -> str:
    """A campaign's name, as a link to its file."""
    return f"[`{name}`](../../campaigns/{name}.yaml)"


def counted(report: Report | None) -> str:
    """How many errors and warnings."""
    if report is None:
        return "a placebo"
    errors = sum(finding.level == "error" for finding in report.findings)
    warnings = len(report.findings) - errors
    shown = [f"{n} {what}{'' if n == 1 else 's'}" for n, what in ((errors, "error"), (warnings, "warning")) if n]
    return ", ".join(shown) or "nothing found"


def found(institution: Institution, report: Report | None) -> str:
    """What lint and check say, with the lines that they mean; plays that show a fault are left to the command."""
    from agoranomos.institutions.checker import RULES
    from agoranomos.institutions.lint import lint
    from agoranomos.institutions.placebos import placebo_in_words

    if report is None:
        return (
            f"A placebo: {'; '.join(placebo_in_words(institution))}. It is made not to work as an institution, so "
            f"nothing is looked for here; `agora graph check {institution.name}` tells what is to be seen in it."
        )
    whole = "" if report.complete else " (not all of them)"
    lines = [f"{report.standings:,} standings{whole} can be reached; in each of them every round was judged."]
    remarks = [f"- line {one.place.rsplit(':', 2)[1]}: {one.severity}: {one.message}" for one in lint(institution)]
    if remarks:
        lines += ["`agora graph lint` remarks:", "\n".join(remarks)]
    if not report.findings:
        return "\n\n".join([*lines, "`agora graph check` finds nothing."])
    lines.append(
        f"`agora graph check {institution.name}` finds {counted(report)}, and shows a play for those that have one:"
    )
    ordered = sorted(report.findings, key=lambda one: (list(RULES).index(one.rule), one.line))
    for rule, findings in groupby(ordered, key=lambda one: one.rule):
        places = "\n".join(f"- line {one.place.rsplit(':', 2)[1]}: {one.message}" for one in findings)
        lines.append(f"**{rule}**: {RULES[rule].meaning}\n\n{places}")
    return "\n\n".join(lines)


def deters(name: str, certificate: dict[str, Any] | None) -> str:
    """What the certificate that is kept says, or how to make one."""
    if certificate is not None and "harmful_gain_per_round" in certificate:
        return (
            f"In `{certificate['market']}` the best plan of all firms together that was found earns each "
            f"{certificate['gain_per_round']:,.2f} a round more than Nash play, fines taken off; "
            f"{certificate['harmful_gain_per_round']:,.2f} of that ({certificate['harmful_share']:.2%} of Nash profit) "
            f"is more than the best plan whose prices never exceed Nash. (`agora graph certify {name} --market "
            f"{certificate['market']}`; [how each number is derived](../explanation/deterrence.md), and "
            "[what it is held against](../explanation/frontier.md).)"
        )
    if certificate is None:
        return (
            f"No certificate of it is kept here. `agora graph certify {name} --market MARKET` makes one "
            "([what it proves](../explanation/deterrence.md))."
        )
    return (
        f"{certificate['sentence']} (`agora graph certify {name} --market {certificate['market']}`, "
        f"{certificate['runs']} runs of {certificate['rounds']} rounds a plan; "
        "[how each number is derived](../how-to/certify-a-graph.md).)"
    )
