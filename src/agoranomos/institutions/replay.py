"""Replay: fold `judge` over a recorded run. Under its own institution every judgement must come out byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.errors import Finding, UsageError
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.entries import Attested, Body, Closed, Entry, Opened, Round, decode_entry
from agoranomos.institutions.governed import round_bodies
from agoranomos.institutions.inheritance import recorded_source
from agoranomos.institutions.institution import Institution, load_institution
from agoranomos.institutions.judge import first_notices, initial_standings, judge, record_of
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.parts import Joiner
from agoranomos.institutions.shapes import misshapen
from agoranomos.institutions.tally import Acts


class ReplayMismatch(Finding):
    """A recorded judgement is not what the institution decides. `entry` is the first entry that differs."""

    def __init__(self, entry: int, message: str, *, advice: str = "") -> None:
        super().__init__(f"entry {entry}: {message}", advice=advice)
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Tally(Acts):
    """What an institution did to one agent over a run; `blocked` requests for a transition were denied."""

    transitions: int = 0
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run replayed: under `institution` (its name, or empty), how many rounds, and what it did to each agent.

    `closed` tells whether the record ends with its `closed` entry; one that does not is of a run that died. `disturbed`
    counts the rounds of a counterfactual in which somebody sat out by the recorded institution's order.
    """

    institution: str
    semantic_sha256: str
    rounds: int
    entries: int
    closed: bool
    tallies: dict[str, Tally]
    states: dict[str, str]
    disturbed: int = 0


def replay(lines: Iterable[bytes], institution: Institution | None = None) -> Replayed:
    """Judge a recorded run again: `lines` are its entries, oldest first.

    Without `institution`: under the recorded one, and every entry must be byte-equal; raises `ReplayMismatch` with the
    index of the first that is not. With one: a counterfactual, in which agents act as they did and the institution
    judges what it sees; actions that were limited under the recorded institution stay as they were recorded, and rounds
    in which it had suspended somebody are no evidence: a firm left alone is no offender. Draws that the recorded
    institution did not need are made from the recorded seed.
    """
    entries = _Entries(lines)
    opened = _opening(entries)
    own = recorded_institution(opened)
    bound = _bind(institution or own, opened)
    strict = institution is None
    fold = _Fold(bound, opened.facts.agents, opened.seed, own=strict)
    if strict:
        _expect_next(entries, fold.begin(), 0)
    else:
        fold.begin()
    _fold_rounds(entries, fold, opened, strict)
    return fold.result(institution or own, entries.size)


def _fold_rounds(entries: _Entries, fold: _Fold, opened: Opened, strict: bool) -> None:
    signed = _Signed()
    for index, entry in entries:
        body = entry.body
        if fold.closed:
            raise ReplayMismatch(index, "an entry after the run was closed")
        if strict:
            signed.expect(index, entry)
        if isinstance(body, Attested):
            continue  # Who signed is no matter of judgement: see `actor_check`.
        if isinstance(body, Round):
            _expect_round(index, entry, fold.rounds + 1)
            if fault := misshapen(opened.facts, body.measures):
                raise ReplayMismatch(index, f"round {entry.round}: {fault}")
            if strict:
                _expect_draws(index, body, opened, entry.round, fold.bound)
            bodies = fold.round(body, entry.round)
            if strict:
                _expect_equal(index, entry, bodies[0])
                _expect_next(entries, bodies[1:], entry.round)
        elif isinstance(body, Closed):
            if strict and {body.rounds, entry.round} != {fold.rounds}:
                raise ReplayMismatch(
                    index,
                    f"closed in round {entry.round} after {body.rounds} rounds, but {fold.rounds} are recorded",
                )
            fold.closed = True
        elif strict or isinstance(body, Opened):
            raise ReplayMismatch(index, f"a {entry.kind} entry that the institution did not decide")
    if strict:
        signed.at_end(entries.size)


class _Signed:
    """The place of `attested` entries: one after the entries of every round, round 0 included, or none at all."""

    def __init__(self) -> None:
        self._signed: bool | None = None  # None until what follows round 0 is seen
        self._waits = True  # a round whose signatures may follow
        self._round = 0

    def expect(self, index: int, entry: Entry[Any]) -> None:
        """Raise `ReplayMismatch` where signatures stand out of place, or not where they should."""
        is_here = isinstance(entry.body, Attested)
        if self._signed is None:
            self._signed = is_here
        if is_here and not (self._signed and self._waits and entry.round == self._round):
            raise ReplayMismatch(index, f"signatures of round {entry.round} where none belong")
        if not is_here and self._signed and self._waits:
            raise ReplayMismatch(index, f"round {self._round} is not signed, but others are")
        self._waits = isinstance(entry.body, Round)
        self._round = entry.round

    def at_end(self, size: int) -> None:
        """Raise `ReplayMismatch` where the last round's signatures are missing."""
        if self._signed and self._waits:
            raise ReplayMismatch(size, f"the log ends where the signatures of round {self._round} should be")


