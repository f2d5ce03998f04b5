"""A manifest that was read and checked: guards compiled, references resolved, digests taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.documents import Source, parse_document
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, UsageError, nearest
from agoranomos.institutions.guards import Guard, Vocabulary
from agoranomos.institutions.inheritance import with_bases
from agoranomos.institutions.manifest import Manifest, Notices, NoticeWording, Transition
from agoranomos.institutions.meaning import semantic_digest
from agoranomos.institutions.notices import FIXED_NAMES, OWN_WORDING, NoticeTemplate, Wording, template_names
from agoranomos.workspace import Workspace

EXPIRY = "expiry"
"""The built-in event: the timer of the agent's state ran out."""

REPORTED = "reported"
"""Built in: the agent came forward and reported in this round."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition with its expressions compiled; `index` is its place in the file.

    `spec` is what takes effect. Where the institution applies no sanctions it holds none, and `written` has those that
    stand in the file; elsewhere both are the same.
    """

    index: int
    key: str
    spec: Transition
    when: Guard | None
    requires: tuple[tuple[str, Guard], ...]
    set: tuple[tuple[str, Guard], ...]
    written: Transition


@dataclass(frozen=True, slots=True)
class Institution:
    """A governance graph, ready to be bound to a market.

    `semantic_sha256` identifies the regime: comments, layout, titles and the file's name do not change it, any rule,
    threshold, rate or notice does. `file_sha256` identifies the bytes.
    """

    manifest: Manifest
    source: Source
    semantic_sha256: str
    states: tuple[str, ...]
    counter_updates: tuple[tuple[str, int, Guard | None], ...]
    events: tuple[tuple[str, Guard], ...]
    evidence: dict[str, tuple[str, ...]]
    edges_from: dict[str, tuple[Edge, ...]]
    wordings: tuple[Wording, ...]

    @property
    def notice(self) -> NoticeTemplate | None:
        """The template of the notice, in the first of its wordings."""
        return self.wordings[0].template if self.wordings else None

    @property
    def told(self) -> frozenset[str]:
        """The names that notices use, in any wording."""
        return frozenset(name for wording in self.wordings for name in wording.template.names)

    def as_written(self) -> Institution:
        """The same graph with all sanctions that its file names in force."""
        if self.manifest.applies:
            return self
        written = {
            state: tuple(replace(edge, spec=edge.written) for edge in edges) for state, edges in self.edges_from.items()
        }
        return replace(self, edges_from=written)

    @property
    def name(self) -> str:
        """The institution's name."""
        return self.manifest.name

    @property
    def file_sha256(self) -> str:
        """SHA-256 of the document's exact bytes, in hex."""
        return self.source.sha256

    @property
    def guards(self) -> Iterator[Guard]:
        """Every guard and counter update."""
        yield from (guard for _, guard in self.events)
        yield from (guard for _, _, guard in self.counter_updates if guard is not None)
        for edge in self.edges:
            yield from (edge.when,) if edge.when is not None else ()
            yield from (guard for _, guard in (*edge.requires, *edge.set))

    @property
    def edges(self) -> Iterator[Edge]:
        """All edges, in the order of the file."""
        return iter(sorted((edge for edges in self.edges_from.values() for edge in edges), key=lambda e: e.index))


def load_institution(source: Source, workspace: Workspace | None = None) -> Institution:
    """Read and check a manifest; raises `DocumentError` with file, line, column and the nearest valid name.

    What it extends is looked for beside it, and by name in the workspace (by default that around the current folder).
    """
    source = with_bases(source, workspace)
    return _Reader(source, parse_document(source, Manifest)).read()


