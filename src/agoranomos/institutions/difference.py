"""What differs in meaning between two institutions: not the text, but what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from agoranomos.institutions.edge_words import printable
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Manifest, Transition
from agoranomos.institutions.notices import NoticeTemplate
from agoranomos.institutions.prose_text import Path

How = Literal["added", "removed", "changed", "reordered"]

SECTIONS = ("parameters", "states", "audits", "signals", "events", "counters", "rules")
"""The parts of a manifest that hold things by name."""

_ONE = {
    "parameters": "parameter",
    "states": "state",
    "audits": "audit",
    "signals": "signal",
    "events": "event",
    "counters": "counter",
    "rules": "rule",
    "transitions": "transition",
    "observation": "observation",
    "sanctions": "way with sanctions",
    "notices": "notice",
    "initial": "initial state",
    "name": "name",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: `before` and `after` are plain values, None where there is none.

    `what` names the thing (`signal high`), `key` the part of it. `path_before` and `path_after` lead to it in each
    manifest.
    """

    section: str
    how: How
    what: str
    key: str
    before: Any
    after: Any
    path_before: Path | None
    path_after: Path | None

    def __str__(self) -> str:
        if self.how == "added":
            return f"{self.what} is new: {shown(self.after)}"
        if self.how == "removed":
            return f"{self.what} is gone: {shown(self.before)}"
        if self.how == "reordered":
            return f"{self.what}: the order was {', '.join(self.before)}; it is {', '.join(self.after)}"
        key = f", {self.key}" if self.key else ""
        return f"{self.what}{key}: was {shown(self.before)}, is {shown(self.after)}"


def difference(one: Institution, other: Institution) -> tuple[Change, ...]:
    """Everything that differs between what two institutions mean; empty exactly where their meaning digests agree."""
    before, after = one.manifest, other.manifest
    return tuple(_changes(before, after))


def shown(value: Any) -> str:
    """A value of a manifest on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_inside(item)}" for key, item in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "nothing"
    return f"`{printable(str(value))}`"


def _inside(value: Any) -> str:
    return f"({shown(value)})" if isinstance(value, Mapping | list | tuple) else shown(value)


def _changes(before: Manifest, after: Manifest) -> Iterator[Change]:
    if _tells_name(before) or _tells_name(after):
        yield from _values(("name",), ("name",), "name", "the name that agents read", before.name, after.name)
    yield from _values(("initial",), ("initial",), "initial", "the initial state", before.initial, after.initial)
    for section in SECTIONS:
        yield from _named(section, getattr(before, section), getattr(after, section))
    yield from _part("observation", before.observation, after.observation)
    yield from _transitions(before.transitions, after.transitions)
    yield from _part("sanctions", before.sanctions, after.sanctions)
    yield from _part("notices", before.notices, after.notices)


def _tells_name(manifest: Manifest) -> bool:
    return manifest.notices is not None and "institution" in NoticeTemplate.words(manifest.notices.template)


def _named(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Additions, removals and changes by name, and whether the rest stands in another order."""
    one = _ONE[section]
    for name in before:
        if name not in after:
            yield Change(section, "removed", f"{one} {name}", "", _told(before[name]), None, (section, name), None)
    for name in after:
        path = (section, name)
        if name not in before:
            yield Change(section, "added", f"{one} {name}", "", None, _told(after[name]), None, path)
        else:
            yield from _values(path, path, section, f"{one} {name}", _plain(before[name]), _plain(after[name]))
    yield from _order(section, f"the {section}", list(before), list(after))


