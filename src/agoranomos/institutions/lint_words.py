"""Slips of words: whatever a file declares and nothing uses is decoration, and decoration misleads."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator

from agoranomos.institutions.institution import Institution
from agoranomos.institutions.remark import Remarks


def remark_on_words(institution: Institution, remarks: Remarks) -> None:
    """Signals, audits, events, parameters, rules and counters that nothing uses."""
    manifest = institution.manifest
    read = Tally(_reads(institution))
    told = institution.told
    asked = {edge.spec.on for edge in institution.edges}
    cited = {signal for evidence in institution.evidence.values() for signal in evidence}
    cited_under = {event.accuses for event in manifest.events.values()} | {edge.spec.rule for edge in institution.edges}
    for name in manifest.signals:
        if not read[name] and name not in cited:
            remarks.error(f"signal {name!r} is used by no event", "signals", name)
    for name in manifest.audits:
        if not read[name]:
            remarks.error(f"no condition asks for the audit {name!r}", "audits", name)
    for name, event in manifest.events.items():
        if name in asked:
            pass
        elif event.accuses is not None:
            remarks.warning(
                f"event {name!r} opens a case, but no transition is `on: {name}`",
                "events",
                name,
                advice="The accusation has no consequence.",
            )
        elif not read[name]:
            remarks.error(f"event {name!r} is used by nothing", "events", name)
        _remark_on_evidence(institution, name, remarks)
    for name in manifest.parameters:
        if not read[name] and name not in told:
            remarks.error(f"parameter {name!r} is used by nothing", "parameters", name)
    for rule in manifest.rules:
        if rule not in cited_under:
            remarks.error(f"rule {rule!r} is applied by no event and no transition", "rules", rule)
    _remark_on_counters(institution, read, told, remarks)


def _remark_on_counters(institution: Institution, read: Tally[str], told: frozenset[str], remarks: Remarks) -> None:
    climbed = {edge.spec.fine.by for edge in institution.edges if edge.spec.fine is not None}
    written = {name for edge in institution.edges for name in (*edge.spec.set, *edge.spec.forfeit)}
    for name, counter in institution.manifest.counters.items():
        if not read[name] and name not in climbed and name not in told:
            remarks.error(f"counter {name!r} is read by nothing but itself", "counters", name)
        if counter.next is None and name not in written:
            remarks.error(
                f"counter {name!r} never changes", "counters", name, advice="A constant belongs under `parameters`."
            )


def _remark_on_evidence(institution: Institution, event: str, remarks: Remarks) -> None:
    """A case that leaves out what opened it cannot be contested."""
    guard = dict(institution.events)[event]
    for signal in guard.names:
        if signal in institution.manifest.signals and signal not in institution.evidence.get(event, (signal,)):
            remarks.warning(
                f"event {event!r} fires on signal {signal!r}, but its cases do not cite it",
                "events",
                event,
                "evidence",
                advice="The accused would not see what the accusation rests on.",
            )


def _reads(institution: Institution) -> Iterator[str]:
    """The names that guards read, `least.c` and `most.c` as `c`; a counter's own update is no use of it."""
    for _, guard in institution.events:
        yield from _plain(guard.names)
    for name, _, update in institution.counter_updates:
        yield from (word for word in _plain(update.names if update is not None else ()) if word != name)
    for edge in institution.edges:
        yield from _plain(edge.when.names if edge.when is not None else ())
        for _, guard in edge.requires:
            yield from _plain(guard.names)
        for name, guard in edge.set:
            yield from (word for word in _plain(guard.names) if word != name)


def _plain(names: tuple[str, ...]) -> Iterator[str]:
    return (name.removeprefix("least.").removeprefix("most.") for name in names)
