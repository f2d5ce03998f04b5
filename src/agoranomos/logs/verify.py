"""Verifies a log from its files and from keys that are trusted beforehand. Raises; gives no verdict to overlook."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.errors import UsageError
from agoranomos.logs import layout
from agoranomos.logs.anchors import stamped, unchecked, witnessed
from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.diagnosis import (
    INTACT,
    fault_of_entries,
    fault_of_leaves,
    folded,
    goes_on,
    kept_absent,
    kept_fault,
    wrong_number,
)
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.heads import Heads, closed_heads, open_heads
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.plain_file import open_plain, unreadable
from agoranomos.logs.policy import Policy
from agoranomos.logs.reader import read_small, read_vkey
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.segment_fold import KEPT_LEVELS, Covered, Extent, Fold
from agoranomos.logs.segment_pass import Check
from agoranomos.logs.segment_run import Follow, Manner, Watch, fold_in_parallel, fold_segments
from agoranomos.logs.tree import MAX_BLOB_BYTES
from agoranomos.logs.verification import Level, Verification

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority

Consume = Callable[[list[bytes]], object]


def verify_log(
    folder: Path,
    trusted: Sequence[Verifier],
    *,
    origin: str | None = None,
    consume: Consume | None = None,
    level: Level = "full",
    jobs: int = 1,
    remembered: RememberedCheckpoints | None = None,
    incremental: bool = False,
    still_open: bool = False,
    check: Check | None = None,
    follow: Follow | None = None,
    policy: Policy | None = None,
    authorities: Sequence[Authority] = (),
    watch: Watch | None = None,
) -> Verification:
    """Check a log: key and certificate, checkpoint and journal, each line to its leaf to every signed root, blobs.

    `level` "structure" reads the kept hashes in place of the entries; every other reads every byte, and says no more
    of them than `check` does. `origin`, if given, is whose log it must be. `consume` is handed each batch of lines as
    it is hashed, so that what is judged afterwards is what was verified; believe it only when this returns. `check`
    looks at each line where it is hashed, in one of `jobs` processes (with `consume`: here), and `follow` is handed
    what it returned, in order; it raises `LogFault`. `still_open` verifies a log as far as its journal signs it,
    whether or not its writer lives; what a crash left after that is noted, not refused. `remembered` holds what was
    verified before: the log must continue it, and with `incremental` only what was added since is hashed. Under a
    `policy`, whose logs are trusted, its quorum must have cosigned the head; under `authorities` the log must carry
    time stamps. `watch` is told of progress.

    Raises `LogFault`, whose `kind` is `undecided` when all is consistent and yet no trusted key certifies the log, and
    `UsageError` when there is no such folder, or nothing to be incremental to.
    """
    under_way = Verifying(
        folder,
        trusted,
        origin=origin,
        level=level,
        jobs=jobs,
        remembered=remembered,
        incremental=incremental,
        still_open=still_open,
        check=check,
        follow=follow,
        policy=policy,
        authorities=authorities,
        watch=watch,
    )
    if consume is not None:
        for lines in under_way.batches():
            consume(lines)
    return under_way.finish()


class Verifying:
    """A verification under way: its lines can be pulled while they are hashed. Believe nothing before `finish`.

    Keywords are those of `verify_log`. Key, certificate, journal and checkpoint are verified when it is made.
    """

    def __init__(
        self,
        folder: Path,
        trusted: Sequence[Verifier],
        *,
        origin: str | None = None,
        level: Level = "full",
        jobs: int = 1,
        remembered: RememberedCheckpoints | None = None,
        incremental: bool = False,
        still_open: bool = False,
        check: Check | None = None,
        follow: Follow | None = None,
        policy: Policy | None = None,
        authorities: Sequence[Authority] = (),
        watch: Watch | None = None,
    ) -> None:
        self._folder = Path(folder)
        if not self._folder.is_dir():
            raise UsageError(
                f"{folder} is not a log: there is no such folder", advice="Give the folder of one run's log."
            )
        self._level, self._still_open, self._jobs = level, still_open, jobs
        self._policy, self._authorities = policy, authorities
        self._check, self._follow, self._watch = check, follow, watch
        self._pass: Generator[list[bytes], None, Fold] | None = None
        self._fold: Fold | None = None
        self._disorder: LogFault | None = None
        with _readable(self._folder):
            self._signer = read_vkey(self._folder)
            named = [log.key for log in policy.logs] if policy is not None else []
            self._certifier = _certifier(self._folder, self._signer, [*trusted, *named])
            if origin is not None and self._signer.name != origin:
                raise LogFault("tampered", f"it is the log of {self._signer.name}, not of {origin}")
            self._heads = (open_heads if still_open else closed_heads)(self._folder, self._signer)
            self._known = remembered.of(self._signer.name) if remembered is not None else None
            self._extent = Extent(
                self._folder,
                self._heads.checkpoints,
                layout.SEGMENT_ENTRIES,
                _covered(self._known, incremental),
                _held_against(self._known, self._heads, self._signer, incremental),
            )
            self._noted = [*self._heads.noted, *_check_names(self._folder, self._extent, still_open)]

    @property
    def origin(self) -> str:
        """Whose log it is."""
        return self._signer.name

    def batches(self) -> Iterator[list[bytes]]:
        """Batches of lines as they are hashed; they end early where the log is broken, which `finish` will tell."""
        if self._fold is None and self._pass is None:
            self._pass = fold_segments(self._extent, **self._manner())
        while self._fold is None and self._pass is not None:
            with _readable(self._folder):
                try:
                    lines = next(self._pass)
                except StopIteration as end:
                    self._fold = end.value
                    return
            yield lines

    def lines(self) -> Iterator[bytes]:
        """The lines, one at a time, as `batches` gives them."""
        for batch in self.batches():
            yield from batch

    def finish(self, judged: Callable[[], object] | None = None) -> Verification:
        """Pass over what was not pulled, and say what was found; raises as `verify_log` does.

        `judged` is called when every byte is as it was signed, before trust is weighed: it raises what was found wrong
        with what the entries say.
        """
        with _readable(self._folder):
            fold = self._folded()
            if fold.broken is not None and self._extent.covered.size:
                # What was added does not continue what was verified before: only a whole pass can tell why.
                self._extent = replace(self._extent, covered=Covered(), asked=self._extent.covered.size)
                fold = folded(self._extent, read_entries=self._level != "structure")
            self._require_signed(fold)
            if self._known is not None and fold.asked_root is not None:
                self._known.require_root(fold.asked_root, self._heads.note)
            self._require_kept(fold)
            if self._level != "structure":
                _check_blobs(self._folder)
        if self._disorder is not None:  # nothing is followed after the first refusal, so this comes before it
            raise self._disorder
        if fold.refused is not None:
            raise fold.refused
        if judged is not None:
            judged()
        if isinstance(self._certifier, LogFault):
            raise self._certifier
        return self._verification(fold, self._certifier)

    def _manner(self) -> Manner:
        follow = self._following if self._follow is not None else None
        return {
            "read_entries": self._level != "structure",
            "check": self._check,
            "follow": follow,
            "watch": self._watch,
        }

    def _following(self, first: int, checked: Sequence[object]) -> None:
        """Hand on what was checked; what is found out of order waits until every byte was seen."""
        assert self._follow is not None
        if self._disorder is None:
            try:
                self._follow(first, checked)
            except LogFault as fault:
                self._disorder = fault

    def _folded(self) -> Fold:
        if self._pass is None and self._jobs > 1 and self._extent.segments > 1:
            self._fold = fold_in_parallel(self._extent, self._jobs, **self._manner())
        for _ in self.batches():
            continue
        assert self._fold is not None  # batches() ends when it is there
        return self._fold

    def _require_signed(self, fold: Fold) -> None:
        """Every line, or every kept leaf hash, is what the checkpoints sign, and no more than they sign."""
        if fold.broken is not None:
            if self._level == "structure":
                raise fault_of_leaves(fold.broken)
            raise fault_of_entries(self._extent, fold, fold.broken)
        if fold.segments and fold.segments[-1].unsigned_bytes:
            if not self._still_open:
                raise goes_on(self._extent.size)
            after = fold.segments[-1].unsigned_bytes
            self._noted.append(f"{after} bytes follow entry {self._extent.size - 1}: nobody signed them")
        if (fault := wrong_number(fold)) is not None:
            raise fault

    def _require_kept(self, fold: Fold) -> None:
        """What is kept beside the entries is what they give; a log that is still open may lack the end of it."""
        for found in fold.segments:
            count = min(self._extent.segment, self._extent.size - found.first)
            last = found.first + count == self._extent.size
            expected = count * HASH_BYTES
            if found.kept_bytes > expected and not (last and self._still_open):
                raise LogFault("damaged", f"there are more leaf hashes than entries; {INTACT}")
            if found.kept_bytes < expected and not self._still_open:
                raise LogFault("damaged", f"leaf hashes are missing or cut short; {INTACT}")
        if (fault := kept_fault(fold, absent=not self._still_open)) is not None:
            raise fault
        if (absent := kept_absent(fold)) is not None:
            self._noted.append(absent)
        for level in KEPT_LEVELS:
            name = layout.hashes_file(level)
            expected = self._extent.size // 256**level * HASH_BYTES
            path = self._folder / name
            if not path.exists():
                if expected:
                    self._noted.append(f"{name} is missing: proofs are slower without it, and that is all")
            elif not self._still_open and path.stat().st_size != expected:
                raise LogFault("damaged", f"{name} has {path.stat().st_size} bytes, not {expected}; {INTACT}")

    def _verification(self, fold: Fold, certifier: Verifier) -> Verification:
        head = self._heads.head
        witnesses = witnessed(self._folder, self._heads, self._policy)
        stamps = stamped(self._folder, self._heads, self._authorities)
        whole = self._heads.published == head.size and not (fold.segments and fold.segments[-1].unsigned_bytes)
        return Verification(
            origin=head.origin,
            size=head.size,
            root=head.root,
            signer=self._signer.vkey,
            trusted_by=certifier.vkey,
            checkpoints=len(self._heads.checkpoints),
            note=self._heads.note,
            subtrees=fold.subtrees,
            level="structure" if self._level == "structure" else "full" if self._check is None else "strict",
            closed=whole,
            read_from=self._extent.covered.size,
            witnesses=witnesses,
            stamps=stamps,
            remembered=self._known,
            noted=(*self._noted, *unchecked(self._folder, self._policy, self._authorities)),
        )


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unreadable(error, folder) from error


def _covered(known: Remembered | None, incremental: bool) -> Covered:
    if not incremental:
        return Covered()
    if known is None:
        raise UsageError(
            "nothing is remembered of this log, so all of it must be read",
            advice="Verify it once with --remember; after that, --incremental reads only what was added.",
        )
    return Covered(known.checkpoint.size, known.subtrees)


def _held_against(known: Remembered | None, heads: Heads, signer: Verifier, incremental: bool) -> int | None:
    """The size whose root is to be compared with the remembered one; raises `HistoryFault` for what shows at once."""
    if known is None:
        return None
    known.require_key(signer, heads.note)
    known.require_growth(heads.head, heads.note)
    for checkpoint in heads.checkpoints:
        if checkpoint.size == known.checkpoint.size:
            known.require_root(checkpoint.root, heads.note)
    return None if incremental else known.checkpoint.size


def _certifier(folder: Path, signer: Verifier, trusted: Sequence[Verifier]) -> Verifier | LogFault:
    """The trusted key that vouches for the log's, or the fault that says that none does, for when all else is seen."""
    note = read_small(folder, layout.CERTIFICATE)
    with within(layout.CERTIFICATE):
        if read_certificate(note).log != signer:
            raise LogFault("tampered", f"it certifies another key than that of {layout.VKEY}")
        if signer in trusted:
            return signer
        try:
            return certified_by(note, trusted)
        except LogFault as fault:
            if fault.kind != "undecided":
                raise
            return LogFault(
                "undecided",
                f"the log is consistent in itself, but its certificate is {fault.message}",
                advice="Give the public key of the workspace that made it (a vkey), obtained from its owner.",
            )