def _order(section: str, what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    kept = [name for name in before if name in after]
    now = [name for name in after if name in before]
    if kept != now:
        yield Change(section, "reordered", what, "", kept, now, (section,), (section,))


def _part(section: str, before: BaseModel | None, after: BaseModel | None) -> Iterator[Change]:
    what = f"the {_ONE[section]}"
    if before is None and after is not None:
        yield Change(section, "added", what, "", None, _told(after), None, (section,))
    elif before is not None and after is None:
        yield Change(section, "removed", what, "", _told(before), None, (section,), None)
    else:
        yield from _values((section,), (section,), section, what, _plain(before), _plain(after))


def _transitions(before: Sequence[Transition], after: Sequence[Transition]) -> Iterator[Change]:
    """By their keys; those that differ in their rule alone are matched by their ends."""
    places = {edge.key: index for index, edge in enumerate(before)}
    now = {edge.key: index for index, edge in enumerate(after)}
    pairs = {key: key for key in places if key in now}
    for key in places:
        ends = _ends(key)
        alike = [other for other in now if other not in places and _ends(other) == ends]
        if key not in now and len(alike) == 1 and sum(_ends(k) == ends and k not in now for k in places) == 1:
            pairs[key] = alike[0]
    for key, index in places.items():
        path: Path = ("transitions", index)
        what = f"transition {_arrow(before[index])}"
        if key not in pairs:
            yield Change("transitions", "removed", what, "", _told(before[index]), None, path, None)
            continue
        place = now[pairs[key]]
        yield from _values(
            path, ("transitions", place), "transitions", what, _plain(before[index]), _plain(after[place])
        )
    for key, index in now.items():
        if key not in pairs.values():
            what = f"transition {_arrow(after[index])}"
            yield Change("transitions", "added", what, "", None, _told(after[index]), None, ("transitions", index))
    arrows = {key: _arrow(before[places[key]]) for key in pairs}
    order_before = [key for key in places if key in pairs]
    order_after = [old for key in now for old in pairs if pairs[old] == key]
    yield from _orders_by_state(before, places, order_before, order_after, arrows)


def _orders_by_state(
    before: Sequence[Transition],
    places: Mapping[str, int],
    was: Sequence[str],
    now: Sequence[str],
    arrows: Mapping[str, str],
) -> Iterator[Change]:
    if was == now:
        return
    told = False
    for state in dict.fromkeys(edge.source for edge in before):
        one = [arrows[key] for key in was if before[places[key]].source == state]
        other = [arrows[key] for key in now if before[places[key]].source == state]
        if one != other:
            told = True
            what = f"transitions from {state} are tried in another order"
            yield Change("transitions", "reordered", what, "", one, other, ("transitions",), ("transitions",))
    if not told:
        what = "transitions of different states stand in another order, which decides nothing"
        one, other = [arrows[key] for key in was], [arrows[key] for key in now]
        yield Change("transitions", "reordered", what, "", one, other, ("transitions",), ("transitions",))


def _ends(key: str) -> str:
    return key.partition(":")[2]


def _arrow(edge: Transition) -> str:
    return f"{edge.source} -> {edge.target} ({edge.rule})"


def _values(
    path_before: Path, path_after: Path, section: str, what: str, before: Any, after: Any, key: str = ""
) -> Iterator[Change]:
    """The leaves that differ; a leaf that only one of them has is set against nothing."""
    if isinstance(before, dict) and isinstance(after, dict) and not _is_named(section, key):
        for part in dict.fromkeys([*before, *after]):
            deeper = f"{key}.{part}" if key else str(part)
            yield from _values(
                (*path_before, part), (*path_after, part), section, what, before.get(part), after.get(part), deeper
            )
    elif _differ(before, after):
        yield Change(section, "changed", what, key, before, after, path_before, path_after)


def _is_named(section: str, key: str) -> bool:
    """Whether the mapping is the author's own, where the order of names is part of the meaning."""
    return (section == "transitions" and key in {"set", "requires", "forfeit"}) or (
        (section == "observation" and key == "error") or (section == "notices" and key == "wordings")
    )


def _differ(before: Any, after: Any) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        return list(before.items()) != list(after.items())
    return bool(before != after or isinstance(before, bool) != isinstance(after, bool))


def _plain(value: Any) -> Any:
    """The part as plain values under the names that its file uses, without prose about itself."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return {field.alias or name: _plain(getattr(value, name)) for name, field in fields if name != "about"}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _told(value: Any) -> Any:
    """As `_plain`, without what is at its default."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"about"})
    return value


def placed(change: Change, before: Callable[[Path], str], after: Callable[[Path], str]) -> tuple[str, str]:
    """Where the change stands in each file, `file:line:column`; empty where it does not."""
    first = before(change.path_before) if change.path_before is not None else ""
    return first, after(change.path_after) if change.path_after is not None else ""
