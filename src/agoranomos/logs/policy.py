"""Trust policies (c2sp.org/tlog-policy): which logs, which witnesses, and how many of them make a quorum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agoranomos.errors import DocumentError, nearest
from agoranomos.logs.cosignature import Cosigned, WitnessKey
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier

MAX_POLICY_BYTES = 1 << 20
MAX_OF_A_KIND = 256
"""At most so many logs, witnesses and groups; the format asks for 32 of each."""

NONE = "none"
_RESERVED = (NONE, "any", "all")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HOST = re.compile(r"[a-z]+://(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]+)", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_Key = TypeVar("_Key")
_KEYWORDS = ("log", "witness", "group", "quorum")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that the policy knows; the name of its key is its origin."""

    key: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness under the name that it has within the policy."""

    name: str
    key: WitnessKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """It counts as one that cosigned when at least `threshold` of its members (witnesses or groups) did."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a policy makes of some cosignatures.

    `cosigned` are those of its own witnesses, by their names in the policy; `missing` the names of the others. `as_of`
    is the newest time (POSIX seconds) as of which there is a quorum, None without one, and where none is asked for.
    """

    satisfied: bool
    quorum: str
    cosigned: tuple[tuple[str, Cosigned], ...]
    missing: tuple[str, ...]
    as_of: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as read. Groups stand in the order in which they were defined, members before those who name them.

    `since` is no part of its text: cosignatures before that time (POSIX seconds) do not count.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[Group, ...]
    quorum: str
    since: int = 0

    @classmethod
    def parse(cls, text: bytes | str, *, name: str = "policy") -> Policy:
        """The policy of a file's bytes; `name` is the file's, for errors.

        A witness's key of type 0x01 stands for the same public key's cosignatures, as other readers of the format take
        it. Raises `DocumentError` with the line at fault.
        """
        return _Reader(name).read(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))

    @property
    def keys(self) -> tuple[WitnessKey, ...]:
        """The keys of its witnesses."""
        return tuple(witness.key for witness in self.witnesses)

    @property
    def same_host(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The hosts that several witnesses share by their URLs, each with their names: they prove what one proves."""
        names: dict[str, list[str]] = {}
        for witness in self.witnesses:
            if match := _HOST.match(witness.url):
                names.setdefault(match["host"].lower(), []).append(witness.name)
        return tuple((host, tuple(those)) for host, those in names.items() if len(those) > 1)

    def satisfied_by(self, cosigned: Iterable[Cosigned]) -> bool:
        """Whether these cosignatures make a quorum."""
        return self._reached({one.witness for one in cosigned if one.time >= self.since})

    def verdict(self, cosigned: Iterable[Cosigned]) -> Witnessed:
        """Who of the policy's witnesses cosigned, who did not, and whether that is enough."""
        by_key = {one.witness: one for one in cosigned if one.time >= self.since}
        present = tuple((one.name, by_key[one.key]) for one in self.witnesses if one.key in by_key)
        missing = tuple(one.name for one in self.witnesses if one.key not in by_key)
        times = sorted({one.time for _, one in present}, reverse=True) if self.quorum != NONE else []
        reached = (time for time in times if self._reached({one.witness for _, one in present if one.time >= time}))
        return Witnessed(self.satisfied_by(by_key.values()), self.quorum, present, missing, next(reached, None))

    def require(self, cosigned: Iterable[Cosigned]) -> Witnessed:
        """The verdict; raises `LogFault` (`undecided`) without a quorum."""
        cosigned = tuple(cosigned)
        found = self.verdict(cosigned)
        if not found.satisfied:
            those = ", ".join(name for name, _ in found.cosigned) or "no witness"
            raise LogFault(
                "undecided",
                f"the quorum {found.quorum!r} of the policy is not reached: cosigned by {those}, not by "
                f"{', '.join(found.missing)}" + self._stale(cosigned),
                advice="Ask the missing witnesses: agora log cosign LOG.",
            )
        return found

    def _stale(self, cosigned: Sequence[Cosigned]) -> str:
        old = {one.witness for one in cosigned if one.time < self.since}
        names = [witness.name for witness in self.witnesses if witness.key in old]
        return f" (too long ago: {', '.join(names)})" if names else ""

    def _reached(self, keys: set[WitnessKey]) -> bool:
        counted = {NONE, *(witness.name for witness in self.witnesses if witness.key in keys)}
        for group in self.groups:
            if sum(member in counted for member in group.members) >= group.threshold:
                counted.add(group.name)
        return self.quorum in counted


