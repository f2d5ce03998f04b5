"""A twin: the same entries as a log, signed under throw-away keys, so that every adversary's powers can be played."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.actors_anew import attested_anew
from agoranomos.campaigns.attack.laying import copy_of, lay_log
from agoranomos.errors import UsageError
from agoranomos.institutions.parts import is_part
from agoranomos.logs import LogReader, SigningKey, Verifier, layout
from agoranomos.logs.certificate import read_certificate
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.note import parse_note
from agoranomos.logs.reader import read_small

MAX_ENTRIES = 1_000
"""A twin has at most so many entries: those at the log's beginning."""

CHECKPOINTS = 5
"""A twin is signed at so many sizes, whatever its log was: an older checkpoint must exist to be put back."""

_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the twin's owner, of another of the owner's runs, of a stranger of the same names, of witnesses."""

    workspace: SigningKey
    run: SigningKey
    other_run: SigningKey
    stranger: SigningKey
    stranger_run: SigningKey
    witnesses: tuple[Cosigner, ...]

    @classmethod
    def drawn(cls, workspace: str, origin: str, rng: Random) -> Keys:
        """New keys from `rng`: nobody ever trusts them, and the same seed forges the same bytes."""

        def key(name: str) -> SigningKey:
            return SigningKey.from_seed(name, rng.randbytes(32))

        witnesses = tuple(Cosigner.from_seed(f"witness-{number}", rng.randbytes(32)) for number in (1, 2, 3))
        return cls(key(workspace), key(origin), key(f"{origin}-other"), key(workspace), key(origin), witnesses)


@dataclass(frozen=True, slots=True)
class Twin:
    """A signed log in `folder`, what it was made from, and a place for forged copies of it.

    `actors` are the public keys of the actors who sign in it, none where none does.
    """

    folder: Path
    lines: tuple[bytes, ...]
    sizes: tuple[int, ...]
    keys: Keys
    actors: Mapping[str, Verifier]
    scratch: Path
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def origin(self) -> str:
        """Whose log it is: as the original says."""
        return self.keys.run.name

    def copy(self) -> Path:
        """A new copy, to be forged."""
        return copy_of(self.folder, self.scratch / f"forged-{next(self._numbers)}")

    def file(self, data: bytes) -> Path:
        """A forged file that is no log: a receipt."""
        path = self.scratch / f"forged-{next(self._numbers)}"
        path.write_bytes(data)
        return path

    def laid(
        self,
        lines: Sequence[bytes],
        sizes: Sequence[int] | None = None,
        *,
        key: SigningKey | None = None,
        certifier: SigningKey | None = None,
    ) -> Path:
        """A copy with these lines, signed at these sizes; without keys given, by those of the owner."""
        folder = self.copy()
        lay_log(
            folder,
            lines,
            sizes if sizes is not None else fitting(self.sizes, len(lines)),
            key=key or self.keys.run,
            certifier=certifier or self.keys.workspace,
        )
        return folder


def make_twin(log: Path, scratch: Path, rng: Random) -> Twin:
    """The twin of one log, in a folder of `scratch`; raises what reading the log raises."""
    reader = LogReader(log)
    lines = tuple(islice(reader.entries(), MAX_ENTRIES + 1))
    borders = list(_borders(lines))
    if len(lines) > MAX_ENTRIES:
        lines = lines[: borders[-1]]
    refuse_parts(log, lines)
    if not lines:
        raise UsageError(f"{log} is empty: there is nothing in it to forge")
    lines, actors = attested_anew(lines, reader.origin, rng.randbytes(32))
    steps = [border for border in borders if border < len(lines)]
    chosen = {steps[len(steps) * part // CHECKPOINTS] for part in range(1, CHECKPOINTS)} if steps else set()
    sizes = (*sorted(chosen), len(lines))
    certificate = read_small(log, layout.CERTIFICATE)
    read_certificate(certificate)
    note = parse_note(certificate)
    twin = Twin(
        scratch / "twin", lines, sizes, Keys.drawn(note.signatures[0].name, reader.origin, rng), actors, scratch
    )
    twin.folder.mkdir(parents=True)
    lay_log(twin.folder, lines, sizes, key=twin.keys.run, certifier=twin.keys.workspace)
    for digest in {found.decode() for line in lines for found in _DIGEST.findall(line)}:
        blob = log / layout.blob_file(digest)
        if blob.is_file():
            target = twin.folder / layout.blob_file(digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(blob, target)
    return twin


def refuse_parts(log: Path, lines: Iterable[bytes]) -> None:
    """Raise `UsageError` where entries are in parts: what is forged here is made anew line by line."""
    if any(map(is_part, lines)):
        raise UsageError(
            f"{log} has entries in parts, and no forgery here knows how to make them anew",
            advice="Attack a run with fewer agents: its readers are the same.",
        )


def fitting(sizes: Sequence[int], length: int) -> list[int]:
    """The sizes below `length`, and `length`."""
    return [*(size for size in sizes if size < length), length]


def _borders(lines: Sequence[bytes]) -> Iterator[int]:
    """Sizes at which a writer may have stopped: in a run's log those before a round, so that nothing is half told."""
    rounds = [index for index, line in enumerate(lines) if index and b'"kind":"round"' in line]
    yield from rounds or range(1, len(lines))