def _check_names(folder: Path, extent: Extent, still_open: bool) -> list[str]:
    """Refuse files that would be read as segments, and are not covered by the head.

    A writer that died may have begun the next segments: in a log that is still open they are noted.
    """
    noted = []
    for name, file_of in ((layout.ENTRIES, layout.entries_file), (layout.LEAVES, layout.leaves_file)):
        expected = {file_of(first) for first in range(0, extent.size, extent.segment)}
        present = {f"{name}/{path.name}" for path in (folder / name).iterdir()} if (folder / name).is_dir() else set()
        for extra in sorted(present - expected):
            if still_open and _begins_later(extra, file_of, extent):
                noted.append(f"{extra} follows the last signed entry: nobody signed what is in it")
            elif still_open and extra in {_copy_of(known) for known in expected}:
                noted.append(f"{extra} was left by a writer that died: it is no part of the log")
            else:
                raise LogFault("tampered", f"{extra} is no part of a log of {extent.size} entries", entry=extent.size)
    return noted


def _begins_later(name: str, file_of: Callable[[int], str], extent: Extent) -> bool:
    digits = Path(name).stem
    return digits.isdecimal() and file_of(int(digits)) == name and int(digits) % extent.segment == 0


def _copy_of(name: str) -> str:
    """Where a writer puts a new copy of a file before it takes the file's name."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/.{file}.new"


def _check_blobs(folder: Path) -> None:
    for path in layout.blob_files(folder):
        digest = sha256()
        if path.stat().st_size > MAX_BLOB_BYTES:
            raise LogFault("tampered", f"blob {path.name} is longer than any may be ({MAX_BLOB_BYTES} bytes)")
        with open_plain(path) as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != path.name or path.parent.name != path.name[:2]:
            raise LogFault("tampered", f"blob {path.name}: its content is not what its name says")