class _Reader:
    """Reads a policy line by line; what is named must have been defined on a line before."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._line = 0
        self._logs: list[PolicyLog] = []
        self._witnesses: list[PolicyWitness] = []
        self._groups: list[Group] = []
        self._quorum: str | None = None
        self._defined: set[str] = set()
        self._members: set[str] = set()

    def read(self, data: bytes) -> Policy:
        if len(data) > MAX_POLICY_BYTES:
            raise DocumentError(f"{len(data):,} bytes; at most {MAX_POLICY_BYTES:,} are read", place=self._file)
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        for line in lines:
            self._line += 1
            if _CONTROL.search(line):
                raise self._error("it holds a control character")
            words = [word for word in re.split(r"[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                self._take(words)
        if lines[-1]:
            raise self._error("the last line does not end in a newline: the file may have been cut short")
        if self._quorum is None:
            raise DocumentError(
                "it has no quorum line", place=self._file, advice="End it with `quorum NAME`, or `quorum none`."
            )
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _take(self, words: Sequence[str]) -> None:
        readers: dict[str, Callable[[Sequence[str]], None]] = {
            "log": self._read_log,
            "witness": self._read_witness,
            "group": self._read_group,
            "quorum": self._read_quorum,
        }
        reader = readers.get(words[0])
        if reader is None:
            raise self._error(f"{_shown(words[0])} begins no line of a policy", nearest(words[0], _KEYWORDS))
        reader(words[1:])

    def _read_log(self, words: Sequence[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise self._error("`log VKEY [URL]` was expected")
        self._room_for("logs", self._logs)
        key = self._key(words[0], Verifier.from_vkey)
        self._refuse_second(key)
        self._logs.append(PolicyLog(key, *words[1:]))

    def _read_witness(self, words: Sequence[str]) -> None:
        if not 2 <= len(words) <= 3:
            raise self._error("`witness NAME VKEY [URL]` was expected")
        self._room_for("witnesses", self._witnesses)
        key = self._key(words[1], _witness_key)
        self._refuse_second(key)
        self._define(words[0])
        self._witnesses.append(PolicyWitness(words[0], key, *words[2:]))

    def _read_group(self, words: Sequence[str]) -> None:
        if len(words) < 3:
            raise self._error("`group NAME all|any|K MEMBER...` was expected")
        self._room_for("groups", self._groups)
        name, how, members = words[0], words[1], tuple(words[2:])
        for member in members:
            self._require_defined(member)
            if member in self._members:
                raise self._error(f"{_shown(member)} is a member already: each counts in one way only")
            self._members.add(member)
        if how not in ("all", "any") and not _NUMBER.fullmatch(how):
            raise self._error(f"{_shown(how)} is neither `all`, `any` nor a number from 1")
        threshold = {"all": len(members), "any": 1}.get(how) or int(how)
        if threshold > len(members):
            raise self._error(f"{threshold} of {len(members)} members can never be reached")
        self._define(name)
        self._groups.append(Group(name, threshold, members))

    def _read_quorum(self, words: Sequence[str]) -> None:
        if len(words) != 1:
            raise self._error("`quorum NAME` was expected")
        if self._quorum is not None:
            raise self._error("a second quorum line: there is exactly one")
        if words[0] != NONE:
            self._require_defined(words[0])
        self._quorum = words[0]

    def _key(self, vkey: str, read: Callable[[str], _Key]) -> _Key:
        try:
            return read(vkey)
        except LogFault as fault:
            raise self._error(fault.message) from None

    def _refuse_second(self, key: Verifier | WitnessKey) -> None:
        there: list[Verifier | WitnessKey] = [log.key for log in self._logs]
        there += [witness.key for witness in self._witnesses]
        for other in there:
            if other.public == key.public:
                raise self._error(f"the key of {key.name} stands in the policy already, as that of {other.name}")
            if (other.name, other.key_id) == (key.name, key.key_id):
                raise self._error(f"two different keys are both {key.name}+{key.key_id.hex()}: nobody can tell whose")

    def _room_for(self, kind: str, found: Sequence[object]) -> None:
        if len(found) >= MAX_OF_A_KIND:
            raise self._error(f"more than {MAX_OF_A_KIND} {kind}")

    def _define(self, name: str) -> None:
        if name in _RESERVED:
            raise self._error(f"{name!r} is a word of the format, and no name")
        if name in self._defined:
            raise self._error(f"{_shown(name)} is defined already")
        self._defined.add(name)

    def _require_defined(self, name: str) -> None:
        if name not in self._defined:
            advice = nearest(name, self._defined)
            raise self._error(f"{_shown(name)} is not defined on a line before this one", advice)

    def _error(self, message: str, advice: str = "") -> DocumentError:
        return DocumentError(message, place=f"{self._file}:{self._line}", advice=advice)


def _witness_key(vkey: str) -> WitnessKey:
    try:
        return WitnessKey.from_vkey(vkey)
    except LogFault as fault:
        try:
            plain = Verifier.from_vkey(vkey)
        except LogFault:
            raise fault from None
        return WitnessKey(plain.name, plain.public)


def _shown(word: str) -> str:
    return repr(word[:80])
