"""What makes an institution a placebo, in words: what it does not do, does not say, or leaves to chance."""

from __future__ import annotations

from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Manifest


def placebo_in_words(institution: Institution) -> tuple[str, ...]:
    """What sets it apart from an institution that judges conduct, says so, and does what it says; empty for those."""
    found = []
    manifest = institution.manifest
    if manifest.sanctions is not None:
        found.append(sanctions_in_words(manifest))
    if manifest.notices is not None and manifest.notices.shown == "filler":
        found.append("agents read text without content, as long as the notices would be")
    if drawn_accusations(institution):
        found.append("accusations are drawn, and conduct has no part in them")
    return tuple(found)


def sanctions_in_words(manifest: Manifest) -> str:
    """Whether sanctions are announced and applied, as a clause."""
    if manifest.applies:
        return "sanctions are applied" + ("" if manifest.announces else " and never announced")
    return (
        "sanctions are announced and never applied"
        if manifest.announces
        else "sanctions are neither announced nor applied"
    )


def drawn_accusations(institution: Institution) -> tuple[str, ...]:
    """The events that accuse and that draws alone decide: no signal and no report has a part in them.

    What an event asks for is followed through earlier events and through counters' updates.
    """
    asks = {name: set(guard.names) for name, guard in institution.events}
    asks |= {name: set(guard.names) for name, _, guard in institution.counter_updates if guard is not None}
    audits, signals = institution.manifest.audits.keys(), institution.manifest.signals.keys()

    def read_by(event: str) -> set[str]:
        seen: set[str] = set()
        waiting = [event]
        while waiting:
            for name in asks.get(waiting.pop(), ()):
                plain = name.removeprefix("least.").removeprefix("most.")
                if plain not in seen:
                    seen.add(plain)
                    waiting.append(plain)
        return seen

    accusing = [name for name, event in institution.manifest.events.items() if event.accuses is not None]
    return tuple(
        name for name in accusing if (read := read_by(name)) & audits and not read & signals and "reported" not in read
    )
