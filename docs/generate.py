"""Writes what is made of the program itself: commands, schemas, a picture, forgeries, performance. CI checks it.

python docs/generate.py           writes them
python docs/generate.py --check   exits 1 and names those that are stale
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
GENERATED = "<!-- Written by docs/generate.py (make docs); do not edit. -->\n\n"
COLUMNS = 110
PICTURED = "cournot-antitrust-hardened"

COMMANDS_INTRODUCTION = """\
Exit codes: 0 fine; 1 a finding (a check failed, a log is tampered with, damaged or cannot be decided); 2 wrong usage or
an invalid file; 3 the machine failed (disk, network, GPU); 130 interrupted; 141 whoever read the output is gone.

Variables: `AGORA_HOME` is the folder of keys, models and kept calls; `NO_COLOR` turns colour off; `AGORA_TRACEBACK=1`
shows where an unexpected error came from.
"""


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    from agoranomos.campaigns.status import status_schema
    from agoranomos.cli.graph_schema import document_kinds, json_schema

    made = {DOCS / "reference" / "commands.md": commands_page(), DOCS / "reference" / "institution.md": manifest_page()}
    for kind in document_kinds():
        made[DOCS / "schemas" / f"{kind}.json"] = json.dumps(json_schema(kind), indent=2) + "\n"
    made[DOCS / "schemas" / "status.json"] = json.dumps(status_schema(), indent=2) + "\n"
    made[DOCS / "images" / f"{PICTURED}.svg"] = picture()
    threats = DOCS / "explanation" / "threat-model.md"
    made[threats] = with_threat_table(threats.read_text())
    policies = DOCS / "policies.md"
    made[policies] = with_facts_table(policies.read_text())
    tipping = DOCS / "explanation" / "alignment-tipping.md"
    made[tipping] = with_tables_of_studies(tipping.read_text(), DOCS / "measurements", "alignment_tipping")
    training = DOCS / "how-to" / "train-an-alignment-prior.md"
    made[training] = with_trainings(training.read_text(), DOCS / "measurements", DOCS.parent / "policies")
    tin_men = DOCS / "explanation" / "tin-men.md"
    if tin_men.is_file():
        made[tin_men] = with_tables_of_studies(tin_men.read_text(), DOCS / "measurements", "tin_men")
    for page in sorted((DOCS / "scenarios").glob("*.md")):
        made[page] = with_certificates(with_principals(page.read_text(), DOCS / "measurements"), DOCS / "measurements")
    performance = DOCS / "performance.json"
    if performance.is_file():
        made[DOCS / "performance.md"] = performance_page(json.loads(performance.read_text()))
    return made


def verbs(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that lead to each verb, in the order of `--help`."""
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from verbs(found, (*path, name))
        else:
            yield *path, name


def help_of(words: tuple[str, ...]) -> str:
    """What `agora WORDS --help` prints on a terminal of `COLUMNS` columns."""
    from agoranomos.cli.entry import run_command

    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(COLUMNS)
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            run_command([*words, "--help"])
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


