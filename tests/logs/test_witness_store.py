"""A witness on disk: it stores before it answers, and never signs two histories, whatever happens to it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agoranomos.errors import AgoraError, MachineError, UsageError
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.cosignature import WitnessKey, cosigned_by
from agoranomos.logs.faults import LogFault
from agoranomos.logs.fork import read_fork, verify_fork
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.note import parse_note
from agoranomos.logs.proofs import consistency_proof
from agoranomos.logs.signing import SigningKey, sign_note
from agoranomos.logs.storage import DiskStorage, Storage
from agoranomos.logs.witness import SIZE_TYPE, Head
from agoranomos.logs.witness_heads import read_heads
from agoranomos.logs.witness_request import WitnessRequest
from agoranomos.logs.witness_store import Answer, WitnessStore
from agoranomos.logs.witness_trust import read_trusted
from logs.building import ORIGIN, RUN, WORKSPACE, entries
from logs.fault_fs import FailingStorage, RecordingStorage, put_image

NAME = "one.example/witness"
NOON = 1_795_262_400
LEAVES = leaf_hashes(entries(40))
OTHER = leaf_hashes([*entries(2), b"another", *entries(37, 3)])
OTHER_KEY = SigningKey.from_seed(ORIGIN, b"O" * 32)
SECOND = SigningKey.from_seed("lab/plan/arm/2/1", b"2" * 32)


def noon() -> int:
    return NOON


def request(old: int, new: int, leaves: Sequence[bytes] = LEAVES, key: SigningKey = RUN) -> bytes:
    proof = tuple(consistency_proof(leaves[:new], old)) if 0 < old <= new else ()
    note = sign_note(Checkpoint(key.name, new, root_of(leaves[:new])).text, key)
    return WitnessRequest(old, proof, note).body


class Unsynced(DiskStorage):
    """Does not wait for the disk: for tests that ask for something else."""

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        super().replace(path, data, sync=False)

    def fsync_folder(self, path: Path) -> None:
        pass


def make(folder: Path, storage: Storage | None = None, clock: Callable[[], int] = noon) -> WitnessStore:
    witness = WitnessStore.create(folder, NAME, clock=clock, storage=storage or Unsynced())
    witness.trust(RUN.verifier)
    return witness


def reopened(folder: Path) -> WitnessStore:
    return WitnessStore.open(folder, clock=noon, storage=Unsynced())


def signed_head(answer: Answer, body: bytes, key: WitnessKey) -> Checkpoint:
    """The checkpoint that an answer of status 200 cosigns, verified."""
    assert answer.status == 200
    note = body.split(b"\n\n", 1)[1]
    assert [one.witness for one in cosigned_by(note + answer.body, [key])] == [key]
    return parse_checkpoint(parse_note(note).text)


def test_it_cosigns_what_grows_and_remembers_it(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    for old, new in ((0, 3), (3, 3), (3, 20), (20, 40)):
        body = request(old, new)
        assert signed_head(witness.add_checkpoint(body), body, witness.key).size == new
        witness = reopened(tmp_path / "w")
    assert witness.add_checkpoint(request(3, 40)) == Answer(409, b"40\n", SIZE_TYPE)
    assert witness.logs()[0].head == Head(40, root_of(LEAVES))
    assert cosigned_by(body.split(b"\n\n", 1)[1] + witness.add_checkpoint(request(40, 40)).body, [witness.key])[
        0
    ].time == (NOON)


def test_a_refusal_changes_nothing(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 10))
    before = (tmp_path / "w" / "heads").read_bytes()
    refused = [request(10, 20, OTHER), request(0, 20), b"junk", request(0, 5, key=OTHER_KEY)]
    refused += [request(0, 5, key=SECOND), request(10, 10, OTHER)]
    assert [witness.add_checkpoint(body).status for body in refused] == [422, 409, 400, 403, 404, 409]
    assert (tmp_path / "w" / "heads").read_bytes() == before


def test_two_checkpoints_of_one_size_are_kept_as_evidence(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 10))
    for _ in range(2):
        assert witness.add_checkpoint(request(10, 10, OTHER)).status == 409
    (file,) = (tmp_path / "w" / "evidence").iterdir()
    first, second = verify_fork(read_fork(file.read_bytes()), [RUN.verifier])
    assert (first.size, first.root, second.root) == (10, root_of(LEAVES[:10]), root_of(OTHER[:10]))


def test_certificates_of_a_trusted_certifier_make_logs_known(tmp_path: Path) -> None:
    witness = WitnessStore.create(tmp_path / "w", NAME, clock=noon)
    certificate = sign_note(Certificate(RUN.verifier).text, WORKSPACE)
    assert witness.add_log(certificate).status == 403
    witness.trust(WORKSPACE.verifier, certifier=True)
    assert witness.add_checkpoint(request(0, 3)).status == 404
    assert witness.add_log(certificate) == Answer(200, b"")
    assert witness.add_log(certificate).status == 200
    assert witness.add_checkpoint(request(0, 3)).status == 200
    assert [(one.log.key, one.log.certifier) for one in witness.logs()] == [(RUN.verifier, WORKSPACE.verifier)]
    assert witness.add_log(sign_note(Certificate(OTHER_KEY.verifier).text, WORKSPACE)).status == 409
    assert witness.add_log(sign_note(Certificate(SECOND.verifier).text, SECOND)).status == 403
    two_names = Certificate(Verifier("lab/other", RUN.verifier.public))
    assert witness.add_log(sign_note(two_names.text, WORKSPACE)).status == 409
    assert witness.add_log(certificate.replace(b"1/1\n", b"1/2\n", 1)).status in {400, 403}
    assert witness.add_log(b"please").status == 400
    assert len(reopened(tmp_path / "w").logs()) == 1


def test_the_operator_may_add_a_second_key_of_a_log_and_the_history_stays_one(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 10))
    witness.trust(OTHER_KEY.verifier)
    assert witness.add_checkpoint(request(10, 20, OTHER, OTHER_KEY)).status == 422
    assert witness.add_checkpoint(request(10, 20, LEAVES, OTHER_KEY)).status == 200


def test_ambiguous_keys_and_keys_of_two_roles_are_refused(tmp_path: Path) -> None:
    from hashlib import sha256

    witness = make(tmp_path / "w")
    first, second = (Verifier("twin", sha256(b"%d" % number).digest()[:31] + b"\x10") for number in (40933, 50619))
    witness.trust(first)
    for key, certifier, message in (
        (second, False, "two different keys"),
        (RUN.verifier, True, "a key has one role"),
        (Verifier("other", RUN.verifier.public), False, "a key has one role"),
        (Verifier("log", witness.key.public), False, "own key"),
        (Verifier("cosignature/v1", SECOND.verifier.public), False, "no log can have this key"),
    ):
        with pytest.raises(UsageError, match=message):
            witness.trust(key, certifier=certifier)
    witness.trust(first)
    witness.trust(WORKSPACE.verifier, certifier=True)
    witness.trust(WORKSPACE.verifier, certifier=True)
    assert len(read_trusted(tmp_path / "w").logs) == 2


def test_a_witness_takes_only_so_many_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agoranomos.logs.witness_trust.MAX_LOGS", 1)
    witness = make(tmp_path / "w")
    witness.trust(WORKSPACE.verifier, certifier=True)
    with pytest.raises(UsageError, match="1 logs already"):
        witness.trust(SECOND.verifier)
    assert witness.add_log(sign_note(Certificate(SECOND.verifier).text, WORKSPACE)).status == 409


def test_a_folder_in_use_a_bad_name_and_no_witness_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "a" / "w")
    with pytest.raises(UsageError, match="is not empty"):
        make(tmp_path / "a" / "w")
    with pytest.raises(UsageError, match="not a key name"):
        WitnessStore.create(tmp_path / "b", "my witness", clock=noon)
    with pytest.raises(UsageError, match="there is no witness"):
        reopened(tmp_path / "b")
    assert (tmp_path / "a" / "w").stat().st_mode & 0o777 == 0o700


def test_a_clock_that_went_back_signs_nothing(tmp_path: Path) -> None:
    now = [NOON]
    witness = make(tmp_path / "w", clock=lambda: now[0])
    witness.add_checkpoint(request(0, 3))
    now[0] -= 30
    body = request(3, 4)
    answer = witness.add_checkpoint(body)
    assert cosigned_by(body.split(b"\n\n", 1)[1] + answer.body, [witness.key])[0].time == NOON
    now[0] -= 3600
    with pytest.raises(MachineError, match="3630 seconds before"):
        witness.add_checkpoint(request(4, 5))
    now[0] = NOON + 5
    assert witness.add_checkpoint(request(4, 5)).status == 200


# F12: crashes, failures, races, and a state that was put back.


def never_signs_the_other(folder: Path, answered: int) -> None:
    """After whatever happened: the state holds at least what was answered, and no other history is cosigned."""
    witness = reopened(folder)
    head = read_heads(folder).by_origin.get(ORIGIN, Head(0, b""))
    assert head.size >= answered
    if head.size:
        assert head.root == root_of(LEAVES[: head.size])
    if head.size >= 3:
        for old, new in ((head.size, head.size), (head.size, 40), (0, 40)):
            assert witness.add_checkpoint(request(old, new, OTHER)).status in {409, 422}
    body = request(head.size, 40)
    assert signed_head(witness.add_checkpoint(body), body, witness.key).root == root_of(LEAVES)


def test_after_a_crash_at_any_step_no_other_history_is_signed(tmp_path: Path) -> None:
    storage = RecordingStorage(tmp_path)
    witness = make(tmp_path / "w", storage)
    start = len(storage.crashes)
    for old, new in ((0, 3), (3, 4), (4, 4), (4, 9)):
        assert witness.add_checkpoint(request(old, new)).status == 200
        storage.promised = new
    crashes = storage.crashes[start:]
    assert len(crashes) > 30
    for number, (promised, image) in enumerate(crashes):
        place = tmp_path / f"crash{number}"
        put_image(image, tmp_path, place)
        shutil.copytree(tmp_path / "w" / "keys", place / "w" / "keys")
        never_signs_the_other(place / "w", promised)


def test_a_state_that_is_not_synced_is_found_out(tmp_path: Path) -> None:
    """The check above bites: with syncs of the folder that are lies, a promise is lost."""
    storage = RecordingStorage(tmp_path, liar="folder")
    witness = make(tmp_path / "w", storage)
    start = len(storage.crashes)
    for old, new in ((0, 3), (3, 4)):
        witness.add_checkpoint(request(old, new))
        storage.promised = new
    lost = 0
    for number, (promised, image) in enumerate(storage.crashes[start:]):
        place = tmp_path / f"crash{number}"
        put_image(image, tmp_path, place)
        shutil.copytree(tmp_path / "w" / "keys", place / "w" / "keys")
        try:
            never_signs_the_other(place / "w", promised)
        except (AssertionError, AgoraError):
            lost += 1
    assert lost > 0


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_after_a_failure_at_any_step_nothing_is_signed_and_the_process_signs_no_more(
    tmp_path: Path, error: int
) -> None:
    at = 0
    while True:
        at += 1
        place = tmp_path / f"{at}"
        make(place).add_checkpoint(request(0, 3))
        witness = WitnessStore.open(place, clock=noon, storage=FailingStorage(at, error))
        try:
            answered = witness.add_checkpoint(request(3, 4)).status == 200
        except MachineError:
            answered = False
            with pytest.raises(MachineError, match="signs nothing more"):
                witness.add_checkpoint(request(3, 4))
            with pytest.raises(MachineError, match="signs nothing more"):
                witness.trust(SECOND.verifier)
        never_signs_the_other(place, 4 if answered else 3)
        if answered:
            break
    assert at == 9  # three files, two steps each, and two syncs of the folder: each failed once, and then none


class KillingStorage(DiskStorage):
    """Kills its own process before the n-th of the operations that change or sync something."""

    def __init__(self, at: int) -> None:
        self.left = at

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def append(self, handle: int, data: bytes) -> None:
        self._step()
        super().append(handle, data)

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        self._step()
        super().replace(path, data, sync=sync)

    def fsync_folder(self, path: Path) -> None:
        self._step()
        super().fsync_folder(path)


def test_a_witness_that_is_killed_at_any_step_leaves_no_lock_and_no_second_history(tmp_path: Path) -> None:
    at, killed = 0, True
    while killed:
        at += 1
        place = tmp_path / f"{at}"
        make(place).add_checkpoint(request(0, 3))
        child = os.fork()
        if child == 0:  # it signs, or dies on the way; nothing it does may reach the test's own process
            try:
                witness = WitnessStore.open(place, clock=noon, storage=KillingStorage(at))
                (tmp_path / f"{at}.line").write_bytes(witness.add_checkpoint(request(3, 4)).body)
            finally:
                os._exit(0)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert killed != (tmp_path / f"{at}.line").exists()
        never_signs_the_other(place, 3 if killed else 4)
    assert at == 9


@pytest.mark.parametrize("at", range(1, 12))
def test_a_second_crash_after_the_first_is_no_put_back_state(tmp_path: Path, at: int) -> None:
    """Died between heads and mark, and then again at any step of the next cosignature."""
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 3))
    mark = (tmp_path / "w" / "heads.mark").read_bytes()
    witness.add_checkpoint(request(3, 4))
    (tmp_path / "w" / "heads.mark").write_bytes(mark)
    again = WitnessStore.open(tmp_path / "w", clock=noon, storage=FailingStorage(at, errno.EIO))
    try:
        answered = again.add_checkpoint(request(4, 9)).status == 200
    except MachineError:
        answered = False
    never_signs_the_other(tmp_path / "w", 9 if answered else 4)


@pytest.mark.parametrize("step", range(1, 12))
def test_a_witness_that_was_not_made_whole_is_none(tmp_path: Path, step: int) -> None:
    try:
        WitnessStore.create(tmp_path / "w", NAME, clock=noon, storage=FailingStorage(step, errno.ENOSPC))
    except MachineError:
        if (tmp_path / "w" / "heads").exists() and not (tmp_path / "w" / "witness.vkey").exists():
            with pytest.raises(UsageError, match="is not empty") as caught:
                make(tmp_path / "w")
            assert "can be deleted" in caught.value.advice
        # Only the last step of all, the sync of the folder after the name is there, may leave a whole one behind.
        assert not (tmp_path / "w" / "witness.vkey").exists() or reopened(tmp_path / "w").logs() == []
    else:
        assert step > 9


def test_two_requests_at_once_never_sign_two_histories(tmp_path: Path) -> None:
    """The race of the protocol's text, with threads: each size is signed once by one of the two histories at most."""
    make(tmp_path / "w")
    witness = reopened(tmp_path / "w")
    bodies = [request(old, new, leaves) for leaves in (LEAVES, OTHER) for old in (0, 3, 5) for new in (3, 5, 9)]
    bodies = [body for body in bodies if not body.startswith(b"old 5\n") or b"\n9\n" in body] * 3
    random.Random(1).shuffle(bodies)
    answers: list[tuple[bytes, Answer]] = []
    barrier = threading.Barrier(8)

    def client(part: int) -> None:
        barrier.wait()
        for body in bodies[part::8]:
            answers.append((body, witness.add_checkpoint(body)))

    threads = [threading.Thread(target=client, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signed = [signed_head(answer, body, witness.key) for body, answer in answers if answer.status == 200]
    assert len(answers) == len(bodies)
    assert signed
    assert {answer.status for _, answer in answers} <= {200, 400, 409, 422}
    histories = {all(head.root == root_of(leaves[: head.size]) for head in signed) for leaves in (LEAVES, OTHER)}
    assert True in histories
    assert read_heads(tmp_path / "w").counter == len(signed)


def _ask_all(folder: Path, other: bool, results: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    witness = reopened(folder)
    leaves = OTHER if other else LEAVES
    results.put([(other, new, witness.add_checkpoint(request(0, new, leaves)).status) for new in range(3, 9)])


def test_two_processes_at_once_never_sign_two_histories(tmp_path: Path) -> None:
    make(tmp_path / "w")
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    processes = [context.Process(target=_ask_all, args=(tmp_path / "w", other, results)) for other in (False, True)]
    for process in processes:
        process.start()
    answers = [one for _ in processes for one in results.get(timeout=60)]
    for process in processes:
        process.join()
    assert len({other for other, _, status in answers if status == 200}) == 1
    assert read_heads(tmp_path / "w").counter == sum(status == 200 for _, _, status in answers) == 1


def test_a_state_that_was_put_back_is_refused(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    states = []
    for old, new in ((0, 3), (3, 5), (5, 9)):
        witness.add_checkpoint(request(old, new))
        states.append({name: (tmp_path / "w" / name).read_bytes() for name in ("heads", "heads.mark")})
    for name, older in (("heads", states[1]), ("heads", states[0]), ("heads.mark", states[0])):
        (tmp_path / "w" / name).write_bytes(older[name])
        for ask in (lambda: reopened(tmp_path / "w"), lambda: witness.add_checkpoint(request(9, 10))):
            with pytest.raises(LogFault, match="was put back") as caught:
                ask()
            assert caught.value.kind == "tampered"
            assert "new witness" in caught.value.advice
        for newest in states[2]:
            (tmp_path / "w" / newest).write_bytes(states[2][newest])
    # The mark alone one state behind is what a crash leaves: nothing is lost by it.
    (tmp_path / "w" / "heads.mark").write_bytes(states[1]["heads.mark"])
    never_signs_the_other(tmp_path / "w", 9)


def test_a_whole_folder_put_back_cannot_be_known_and_the_text_says_so(tmp_path: Path) -> None:
    """What this witness cannot exclude, so that nobody believes that it does."""
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 2))
    shutil.copytree(tmp_path / "w", tmp_path / "backup")
    witness.add_checkpoint(request(2, 9))
    assert reopened(tmp_path / "backup").add_checkpoint(request(2, 9, OTHER)).status == 200


def test_another_state_of_the_same_count_is_refused(tmp_path: Path) -> None:
    for name, new in (("a", 3), ("b", 4)):
        make(tmp_path / name).add_checkpoint(request(0, new))
    shutil.copy(tmp_path / "b" / "heads", tmp_path / "a" / "heads")
    with pytest.raises(LogFault, match=r"heads is not what heads\.mark was written for"):
        reopened(tmp_path / "a")


@pytest.mark.parametrize("name", ["heads", "heads.mark"])
def test_no_broken_state_is_used(tmp_path: Path, name: str) -> None:
    make(tmp_path / "w").add_checkpoint(request(0, 3))
    good = (tmp_path / "w" / name).read_bytes()
    for place in range(len(good)):
        for spoilt in (bytearray(good), bytearray(good[:place])):
            if len(spoilt) == len(good):
                spoilt[place] ^= 4
            (tmp_path / "w" / name).write_bytes(spoilt)
            with pytest.raises(LogFault, match=r"^heads"):
                reopened(tmp_path / "w")
    (tmp_path / "w" / name).unlink()
    with pytest.raises(LogFault, match="is missing"):
        reopened(tmp_path / "w")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agoranomos witness heads v2\n1\n0\n", "not of this version"),
        ("agoranomos witness heads v1\nx\n0\n", "not of this version"),
        ("agoranomos witness heads v1\n1\nx\n", "not of this version"),
        ("agoranomos witness heads v1\n1\n0\nlab 5\n", "not `origin size root`"),
        ("agoranomos witness heads v1\n1\n0\nlab 5 AAAA\n", "not `origin size root`"),
    ],
)
def test_a_state_of_another_form_is_named(tmp_path: Path, text: str, message: str) -> None:
    from hashlib import sha256

    make(tmp_path / "w")
    (tmp_path / "w" / "heads").write_text(text + sha256(text.encode()).hexdigest() + "\n")
    with pytest.raises(LogFault, match=message):
        reopened(tmp_path / "w")