class _Fold:
    """The state of a replay: standings, and what was done to whom."""

    def __init__(self, bound: Bound | None, agents: Sequence[str], seed: int, own: bool) -> None:
        self._seed = seed
        self.bound = bound
        self.agents = tuple(agents)
        self.standings: tuple[Standing, ...] = initial_standings(bound) if bound is not None else ()
        self.rounds = 0
        self.closed = False
        self.tallies = {agent: Tally() for agent in self.agents}
        self.disturbed = 0
        self._own = own
        self._sat_out = False

    def begin(self) -> list[Body]:
        """The first notices."""
        if self.bound is None:
            return []
        first = first_notices(self.bound, self.standings)
        self.standings = first.standings
        return list(first.issued)

    def round(self, recorded: Round, number: int) -> list[Body]:
        """The entries that the round should have."""
        self.rounds += 1
        judgement = None
        if self.bound is not None:
            draws = recorded.draws
            if self.bound.draws and not draws:
                draws = round_draws(self._seed, number, self.agents)
            steady = recorded.run_draw or (run_draw(self._seed) if self.bound.run_draw else 0)
            disturbed = self._sat_out and not self._own
            self.disturbed += disturbed
            observed = Observed(number, recorded.measures, draws, disturbed, recorded.reports, steady)
            judgement = judge(self.bound, self.standings, observed)
            self.standings = judgement.standings
            if judgement.cases or judgement.transitions:
                self.tallies = {a: _tallied(tally, judgement, a) for a, tally in self.tallies.items()}
        self._sat_out = any(standing.limit_e6 == 0 for standing in recorded.standings)
        body = Round(
            actions=recorded.actions,
            measures=recorded.measures,
            draws=recorded.draws,
            projected=recorded.projected,
            decisions=recorded.decisions,
            cases=judgement.cases if judgement is not None else (),
            standings=tuple(record_of(s) for s in judgement.standings) if judgement is not None else (),
            reports=recorded.reports,
            messages=recorded.messages,
            run_draw=recorded.run_draw,
        )
        return round_bodies(body, judgement)

    def result(self, institution: Institution | None, size: int) -> Replayed:
        states = dict(zip(self.agents, (s.state for s in self.standings), strict=False))
        return Replayed(
            institution=institution.name if institution is not None else "",
            semantic_sha256=institution.semantic_sha256 if institution is not None else "",
            rounds=self.rounds,
            entries=size,
            closed=self.closed,
            tallies=self.tallies,
            states=states,
            disturbed=self.disturbed,
        )


def _tallied(tally: Tally, judgement: Judgement, agent: str) -> Tally:
    """The tally with one more round."""
    requests = [request for request in judgement.transitions if request.agent == agent]
    sanctions = [sanction for sanction in judgement.sanctions if sanction.agent == agent]
    kinds = [sanction.sanction for sanction in sanctions]
    return Tally(
        cases=tally.cases + sum(case.agent == agent for case in judgement.cases),
        transitions=tally.transitions + sum(not request.blocked for request in requests),
        blocked=tally.blocked + sum(bool(request.blocked) for request in requests),
        fines=tally.fines + kinds.count("fine"),
        fines_e6=tally.fines_e6 + sum(sanction.amount_e6 for sanction in sanctions),
        suspensions=tally.suspensions + kinds.count("suspension"),
        caps=tally.caps + kinds.count("cap"),
        forfeitures=tally.forfeitures + kinds.count("forfeiture"),
    )


