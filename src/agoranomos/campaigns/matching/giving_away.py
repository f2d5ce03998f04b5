"""What the texts of an arm's regime give away to its agents, and what its notices are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agoranomos.campaigns.arm import Arm, read_institution
from agoranomos.campaigns.matching.facts import facts_of
from agoranomos.campaigns.matching.leaks import given_away, mentions
from agoranomos.campaigns.matching.planted import Rendered
from agoranomos.campaigns.matching.reader import Part, moves_of, split
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.notices import NoticeTemplate
from agoranomos.markets import build_market


def leak_parts(arm: Arm, seed: int, seen: Mapping[str, Rendered], told: str) -> Iterator[tuple[Part, str]]:
    """What the regime's texts give away to each agent that reads; nothing is written where they give away nothing."""
    texts = _regime_texts(arm) if seen else {}
    if not texts:
        return
    found = mentions(texts, facts_of(build_market(arm.market.drawn(seed))))
    for agent, one in seen.items():
        moves = list(moves_of(one).values())
        shown = "\n".join(split(moves[0], (told, *one.notices))) if moves else ""
        told_away = given_away(agent, found, shown)
        if told_away:
            yield ("information.leak", agent, ""), "\n".join(told_away)


def notice_names(arm: Arm) -> tuple[str, ...]:
    """What the notices of an arm are filled with, such as `fine` and `others`, over all its institutions."""
    words = (word for _, manifest in _manifests(arm) for text in _said(manifest) for word in NoticeTemplate.words(text))
    return tuple(dict.fromkeys(words))


def _regime_texts(arm: Arm) -> dict[str, str]:
    """All that a regime can say: every wording, and every notice's words and guidance."""
    texts = {f"told ({wording.name})": wording.text for wording in arm.wordings}
    for name, manifest in _manifests(arm):
        said = _said(manifest)
        if said:
            texts[f"notice ({name})"] = "\n".join([*said, *(state.guidance for state in manifest.states.values())])
    return texts


def _manifests(arm: Arm) -> Iterator[tuple[str, Manifest]]:
    """The institutions that govern in some round, by name."""
    begins = ((arm.institution_name, arm.institution),)
    follows = ((switch.institution_name, switch.institution) for switch in arm.switches)
    for name, source in (*begins, *follows):
        if source is not None:
            yield name, read_institution(source).manifest


def _said(manifest: Manifest) -> list[str]:
    """Every text that stands under `notices`."""
    return [] if manifest.notices is None else list(_strings(manifest.notices.model_dump(mode="json")))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)