@pytest.mark.parametrize(
    ("text", "message"),
    [("log\n", "line 1"), ("log x\n", "line 1: 'x' is not a verifier key"), ("# x", "cut short")],
)
def test_a_broken_list_of_logs_is_named(tmp_path: Path, text: str, message: str) -> None:
    witness = make(tmp_path / "w")
    (tmp_path / "w" / "trusted").write_text(text)
    with pytest.raises(LogFault, match=f"trusted: .*{message}"):
        witness.add_checkpoint(request(0, 3))


def test_a_witness_never_makes_itself_a_second_key(tmp_path: Path) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b")
    shutil.copy(tmp_path / "b" / "keys" / "witness.key", tmp_path / "a" / "keys" / "witness.key")
    with pytest.raises(LogFault, match="is not that of"):
        reopened(tmp_path / "a")
    (tmp_path / "b" / "keys" / "witness.key").unlink()
    with pytest.raises(LogFault, match="is gone"):
        reopened(tmp_path / "b")
    assert not (tmp_path / "b" / "keys" / "witness.key").exists()


def test_a_head_is_never_made_smaller(tmp_path: Path) -> None:
    make(tmp_path / "w").add_checkpoint(request(0, 9))
    heads = read_heads(tmp_path / "w")
    for smaller in (Head(8, root_of(LEAVES[:8])), Head(9, bytes(32))):
        with pytest.raises(LogFault, match="would go from size 9"):
            heads.advanced(ORIGIN, smaller, NOON)


