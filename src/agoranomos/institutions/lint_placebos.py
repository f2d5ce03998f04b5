"""Slips of placebos: what a notice names although nobody is to be told, and keys that withhold nothing."""

from __future__ import annotations

from agoranomos.institutions.institution import Institution
from agoranomos.institutions.remark import Remarks


def remark_on_placebos(institution: Institution, remarks: Remarks) -> None:
    """Announcements that nobody reads, silence that a notice breaks, and pretexts where there is evidence."""
    manifest = institution.manifest
    read = manifest.notices is not None and manifest.notices.shown == "words"
    if manifest.sanctions is not None:
        if not any(_takes(edge.written) for edge in institution.edges):
            remarks.error("no transition carries a sanction, so `sanctions` changes nothing", "sanctions")
        if manifest.announces and not read:
            remarks.error(
                "sanctions are announced, but agents read no notice",
                "sanctions",
                advice="Give a notice, or write `announced: false` too.",
            )
    if not manifest.announces and read:
        _remark_on_silence(institution, remarks)
    if manifest.notices is not None and manifest.notices.shown == "filler" and not institution.told:
        remarks.error(
            "the notice says nothing that changes, so its filler is the same text for ever", "notices", "shown"
        )
    for name, guard in institution.events:
        pretext = manifest.events[name].pretext
        if pretext and not _drawn(institution, guard.names):
            remarks.error(
                f"event {name!r} gives a pretext, but no audit draws it",
                "events",
                name,
                "pretext",
                advice="A pretext stands where there is no evidence: ask for an audit in `when`.",
            )
        elif pretext and institution.evidence.get(name):
            remarks.error(f"event {name!r} cites signals and gives a pretext", "events", name, "pretext")


def _remark_on_silence(institution: Institution, remarks: Remarks) -> None:
    for wording, place in zip(institution.wordings, _places(institution), strict=True):
        if "fine" in wording.template.names:
            remarks.error(
                "the notice names the fine, and sanctions are not announced",
                *place,
                advice="Take {fine} out of the template, or announce sanctions.",
            )


def _places(institution: Institution) -> list[tuple[str, ...]]:
    own = ("notices", "template")
    return [own, *(("notices", "wordings", wording.name, "template") for wording in institution.wordings[1:])]


def _takes(edge: object) -> bool:
    return any(getattr(edge, key) not in (None, False, {}) for key in ("fine", "suspend", "cap", "forfeit"))


def _drawn(institution: Institution, names: tuple[str, ...]) -> bool:
    """Whether an audit has a part in a condition that reads these names, itself or through an earlier event."""
    events = dict(institution.events)
    return any(
        name in institution.manifest.audits or (name in events and _drawn(institution, events[name].names))
        for name in names
    )
