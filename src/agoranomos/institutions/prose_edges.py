"""Transitions in English: when they are taken, what may deny them, what follows."""

from __future__ import annotations

from agoranomos.institutions.edge_words import in_force
from agoranomos.institutions.institution import EXPIRY, Edge, Institution
from agoranomos.institutions.manifest import Fine, Manifest, Transition
from agoranomos.institutions.prose_guards import condition, counter_in_words, update, words
from agoranomos.institutions.prose_text import Path, Told, counted, joined, listed, number, percent, told

FRESH = "evidence starts anew"


def trigger(manifest: Manifest, edge: Edge) -> Told:
    """The event and the guard, to stand after `when`."""
    spec, path = edge.spec, _path(edge)
    if spec.on == EXPIRY:
        event = told("its time in the state is over")
    else:
        event = told(words(spec.on, "events", spec.on), " happens")
    if spec.when is None:
        return event
    return told(event, " and ", condition(manifest, spec.when, *path, "when"))


def gates(manifest: Manifest, edge: Edge) -> tuple[Told, ...]:
    """What must hold besides, each to stand after `provided that`."""
    spec, path = edge.spec, _path(edge)
    found = [
        told(condition(manifest, text, *path, "requires", name), " (", words(name, *path, "requires", name), ")")
        for name, text in spec.requires.items()
    ]
    if spec.cooldown:
        rest = counted(spec.cooldown, "round", *path, "cooldown")
        found.append(told("it did not do so within the ", rest, " before"))
    return tuple(found)


def sanctions(institution: Institution, edge: Edge) -> tuple[Told, ...]:
    """The sanctions that the file names, each a noun, and of those that do not take effect that they do not."""
    spec, path = edge.written, _path(edge)
    found: list[Told] = []
    if spec.fine is not None:
        found.append(_fine(spec, spec.fine, (*path, "fine")))
    if spec.suspend:
        found.append(told("suspension from the market"))
    if spec.cap is not None:
        found.append(told("a limit of ", percent(spec.cap, *path, "cap"), " of its capacity"))
    for name, count in spec.forfeit.items():
        lost = number(count, *path, "forfeit", name)
        found.append(told("loss of ", lost, " of its ", words(name, "counters", name)))
    if edge.written is edge.spec:
        return tuple(found)
    return tuple(told(sanction, f" ({in_force(institution.manifest)})") for sanction in found)


def timing(edge: Edge) -> tuple[Told, ...]:
    """How long the new state lasts, and what is forgotten."""
    term = _term(edge)
    return (*((term,) if term else ()), *((told(FRESH),) if edge.spec.fresh_evidence else ()))


def _term(edge: Edge) -> Told:
    spec, path = edge.spec, _path(edge)
    if not spec.lasts:
        return ()
    rounds = told("for ", counted(spec.lasts, "round", *path, "lasts"))
    if not spec.jitter:
        return rounds
    return told(rounds, " and up to ", counted(spec.jitter, "round", *path, "jitter"), " more, as drawn")


def settings(manifest: Manifest, edge: Edge) -> tuple[Told, ...]:
    """What becomes of counters."""
    path = _path(edge)
    return tuple(
        told("its ", counter_in_words(name), " ", update(manifest, name, text, *path, "set", name))
        for name, text in edge.spec.set.items()
    )


def in_words(institution: Institution, edge: Edge) -> Told:
    """The whole transition, as an item of the list of its state; counters are set before a fine climbs with them."""
    manifest, spec = institution.manifest, edge.spec
    target = (
        told("stays in ", _state(spec.target)) if spec.target == spec.source else told("goes to ", _state(spec.target))
    )
    said = told("when ", trigger(manifest, edge), ", it ", target)
    if term := _term(edge):
        said = told(said, " ", term)
    if denials := gates(manifest, edge):
        said = told(said, ", provided that ", listed(denials))
    if spec.fresh_evidence:
        said = told(said, "; ", FRESH)
    changed, punished = settings(manifest, edge), sanctions(institution, edge)
    if changed:
        said = told(said, ". ", "First " if punished else "Then ", joined("; ", changed))
    if punished:
        said = told(said, ". Then the sanction: " if changed else ". Sanction: ", joined("; ", punished))
    return said


def _state(name: str) -> Told:
    return told(words(name, "states", name))


def _fine(spec: Transition, fine: Fine, path: Path) -> Told:
    rates = fine.rate if isinstance(fine.rate, tuple) else (fine.rate,)
    many = isinstance(fine.rate, tuple)
    shown = [percent(rate, *path, "rate", *((place,) if many else ())) for place, rate in enumerate(rates)]
    said = told("a fine of ", listed(shown, "or"))
    late = fine.over == "evidence"
    if fine.of == "gap":
        counted_in = " for each round of the evidence in which it broke the rule" if late else " if it broke the rule"
        said = told(
            said, " of the gap between what it earns where all break the rule and where all keep it", counted_in
        )
    else:
        base = {"nothing": " of its profit", "nash": " of what it earned above its Nash profit"}[fine.above]
        said = told(said, base, " in the rounds of the evidence" if late else " in the round")
    if fine.by is not None:
        said = told(said, " (climbing with its ", words(fine.by, "counters", fine.by), ")")
    if fine.floor:
        said = told(said, ", at least ", number(fine.floor, *path, "floor"))
    if fine.leniency is not None:
        share = percent(fine.leniency.share, *path, "leniency", "share")
        within = counted(fine.leniency.within, "round", *path, "leniency", "within")
        said = told(said, " (the first to report in the last ", within, " is spared ", share, " of it)")
    return said


def _path(edge: Edge) -> Path:
    return ("transitions", edge.index)