class _Reader:
    def __init__(self, source: Source, manifest: Manifest) -> None:
        self.source = source
        self.manifest = manifest

    def read(self) -> Institution:
        self._check_names()
        self._check_references()
        m = self.manifest
        words = vocabulary_of(m)
        everything = Vocabulary(words)
        events = []
        known = {k: t for k, t in words.items() if k not in m.events}
        for name, event in m.events.items():
            events.append((name, self._guard(Vocabulary(known), event.when, bool, "events", name, "when")))
            known[name] = bool
        updates = tuple(
            (
                name,
                counter.max,
                self._guard(everything, counter.next, int, "counters", name, "next") if counter.next else None,
            )
            for name, counter in m.counters.items()
        )
        edges: dict[str, list[Edge]] = {state: [] for state in m.states}
        for index, spec in enumerate(m.transitions):
            edges[spec.source].append(self._edge(everything, index, spec))
        evidence = {
            name: event.evidence if event.evidence is not None else tuple(n for n in guard.names if n in m.signals)
            for (name, guard), event in zip(events, m.events.values(), strict=True)
            if event.accuses is not None
        }
        return Institution(
            manifest=m,
            source=self.source,
            semantic_sha256=semantic_digest(m),
            states=tuple(m.states),
            counter_updates=updates,
            events=tuple(events),
            evidence=evidence,
            edges_from={state: tuple(found) for state, found in edges.items()},
            wordings=self._wordings(),
        )

    def _wordings(self) -> tuple[Wording, ...]:
        notices, states = self.manifest.notices, self.manifest.states
        if notices is None:
            return ()
        own = NoticeWording(
            template=notices.template, guidance={name: state.guidance for name, state in states.items()}
        )
        return tuple(
            Wording(name, NoticeTemplate(one.template), {**own.guidance, **one.guidance})
            for name, one in {OWN_WORDING: own, **notices.wordings}.items()
        )

    def _edge(self, words: Vocabulary, index: int, spec: Transition) -> Edge:
        at = ("transitions", index)
        when = self._guard(words, spec.when, bool, *at, "when") if spec.when else None
        requires = tuple((k, self._guard(words, text, bool, *at, "requires", k)) for k, text in spec.requires.items())
        updates = tuple((k, self._guard(words, text, int, *at, "set", k)) for k, text in spec.set.items())
        applied = spec if self.manifest.applies else _without_sanctions(spec)
        return Edge(index, spec.key, applied, when, requires, updates, spec)

    def _guard(self, words: Vocabulary, text: str, kind: type, *path: str | int) -> Guard:
        try:
            return words.guard(text, kind)
        except UsageError as error:
            raise self._fault(error.message, *path, advice=error.advice) from None

    def _fault(self, message: str, *path: str | int, advice: str = "") -> DocumentError:
        return DocumentError(message, place=place_in(self.source, path), advice=advice)

    def _expect(self, word: str, among: Any, what: str, *path: str | int) -> None:
        if word not in among:
            raise self._fault(f"unknown {what} {word!r}", *path, advice=nearest(word, among))

    def _check_names(self) -> None:
        m = self.manifest
        taken: dict[str, str] = dict.fromkeys(BUILT_IN, "a built-in name")
        taken |= dict.fromkeys(RESERVED, "a word of the guards' language")
        for section in ("parameters", "audits", "signals", "events", "counters"):
            for name in getattr(m, section):
                if name in taken:
                    raise self._fault(f"{section[:-1]} {name!r}: the name is taken by {taken[name]}", section, name)
                if section in {"parameters", "counters"} and name in FIXED_NAMES:
                    raise self._fault(f"{section[:-1]} {name!r}: the name is taken by the notices", section, name)
                taken[name] = f"one of the {section}"

    def _accuses(self, event: str) -> bool:
        return event in self.manifest.events and self.manifest.events[event].accuses is not None

    def _check_references(self) -> None:
        m = self.manifest
        events = (*m.events, EXPIRY)
        self._expect(m.initial, m.states, "state", "initial")
        keys: dict[str, int] = {}
        for index, edge in enumerate(m.transitions):
            at = ("transitions", index)
            self._expect(edge.source, m.states, "state", *at, "from")
            self._expect(edge.target, m.states, "state", *at, "to")
            self._expect(edge.on, events, "event", *at, "on")
            for section in ("set", "forfeit"):
                for name in getattr(edge, section):
                    self._expect(name, m.counters, "counter", *at, section, name)
            if edge.fine is not None and edge.fine.by is not None:
                self._expect(edge.fine.by, m.counters, "counter", *at, "fine", "by")
            if edge.fine is not None and edge.fine.over == "evidence" and not self._accuses(edge.on):
                raise self._fault(
                    f"a fine over the evidence needs an event that `accuses`; {edge.on!r} opens no case",
                    *at,
                    "fine",
                    "over",
                )
            if m.rules:
                self._expect(edge.rule, m.rules, "rule", *at, "rule")
            if edge.key in keys:
                raise self._fault(f"edge {edge.key} stands twice (first: transition {keys[edge.key] + 1})", *at)
            keys[edge.key] = index
        for name, event in m.events.items():
            for signal in event.evidence or ():
                self._expect(signal, m.signals, "signal", "events", name, "evidence")
            if m.rules and event.accuses is not None:
                self._expect(event.accuses, m.rules, "rule", "events", name, "accuses")
        if m.notices is not None:
            self._check_notices(m.notices)

    def _check_notices(self, notices: Notices) -> None:
        known = template_names(self.manifest.counters, self.manifest.parameters)
        for word in NoticeTemplate.words(notices.template):
            self._expect(word, known, "name in the notice", "notices", "template")
        for name, wording in notices.wordings.items():
            at = ("notices", "wordings", name)
            if name == OWN_WORDING:
                raise self._fault(f"the wording {name!r} has the name of the notice's own template", *at)
            for word in NoticeTemplate.words(wording.template):
                self._expect(word, known, "name in the notice", *at, "template")
            for state in wording.guidance:
                self._expect(state, self.manifest.states, "state", *at, "guidance", state)


def _without_sanctions(edge: Transition) -> Transition:
    return edge.model_copy(update={"fine": None, "suspend": False, "cap": None, "forfeit": {}})


# fmt: off
RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
    "loop", "namespace", "null", "package", "return", "true", "var", "void", "while", "least", "most", "others",
})
# fmt: on
"""Words that CEL keeps for itself (its specification, section Syntax), and the three that guards look around with."""

BUILT_IN: dict[str, type] = {
    "state": str,
    "round": int,
    "rounds_in_state": int,
    "firms": int,
    EXPIRY: bool,
    REPORTED: bool,
}
"""Names that every guard may use beside those the manifest declares."""


def vocabulary_of(manifest: Manifest) -> dict[str, type]:
    """Every name that guards may use, with its type.

    `least.c` and `most.c` are the smallest and largest value of counter `c` over all agents: in counter updates and
    events as they stood before the round, in transitions after this round's updates. `others.s` is how many other
    agents stood in state `s` before the round.
    """
    words: dict[str, type] = dict(BUILT_IN)
    words |= dict.fromkeys(manifest.parameters, int)
    words |= {f"others.{state}": int for state in manifest.states}
    words |= dict.fromkeys(manifest.audits, bool)
    words |= dict.fromkeys(manifest.signals, bool)
    words |= dict.fromkeys(manifest.events, bool)
    for name in manifest.counters:
        words |= {name: int, f"least.{name}": int, f"most.{name}": int}
    return words