def commands_page() -> str:
    """docs/reference/commands.md."""
    from agoranomos.cli.app import command

    parts = [f"{GENERATED}# Commands\n", COMMANDS_INTRODUCTION, f"```text\n{help_of(())}\n```\n"]
    for words in verbs(command()):
        parts.append(f"## agora {' '.join(words)}\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


MANIFEST_INTRODUCTION = """\
A manifest is a YAML file: a governance graph with what drives it and what it says. Keys are needed where the table says
so; an unknown key is an error, and so is one that changes nothing. How to write one from nothing:
[write an institution](../how-to/write-an-institution.md). The same as a JSON Schema:
[institution.json](../schemas/institution.json).
"""


def manifest_page() -> str:
    """docs/reference/institution.md."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.institutions.inheritance import extends_of
    from agoranomos.institutions.reference import examples_of, reference_page

    tested = DOCS.parent / "tests" / "institutions"
    shipped = DOCS.parent / "institutions"
    files = (tested / "every_key.yaml", tested / "every_feature.yaml", shipped / f"{PICTURED}.yaml")
    extends = extends_of(read_text(shipped / "cournot-antitrust-no-warning.yaml"))
    assert extends is not None
    examples = examples_of(*(load_institution(read_text(path)).manifest for path in files), extends)
    examples["Manifest", "extends"] = extends.model_dump() | {"sha256": f"{extends.sha256[:8]}..."}
    examples["Extends", "sha256"] = f"{extends.sha256[:8]}..."
    return f"{GENERATED}# Institutions\n\n{MANIFEST_INTRODUCTION}\n{reference_page(examples)}\n"


FACTS_BEGIN = "<!-- Written by docs/generate.py: what the policies claim -->"
FACTS_END = "<!-- So much for what the policies claim -->"
TABLE_BEGINS, TABLE_ENDS = "<!-- table: written by docs/generate.py -->\n", "<!-- end of table -->\n"


def with_threat_table(page: str) -> str:
    """The page of the threat model with the table of forgeries that `agora log attack` plays."""
    from agoranomos.campaigns.attack.table import threat_table

    before, _, rest = page.partition(TABLE_BEGINS)
    return before + TABLE_BEGINS + "\n" + threat_table() + "\n" + TABLE_ENDS + rest.partition(TABLE_ENDS)[2]


def with_facts_table(page: str) -> str:
    """The page of the policies with the table of what is claimed of each."""
    from agoranomos.policies.facts_table import facts_table

    before, _, rest = page.partition(FACTS_BEGIN)
    return before + FACTS_BEGIN + "\n\n" + facts_table() + "\n\n" + FACTS_END + rest.partition(FACTS_END)[2]


def with_tables_of_studies(page: str, measurements: Path, usual: str) -> str:
    """A page with the tables that it asks for: `table NAME of MEASUREMENT`, or of the `usual` one; see docs/keep.py."""

    def table(match: re.Match[str]) -> str:
        kept = measurements / f"{match['measurement'] or usual}.json"
        tables = json.loads(kept.read_text())["tables"] if kept.is_file() else {}
        begins = match[0].partition("\n")[0]
        if match["name"] not in tables:
            none = "No model took part in this run, so there is none." if tables else "Not measured here."
            return f"{begins}\n\n{none}\n\n<!-- end of table -->"
        rows: dict[str, list[str]] = {}
        columns: dict[str, None] = {}
        for cell in tables[match["name"]]["cells"]:
            columns[cell["column"]] = None
            shown = [cell["text"], f"published: {cell['published']}" if cell["text"] else cell["published"]]
            rows.setdefault(cell["row"], []).append(
                "; ".join(part for part in shown if part not in ("", "published: "))
            )
        lines = [f"| | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
        lines += [f"| {row} | {' | '.join(cells)} |" for row, cells in rows.items()]
        text = "\n".join(lines).replace("p*", "p\\*").replace("q*", "q\\*")
        return f"{begins}\n\n{text}\n\n<!-- end of table -->"

    asked = r"<!-- table (?P<name>[a-z0-9-]+)(?: of (?P<measurement>[a-z0-9_]+))? -->\n.*?<!-- end of table -->"
    return re.sub(asked, table, page, flags=re.DOTALL)


def with_trainings(page: str, measurements: Path, policies: Path) -> str:
    """A page with what trainings came to (`training MEASUREMENT`, see docs/keep.py) and with files of policies/."""

    def table(match: re.Match[str]) -> str:
        kept = measurements / f"{match['measurement']}.json"
        text = training_table(json.loads(kept.read_text())) if kept.is_file() else "Not measured here."
        return f"<!-- training {match['measurement']} -->\n\n{text}\n\n<!-- end of training -->"

    def file(match: re.Match[str]) -> str:
        text = (policies / match["name"]).read_text()
        return f"<!-- policies/{match['name']} -->\n\n```yaml\n{text}```\n\n<!-- end of file -->"

    trained = r"<!-- training (?P<measurement>[a-z0-9_]+) -->\n.*?<!-- end of training -->"
    page = re.sub(trained, table, page, flags=re.DOTALL)
    return re.sub(r"<!-- policies/(?P<name>[a-z0-9.-]+) -->\n.*?<!-- end of file -->", file, page, flags=re.DOTALL)


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


def shown_mean(found: dict[str, Any] | None) -> str:
    """A mean with its interval, to three digits; a dash where nothing defines it."""
    if found is None or found["point"] is None:
        return "–"
    point, low, high = (
        "" if found[key] is None else f"{found[key]:.3f}".replace("-", "−") for key in ("point", "low", "high")
    )
    return f"{point} ({low} to {high})" if low else point


def training_table(kept: dict[str, Any]) -> str:
    """What a training changed at its held-out prompts, as a table of Markdown."""

    def shown_estimate(found: dict[str, Any]) -> str:
        if found["low"] is None:
            return f"{found['point']:.3f} (no interval)"
        return f"{found['point']:.3f} ({found['low']:.3f} to {found['high']:.3f})"

    said, result = kept["training"]["training"], kept["result"]
    held = kept["before"] if "before" in kept else kept["generations"][0]
    rows = [
        ("model", f"{said['model']}, {kept['training']['model_sha256'][:12]}..."),
        ("document", f"`{said['name']}`, {kept['training']['document_sha256'][:12]}..."),
        ("held-out prompts, of settings", f"{len(held['violation'])}, {len(set(held['settings']))}"),
    ]
    if "generations" in kept:
        for number, found in enumerate(result["violation"]):
            rows.append((f"breaks the rule after generation {number}", shown_estimate(found)))
        rows.append(("from the first to the last it rose by", shown_estimate(result["violation_rose"])))
    else:
        data = kept.get("data", {})
        rows.append(("pairs, or prompts, trained on", shown(data.get("pairs"))))
        for when, measured in (("before", kept["before"]), ("after", kept["after"])):
            rows.append((f"breaks the rule {when}", shown_estimate(measured["estimate"])))
        rows.append(("it fell by", shown_estimate(result["violation_fell"])))
        for when in ("before", "after"):
            if (under := result.get(f"opposite_rules_{when}")) is not None:
                rows.append((f"breaks the opposite rule {when}", shown_estimate(under)))
        for when, measured in (("before", kept["before"]), ("after", kept["after"])):
            if measured["replies"]:
                words = f"{measured['unparseable']:.0%} of {measured['replies']}"
                rows.append((f"free replies that could not be read, {when}", words))
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)])


def picture() -> str:
    """The institution that the README shows, as `agora graph show -o` draws it."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.institutions.show import as_svg

    return as_svg(load_institution(read_text(DOCS.parent / "institutions" / f"{PICTURED}.yaml")))


def performance_page(performance: dict[str, Any]) -> str:
    """docs/performance.md, from what `make bench` measured."""
    machine = performance["machine"]
    parts = [
        f"{GENERATED}# Performance\n",
        f"Measured with `make bench` on {machine['cpus']} CPU cores ({machine['processor']}), "
        f"Python {machine['python']}, {machine['system']}.\n"
        "Every figure comes from a script in `benchmarks/`; its JSON is in `docs/performance.json`.\n",
    ]
    rows = list(kept(performance["measurements"]))
    if rows:
        parts.append("| what is aimed at | aim | measured | |\n|---|---:|---:|---|\n" + "\n".join(rows) + "\n")
    for name, measured in performance["measurements"].items():
        parts.append(f"## {measured['title']}\n\n{measured['about']}\n\n    {measured['command']}\n")
        for rows in tables(measured["figures"]):
            parts.append(as_table(rows))
        if not measured["figures"]:
            parts.append(f"Not measured here ({name}).\n")
    parts += gpu_section(json.loads(GPU.read_text()) if GPU.is_file() else None)
    if COMPILED.is_file():
        parts += compiled_section(json.loads(COMPILED.read_text())["figures"])
    if TAMPER_MATRIX.is_file():
        parts += tamper_section(json.loads(TAMPER_MATRIX.read_text())["tests"])
    if FAULT_MATRIX.is_file():
        parts += fault_section(json.loads(FAULT_MATRIX.read_text())["faults"])
    if MUTANTS.is_file():
        parts += mutant_section(json.loads(MUTANTS.read_text())["modules"])
    return "\n".join(parts)


GPU = DOCS / "measurements" / "gpu.json"
COMPILED = DOCS / "measurements" / "compiled_judge_speed.json"
TAMPER_MATRIX = DOCS / "measurements" / "tamper_matrix.json"
FAULT_MATRIX = DOCS / "measurements" / "fault_matrix.json"
MUTANTS = DOCS / "measurements" / "mutants.json"


def gpu_section(found: dict[str, Any] | None) -> Iterator[str]:
    """A model of 8 billion parameters on one GPU: what was measured, or that nothing was."""
    yield "## A model of 8 billion parameters on one GPU\n"
    if found is None:
        yield "No GPU was at hand: nothing is measured, and nothing is claimed.\n"
    else:
        decoding, together = found["decoding"], found["all_calls_at_once"]
        lines = [
            f"On one {found['device']}, torch {found['torch']}: {found['model']['architecture']}, "
            f"{found['model']['number_format']}, {together['together']} calls at a time.\n",
            "| figure | value |\n|---|---:|",
            f"| calls a second | {shown(together['calls_per_second'])} |",
            f"| tokens of replies a second | {shown(together['reply_tokens_per_second'])} |",
            f"| tokens a second in decoding alone | {shown(decoding['tokens_per_second'])} |",
            f"| share of the memory-bandwidth limit in decoding | {shown(decoding['share_of_the_bandwidth_limit'])} |",
            f"| share of wall time in which the GPU was busy | {shown((found['busy'] or {}).get('share', '-'))} |",
            f"| times one run at a time (aim: at least 20) | {shown(found['times_one_run_at_a_time'])} |",
            f"| times plain `generate` with static batches | {shown(found['times_plain_generate'])} |",
        ]
        yield "\n".join(lines) + "\n"
    yield "    python benchmarks/gpu.py --out docs/measurements/gpu.json\n"


def compiled_section(figures: list[dict[str, Any]]) -> Iterator[str]:
    """Firm-rounds a second of the compiled judge, and against the interpreted one in the same run."""
    slowest = min(row["firm_rounds_per_second_judged"] for row in figures)
    aim = 1_000_000
    yield (
        "## The compiled judge\n\nFirm-rounds a second by the clock, on two processes; the aim is at least "
        f"{aim:,}: {'met' if slowest >= aim else '**missed**'}. "
        "A million random rounds under random institutions came out bit for bit as the interpreted judge decides them "
        "(docs/measurements/compiled_judge.json).\n\n"
        "    python benchmarks/compiled_judge.py --out docs/measurements/compiled_judge_speed.json\n"
    )
    lines = ["| institution | judged | cleared, measured and judged | times the interpreted judge, a core |"]
    lines.append("|---|---:|---:|---:|")
    lines += [
        f"| {row['institution']} | {round(row['firm_rounds_per_second_judged']):,} "
        f"| {round(row['firm_rounds_per_second_played']):,} | {row['times_the_interpreted_per_core']:.0f} |"
        for row in figures
    ]
    yield "\n".join(lines) + "\n"


def fault_section(faults: list[dict[str, Any]]) -> Iterator[str]:
    """What struck in the last run of the fault matrix, and whether a promise was broken."""
    struck, broken = sum(row["struck"] for row in faults), sum(row["broken"] for row in faults)
    yield (
        "## The fault matrix\n\nAfter every fault: what was acknowledged is there, byte for byte; every checkpoint "
        "that was told is consistent with it; no two that were signed contradict each other; recovering twice is "
        f"recovering once; what was cut off is told of. {struck:,} faults, {broken:,} broken promises.\n\n"
        "    python -m benchmarks.fault_matrix\n"
    )
    lines = ["| fault | what strikes | times | broken | seconds |", "|---|---|---:|---:|---:|"]
    lines += [
        f"| {row['fault']} | {row['what']} | {shown(row['struck'])} | {row['broken']} | {shown(row['seconds'])} |"
        for row in faults
    ]
    yield "\n".join(lines) + "\n"
    notes = next((row["notes"] for row in faults if row["fault"] == "F5"), {})
    orders = dict.fromkeys(name.partition(": ")[0] for name in notes if ": states" in name)
    if orders:
        yield (
            "The order of a commit is played beside four wrong ones, over every image that a disk may hold after a "
            "power cut; what finds nothing in these would find nothing at all.\n"
        )
        lines = ["| order of a commit | images | break a promise |", "|---|---:|---:|"]
        lines += [f"| {name} | {notes[f'{name}: states']:,} | {notes[f'{name}: violations']:,} |" for name in orders]
        yield "\n".join(lines) + "\n"


def mutant_section(modules: dict[str, dict[str, Any]]) -> Iterator[str]:
    """How many changes to the verifier the tests find."""
    total = {key: sum(row[key] for row in modules.values()) for key in ("made", "killed")}
    left = sum(len(row["survived"]) for row in modules.values())
    same = sum(len(row["equivalent"]) for row in modules.values())
    yield (
        "## Mutants of the verifier\n\nSmall changes to the code that verifies, one at a time; the tests must fail "
        f"for each. {total['made']:,} made, {total['killed']:,} found, {same} change nothing that can be seen (each "
        f"with its reason in docs/measurements/mutants.json), {left} survive.\n\n    make mutants\n"
    )
    lines = ["| module | made | found | change nothing | survive |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {name} | {row['made']} | {row['killed']} | {len(row['equivalent'])} | {len(row['survived'])} |"
        for name, row in modules.items()
    ]
    yield "\n".join(lines) + "\n"


def tamper_section(tests: list[dict[str, Any]]) -> Iterator[str]:
    """What was forged in the last run of the tamper matrix, and what became of it."""
    forged = [row for row in tests if "made" in row]
    yield (
        "## The tamper matrix\n\nEvery forgery is made, and must be found: "
        f"{sum(row['made'] for row in forged):,} made, {sum(row['found'] for row in forged):,} found. "
        "Tests that stand for a row are counted, not their forgeries.\n\n    python -m benchmarks.tamper_matrix\n"
    )
    lines = ["| test | what is forged | made | found | tampered | damaged | undecided | seconds |"]
    lines.append("|---|---|" + "---:|" * 6)
    for row in tests:
        if "made" in row:
            part = f" (one in {row['one_in']})" if row["one_in"] > 1 else ""
            counts = [shown(row[key]) for key in ("made", "found", "tampered", "damaged", "undecided", "seconds")]
        else:
            part = ""
            counts = [f"{row['tests']} tests", f"{row['passed']} passed", "", "", "", shown(row["seconds"])]
        lines.append(f"| {row['test']} | {row['what']}{part} | {' | '.join(counts)} |")
    yield "\n".join(lines) + "\n"


AIMS = (
    ("governed_rounds", "decisions_per_second_durable_once_a_run", min, ">=", 10_000,
     "governed decisions a second on one core, everything logged, durable once a run"),
    ("governed_rounds", "durable_every_round_over_allowed", max, "<=", 1.0,
     "durable every round: time over (1.5 times the time in memory, plus two syncs)"),
    ("log_verify", "entries_per_second_median", min, ">=", 200_000, "entries verified a second, without replay"),
    ("runner_mock", "overhead_us_per_decision", max, "<=", 100,
     "microseconds of our CPU a decision beyond policy and market, 64 runs waiting for a model of 50 ms"),
    ("pettingzoo_step", "cournot_step_extra_us", max, "<=", 20,
     "microseconds of a bare step of cournot_v0 beyond a minimal environment's"),
    ("queue_overhead", "campaign_cpu_ms_per_call", max, "<=", 0.3,
     "milliseconds of our CPU a mock's call, from prompt to a log signed and synced every round, 512 in flight"),
    ("queue_overhead", "durable_once_a_run_harness_cpu_ms_per_call", max, "<=", 0.3,
     "the same where the log is durable once a run, less what market, judge and agents themselves take"),
    ("queue_overhead", "campaign_wall_over_calls_alone", max, "<=", 0.05,
     "wall time beyond the calls' own, as a share of it, at a latency of 1 s with 512 in flight"),
    ("invariance", "wrong_choices", max, "<=", 0,
     "choices and distributions that depend on the batch or on the workers"),
    ("market_kernels", "cournot_firm_rounds_per_second", min, ">=", 5_000_000,
     "firm-rounds a second of scripted play in the Cournot kernel, on two cores, all measures included"),
    ("long_run", "grown_mib_at_most", max, "<=", 1.0, "mebibytes that memory grows over ten million rounds"),
)  # fmt: skip
"""Script, figure, which of several counts, how it compares with the aim, the aim, and what it is."""


def kept(measurements: dict[str, Any]) -> Iterator[str]:
    """One row an aim, for the figures that were measured; an aim that is missed says so."""
    for script, key, pick, sign, aim, words in AIMS:
        found = list(values_of(measurements.get(script, {}).get("figures", {}), key))
        if found:
            value = pick(found)
            met = value >= aim if sign == ">=" else value <= aim
            bound = f"{'at least' if sign == '>=' else 'at most'} {shown(aim)}"
            yield f"| {words} | {bound} | {shown(value)} | {'met' if met else '**missed**'} |"
    for row in measurements.get("log_ratios", {}).get("figures", {}).get("ratios", []):
        met = "met" if row["measured"] <= row["accepted"] else "**missed**"
        yield f"| {row['what']} | at most {shown(row['accepted'])} | {shown(row['measured'])} | {met} |"


def values_of(figures: Any, key: str) -> Iterator[float]:
    """Every number that stands under `key`, however deep."""
    if isinstance(figures, dict):
        if isinstance(figures.get(key), int | float):
            yield figures[key]
        for value in figures.values():
            yield from values_of(value, key)
    elif isinstance(figures, list):
        for value in figures:
            yield from values_of(value, key)


def tables(figures: dict[str, Any]) -> Iterator[list[tuple[str, list[str]]]]:
    """Figures as tables: what is a list of objects has a column an object; what is a plain number is a row.

    Objects that say `what` they are have a row each.
    """
    plain = [(key, [shown(value)]) for key, value in figures.items() if isinstance(value, int | float | str)]
    if plain:
        yield plain
    for key, value in figures.items():
        if isinstance(value, dict) and key != "machine":
            yield from tables(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "what" in value[0]:
            heads = [column for column in value[0] if column != "what"]
            yield [("what", heads), *((row["what"], [shown(row[column]) for column in heads]) for row in value)]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            keys = list(dict.fromkeys(k for row in value for k in row if not isinstance(row[k], dict | list)))
            yield [(k, [shown(row.get(k)) for row in value]) for k in keys]


def as_table(rows: list[tuple[str, list[str]]]) -> str:
    """A Markdown table, with numbered columns unless the first row names them."""
    width = len(rows[0][1])
    heading = "| figure | " + " | ".join("value" if width == 1 else str(n + 1) for n in range(width)) + " |"
    if rows[0][0] == "what":
        heading = f"| what | {' | '.join(rows[0][1])} |"
        rows = rows[1:]
    lines = [heading]
    lines.append("|---|" + "---:|" * width)
    lines += [f"| {key.replace('_', ' ')} | {' | '.join(values)} |" for key, values in rows]
    return "\n".join(lines) + "\n"


def shown(value: Any) -> str:
    """A number with at most four significant digits, thousands apart."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def main(arguments: list[str]) -> None:
    """Write the pages, or check them."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text() != text]
    if "--check" in arguments:
        if stale:
            sys.exit(f"stale, run make docs: {', '.join(str(path.relative_to(DOCS)) for path in stale)}")
        return
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(f"{len(stale)} of {len(pages())} generated pages were stale")


if __name__ == "__main__":
    main(sys.argv[1:])