def test_of_two_histories_any_two_of_three_honest_witnesses_sign_one(tmp_path: Path) -> None:
    from agoranomos.logs.policy import Policy

    witnesses = [
        WitnessStore.create(tmp_path / f"{n}", f"w{n}.example", clock=noon, storage=Unsynced()) for n in range(3)
    ]
    for witness in witnesses:
        witness.trust(RUN.verifier)
    lines = "".join(f"witness w{n} {witness.key.vkey}\n" for n, witness in enumerate(witnesses))
    policy = Policy.parse(f"{lines}group g 2 w0 w1 w2\nquorum g\n")
    for order in (0b000, 0b001, 0b010, 0b011, 0b100, 0b101, 0b110, 0b111):
        key = SigningKey.from_seed(f"lab/{order}", bytes([order]) * 32)
        notes = {leaves is LEAVES: request(0, 9, leaves, key).split(b"\n\n", 1)[1] for leaves in (LEAVES, OTHER)}
        for n, witness in enumerate(witnesses):
            witness.trust(key.verifier)
            for leaves in (LEAVES, OTHER) if order >> n & 1 else (OTHER, LEAVES):
                answer = witness.add_checkpoint(request(0, 9, leaves, key))
                if answer.status == 200:
                    notes[leaves is LEAVES] += answer.body
        reached = [policy.satisfied_by(cosigned_by(note, policy.keys)) for note in notes.values()]
        assert sum(reached) == 1


def test_a_witness_whose_folder_is_gone_is_the_machines_failure(tmp_path: Path) -> None:
    witness = make(tmp_path / "w")
    (tmp_path / "w").rename(tmp_path / "elsewhere")
    with pytest.raises(MachineError, match="cannot lock"):
        witness.add_checkpoint(request(0, 3))


def test_a_note_of_another_size_is_no_evidence(tmp_path: Path) -> None:
    """A crash may leave the note of a head that was never stored."""
    witness = make(tmp_path / "w")
    witness.add_checkpoint(request(0, 10))
    (note,) = (tmp_path / "w" / "notes").iterdir()
    note.write_bytes(request(0, 12).split(b"\n\n", 1)[1])
    assert witness.add_checkpoint(request(10, 10, OTHER)).status == 409
    assert list((tmp_path / "w" / "evidence").iterdir()) == []


def test_evidence_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agoranomos.logs.witness_store.MAX_EVIDENCE", 1)
    witness = make(tmp_path / "w", DiskStorage())
    witness.add_checkpoint(request(0, 10))
    for leaves in (OTHER, leaf_hashes(entries(10, 5))):
        witness.add_checkpoint(request(10, 10, leaves))
    assert len(list((tmp_path / "w" / "evidence").iterdir())) == 1