class _Entries(Iterator[tuple[int, Entry[Any]]]):
    """The decoded entries, each with the index of its first line; `size` counts the lines that were read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.size = 0
        self._lines = iter(lines)
        self._joiner = Joiner()

    def __next__(self) -> tuple[int, Entry[Any]]:
        index = self.size
        try:
            for line in self._lines:
                self.size += 1
                whole = self._joiner.take(line)
                if whole is None:
                    continue
                entry = decode_entry(whole.line)
                if entry.seq != index:
                    raise ReplayMismatch(index, f"its sequence number is {entry.seq}")
                return index, entry
            self._joiner.end()
        except ReplayMismatch:
            raise
        except Finding as error:
            raise ReplayMismatch(index, error.message.removeprefix(f"entry {index}: ")) from None
        raise StopIteration


def _opening(entries: _Entries) -> Opened:
    try:
        _, entry = next(entries)
    except StopIteration:
        raise ReplayMismatch(0, "the log holds no entry") from None
    if not isinstance(entry.body, Opened):
        raise ReplayMismatch(0, f"a run begins with an `opened` entry, found {entry.kind!r}")
    _expect_round(0, entry, 0)
    return entry.body


def recorded_institution(opened: Opened) -> Institution | None:
    """The institution that the run recorded, read from its own text; raises `ReplayMismatch` if its digests differ."""
    record = opened.institution
    if record is None:
        return None
    try:
        institution = load_institution(
            recorded_source(f"institution {record.name} in entry 0", record.text, record.bases)
        )
    except UsageError as error:
        raise ReplayMismatch(0, f"the recorded institution is not valid: {error.message}") from None
    for what, found, stated in (
        ("name", institution.name, record.name),
        ("file digest", institution.file_sha256, record.file_sha256),
        ("semantic digest", institution.semantic_sha256, record.semantic_sha256),
    ):
        if found != stated:
            raise ReplayMismatch(0, f"the recorded institution's {what} is {found}, the entry states {stated}")
    return institution


def _bind(institution: Institution | None, opened: Opened) -> Bound | None:
    return bind(institution, opened.facts) if institution is not None else None


def _expect_round(index: int, entry: Entry[Any], number: int) -> None:
    if entry.round != number:
        raise ReplayMismatch(index, f"round {entry.round} is recorded where round {number} was expected")


def _expect_draws(index: int, body: Round, opened: Opened, number: int, bound: Bound | None) -> None:
    agents = opened.facts.agents if bound is not None and bound.draws else ()
    steady = run_draw(opened.seed) if bound is not None and bound.run_draw else 0
    if body.draws != round_draws(opened.seed, number, agents) or body.run_draw != steady:
        raise ReplayMismatch(index, "the recorded draws are not those of the run's seed")
    if body.reports != tuple(agent for agent in opened.facts.agents if agent in body.reports):
        raise ReplayMismatch(index, "the recorded reports are not of agents of this market, in their order")
    speakers = tuple(said.agent for said in body.messages)
    if speakers != tuple(agent for agent in opened.facts.agents if agent in speakers):
        raise ReplayMismatch(index, "the recorded messages are not of agents of this market, in their order")


def _expect_next(entries: _Entries, bodies: Sequence[Body], number: int) -> None:
    """The next entries must be `bodies`."""
    for body in bodies:
        try:
            index, entry = next(entries)
        except StopIteration:
            raise ReplayMismatch(
                entries.size,
                f"the log ends, but the institution decided: {_short(body)}",
                advice="The record is incomplete.",
            ) from None
        if entry.round != number:
            raise ReplayMismatch(index, f"it says round {entry.round} in round {number}")
        _expect_equal(index, entry, body)


def _expect_equal(index: int, entry: Entry[Any], body: Body) -> None:
    if entry.body == body and type(entry.body) is type(body):
        return
    if type(entry.body) is not type(body):
        raise ReplayMismatch(index, f"recorded is a {entry.kind}, but the institution decided: {_short(body)}")
    for field in body.__struct_fields__:
        recorded, decided = getattr(entry.body, field), getattr(body, field)
        if recorded != decided:
            raise ReplayMismatch(
                index,
                f"round {entry.round}, {entry.kind}: `{field}` is recorded as {_short(recorded)}; "
                f"the institution decides {_short(decided)}",
            )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:197] + "..."


def check_same_institution(opened: Opened, institution: Institution) -> None:
    """Raise `ReplayMismatch` when `institution` is not the regime that the run recorded."""
    record = opened.institution
    if record is None:
        raise ReplayMismatch(0, f"the run records no institution; {institution.name} was given")
    if record.semantic_sha256 != institution.semantic_sha256:
        raise ReplayMismatch(
            0,
            f"the run was recorded under {record.name} with semantic digest {record.semantic_sha256[:16]}...; "
            f"the file given, {institution.source.name}, has {institution.semantic_sha256[:16]}...",
        )
