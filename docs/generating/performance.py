"""The page of performance: what `make bench` and the other measurements came to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generating.aims import kept
from generating.matrices import compiled_section, fault_section, gpu_section, mutant_section, tamper_section
from generating.numbers import shown
from generating.places import GENERATED, MEASUREMENTS


def performance_page(performance: dict[str, Any]) -> str:
    """docs/performance.md, from what `make bench` measured."""
    machine = performance["machine"]
    parts = [
        f"{GENERATED}# Performance\n",
        f"Measured with `make bench` on {machine['cpus']} CPU cores ({machine['processor']}), "
        f"Python {machine['python']}, {machine['system']}.\n"
        "Every figure comes from a script in `benchmarks/`; its JSON is in `docs/performance.json`.\n",
    ]
    aims = list(kept(performance["measurements"]))
    if aims:
        parts.append("| what is aimed at | aim | measured | |\n|---|---:|---:|---|\n" + "\n".join(aims) + "\n")
    for name, measured in performance["measurements"].items():
        parts.append(f"## {measured['title']}\n\n{measured['about']}\n\n    {measured['command']}\n")
        for rows in tables(measured["figures"]):
            parts.append(as_table(rows))
        if not measured["figures"]:
            parts.append(f"Not measured here ({name}).\n")
    parts += gpu_section(kept_measurement("gpu"))
    for name, key, section in SECTIONS:
        found = kept_measurement(name)
        if found is not None:
            parts += section(found[key])
    return "\n".join(parts)


SECTIONS = (
    ("compiled_judge_speed", "figures", compiled_section),
    ("tamper_matrix", "tests", tamper_section),
    ("fault_matrix", "faults", fault_section),
    ("mutants", "modules", mutant_section),
)
"""Measurements that have a section of their own: the file, what of it, and what writes it."""


def kept_measurement(name: str) -> Any:
    """What docs/measurements/NAME.json holds; nothing where it was not measured."""
    file = MEASUREMENTS / f"{name}.json"
    return json.loads(file.read_text()) if file.is_file() else None


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
