"""The rules in words: what is forbidden and what is demanded, without a word on who watches and what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agoranomos.institutions.expressions import Binary, Name, Node, Not, parsed
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Manifest, Rule
from agoranomos.institutions.prose_guards import condition, words
from agoranomos.institutions.prose_signals import meaning_of, measure_in_words, measured
from agoranomos.institutions.prose_text import Quote, Told, listed, sentence, spoken, told
from agoranomos.markets.facts import MarketFacts

_STATED = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|"
    r"once|twice|thrice|half|third|quarter|double|triple)\b",
    re.IGNORECASE,
)


def states_a_number(text: str) -> bool:
    """Whether a text gives a number, in digits or as a word: one that is written by hand may say what is not so."""
    return _STATED.search(text) is not None


def duties(manifest: Manifest) -> dict[str, Rule]:
    """The rules that demand or forbid; those that permit are about what follows."""
    return {name: rule for name, rule in manifest.rules.items() if rule.deontic != "may"}


def the_rules(institution: Institution, facts: MarketFacts | None) -> list[Told]:
    """The duties with the standards that they are held against, a line each; the same text told or enforced."""
    manifest = institution.manifest
    lines: list[Told] = []
    used: dict[str, None] = {}
    for name, rule in duties(manifest).items():
        lines.append(sentence(in_words(name, rule)))
        for event, spec in manifest.events.items():
            if spec.accuses != name:
                continue
            standard, signals = _standard(institution, event)
            used |= dict.fromkeys(signals)
            if standard:
                lines.append(standard)
    if used:
        lines.append(())
        lines.append(told("The words mean this:"))
        lines += [
            told("- ", words(name, "signals", name), ": ", meaning_of(manifest, name, facts), ".") for name in used
        ]
        lines += _measures(manifest, list(used), facts)
    lines.append(())
    lines.append(told("These rules hold for every agent, in every round."))
    return lines


def signals_told(institution: Institution) -> set[str]:
    """The signals whose meaning the rules tell."""
    manifest = institution.manifest
    accusing = [name for name, event in manifest.events.items() if event.accuses in duties(manifest)]
    return {signal for event in accusing for signal in _signals_of(institution, event)}


def in_words(name: str, rule: Rule) -> Told:
    """The rule in ABDICO's order, without its condition and its `or else`: those are told from values."""
    path = ("rules", name)
    said = told(spoken(rule.attribute, *path, "attribute"), f" {rule.deontic} ", spoken(rule.aim, *path, "aim"))
    if rule.object:
        said = told(said, " ", spoken(rule.object, *path, "object"))
    if rule.condition != "at all times" and not states_a_number(rule.condition):
        said = told(said, " ", spoken(rule.condition, *path, "condition"))
    return said


def _measures(manifest: Manifest, signals: list[str], facts: MarketFacts | None) -> Iterator[Told]:
    """What the measures are whose scale the market explains."""
    if facts is None:
        return
    for measure, path in measured(manifest).items():
        kind = facts.measures.get(f"{measure}_e6")
        if kind is None or path[1] not in signals or ":" not in kind.title:
            continue
        rest = kind.title.partition(":")[2].strip()
        scale = Quote(rest, ("market", "measures", measure))
        yield told("- the measure ", measure_in_words(measure, path, facts), " is: ", scale, ".")


def _standard(institution: Institution, event: str) -> tuple[Told, list[str]]:
    """When the rule counts as broken, as far as conduct goes, and the signals that tell."""
    manifest = institution.manifest
    signals = list(_signals_of(institution, event))
    node = parsed(manifest.events[event].when)
    conduct = _conduct(manifest, node) if node is not None else None
    if conduct is not None:
        return told("This counts as broken when ", condition(manifest, conduct, "events", event, "when"), "."), signals
    named = [words(name, "signals", name) for name in signals]
    return (told("Whether it is kept is read from ", listed(named), ".") if named else ()), signals


def _conduct(manifest: Manifest, node: Node) -> str | None:
    """The condition without audits, whose chance is no matter of conduct; None where it asks for more than signals."""
    match node:
        case Name(name) if name in manifest.signals:
            return name
        case Not(of):
            inside = _conduct(manifest, of)
            return f"!({inside})" if inside is not None else None
        case Binary("&&" | "||" as sign, left, right):
            if sign == "&&":
                for audit, other in ((left, right), (right, left)):
                    if isinstance(audit, Name) and audit.name in manifest.audits:
                        return _conduct(manifest, other)
            sides = _conduct(manifest, left), _conduct(manifest, right)
            return None if None in sides else f"({sides[0]}) {sign} ({sides[1]})"
    return None


def _signals_of(institution: Institution, event: str) -> Iterator[str]:
    """The signals that decide an event, through the events that it asks for."""
    guards = dict(institution.events)
    waiting, seen = [event], set()
    while waiting:
        one = waiting.pop(0)
        seen.add(one)
        for name in guards[one].names:
            if name in institution.manifest.signals and name not in seen:
                seen.add(name)
                yield name
            elif name in guards and name not in seen:
                waiting.append(name)
