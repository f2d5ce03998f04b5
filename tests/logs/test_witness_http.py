"""A witness over HTTP on the loopback, and the owner of a log who asks it."""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogWriter
from agoranomos.logs.attached import read_cosignatures
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosignature import cosigned_by
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.cosigning import CosignedLog
from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from agoranomos.logs.witness_client import Reply, http_sender
from agoranomos.logs.witness_request import MAX_REQUEST_BYTES
from agoranomos.logs.witness_server import WitnessServer
from agoranomos.logs.witness_store import WitnessStore
from logs.building import ORIGIN, RUN, WORKSPACE, entries, entry, make_log

NOON = 1_795_262_400
PATIENCE_S = 120
"""Seconds in which what is waited for has come, however busy the machine is."""


class Serving:
    """A witness that answers on the loopback, and the lines that it reported."""

    def __init__(self, folder: Path) -> None:
        self.store = WitnessStore.create(folder, "one.example", clock=lambda: NOON)
        self.lines: list[str] = []
        self.server = WitnessServer(("127.0.0.1", 0), self.store, self.lines.append)
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def port(self) -> int:
        return self.server.server_port

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def raw(self, data: bytes) -> bytes:
        """What comes back for these bytes, until the witness hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            parts = []
            while part := connection.recv(1 << 16):
                parts.append(part)
        return b"".join(parts)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    one = Serving(tmp_path / "witness")
    yield one
    one.stop()


@pytest.fixture
def log(tmp_path: Path) -> CosignedLog:
    make_log(tmp_path / "log", (3, 4, 5))
    return CosignedLog(tmp_path / "log")


def test_a_log_is_cosigned_and_the_line_is_kept(serving: Serving, log: CosignedLog) -> None:
    serving.store.trust(RUN.verifier)
    key = serving.store.key
    kept = log.send(http_sender(serving.server.url), key)
    assert (kept.checkpoint.size, kept.cosigned.witness, kept.cosigned.time) == (12, key, NOON)
    note = (log.folder / "checkpoint").read_bytes()
    assert cosigned_by(note + read_cosignatures(log.folder, note), [key]) == (kept.cosigned,)
    assert log.last_cosigned(key) == 12
    log.send(http_sender(serving.server.url + "/"), key)  # again, from size 12
    assert serving.lines == ['127.0.0.1 "POST /add-checkpoint HTTP/1.1" 200 -'] * 2


def test_a_witness_that_has_seen_more_than_is_known_is_asked_from_there(
    serving: Serving, log: CosignedLog, tmp_path: Path
) -> None:
    serving.store.trust(RUN.verifier)
    make_log(tmp_path / "earlier", (3,))
    earlier = CosignedLog(tmp_path / "earlier")
    earlier.send(http_sender(serving.server.url), serving.store.key)
    assert log.last_cosigned(serving.store.key) == 0
    assert log.send(http_sender(serving.server.url), serving.store.key).checkpoint.size == 12
    assert [line.split()[-2] for line in serving.lines] == ["200", "409", "200"]
    with pytest.raises(LogFault, match="cosigned 12 entries of this log, and here there are only 3") as caught:
        earlier.send(http_sender(serving.server.url), serving.store.key)
    assert caught.value.kind == "tampered"


def forked(folder: Path, size: int) -> CosignedLog:
    log = LogWriter.create(folder, ORIGIN, key=RUN, certifier=WORKSPACE, durable="append")
    log.append(entries(2))
    log.append([entry(index, "b") for index in range(2, size)])
    log.close()
    return CosignedLog(folder)


@pytest.mark.parametrize("size", [12, 20])
def test_another_history_is_told_to_its_owner(serving: Serving, log: CosignedLog, tmp_path: Path, size: int) -> None:
    serving.store.trust(RUN.verifier)
    send = http_sender(serving.server.url)
    log.send(send, serving.store.key)
    other = forked(tmp_path / "other", size)
    with pytest.raises(LogFault, match="two histories") as caught:
        other.send(send, serving.store.key)
    assert caught.value.kind == "tampered"
    shutil.copytree(log.folder / "cosignatures", other.folder / "cosignatures")
    if size == 12:
        with pytest.raises(LogFault, match="does not fit"):
            other.last_cosigned(serving.store.key)


def test_a_witness_put_back_to_an_older_state_is_found_out_by_those_it_served(
    serving: Serving, log: CosignedLog, tmp_path: Path
) -> None:
    serving.store.trust(RUN.verifier)
    make_log(tmp_path / "earlier", (3,))
    send = http_sender(serving.server.url)
    CosignedLog(tmp_path / "earlier").send(send, serving.store.key)
    old = {name: (serving.store.folder / name).read_bytes() for name in ("heads", "heads.mark")}
    log.send(send, serving.store.key)
    for name, data in old.items():
        (serving.store.folder / name).write_bytes(data)
    with pytest.raises(LogFault, match="says that it cosigned 3 entries, and yet there is a cosignature") as caught:
        log.send(send, serving.store.key)
    assert caught.value.kind == "tampered"


def test_what_the_witness_refuses_is_said_with_advice(serving: Serving, log: CosignedLog) -> None:
    send = http_sender(serving.server.url)
    with pytest.raises(MachineError, match="status 404: 'unknown log'") as caught:
        log.send(send, serving.store.key)
    assert "agora witness trust" in caught.value.advice
    assert send("/add-log", log.certificate).status == 403
    serving.store.trust(WORKSPACE.verifier, certifier=True)
    assert log.send(send, serving.store.key).checkpoint.size == 12  # shown the certificate, it knows the log
    assert send("/add-log", log.certificate) == Reply(200, b"")


def test_a_line_of_another_key_is_not_kept(serving: Serving, log: CosignedLog) -> None:
    serving.store.trust(RUN.verifier)
    with pytest.raises(LogFault, match="no line of it is by a witness"):
        log.send(http_sender(serving.server.url), Cosigner.from_seed("two.example", b"2" * 32).key)
    assert not (log.folder / "cosignatures").exists()


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ([Reply(409, b"four\n")], "409 without a size"),
        ([Reply(409, b"04\n")], "409 without a size"),
        ([Reply(409, b"3\n"), Reply(409, b"4\n")], "status 409: '4'"),
        ([Reply(503, b"later\x1b[2J")], "status 503"),
    ],
)
def test_strange_answers_are_errors(log: CosignedLog, replies: list[Reply], message: str) -> None:
    answers = iter(replies)
    with pytest.raises(MachineError, match=message):
        log.send(lambda path, body: next(answers), Cosigner.from_seed("two.example", b"2" * 32).key)


def test_an_older_line_is_kept_where_it_belongs_when_the_log_has_grown(log: CosignedLog) -> None:
    one = Cosigner.from_seed("one.example", b"1" * 32)
    older = Checkpoint(ORIGIN, 7, root_of(leaf_hashes(entries(7))))
    assert log.attach(one.cosign(older.text, NOON), one.key).checkpoint == older
    assert log.last_cosigned(one.key) == 7
    assert [path.name for path in (log.folder / "cosignatures").iterdir()] == ["7"]
    with pytest.raises(LogFault, match="does not fit"):
        log.attach(one.cosign(Checkpoint(ORIGIN, 6, bytes(32)).text, NOON), one.key)


def test_cosignatures_of_other_witnesses_are_not_mine(log: CosignedLog) -> None:
    one, two = (Cosigner.from_seed(f"{name}.example", name.encode() * 32) for name in "ab")
    log.attach(one.cosign(log.head.text, NOON), one.key)
    assert log.last_cosigned(two.key) == 0


def test_a_journal_that_cannot_be_read_is_the_machines_failure(
    log: CosignedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a/b")

    monkeypatch.setattr("agoranomos.logs.cosigning.open_heads", unreadable)
    with pytest.raises(MachineError, match="cannot read a/b: Permission denied"):
        CosignedLog(log.folder)


def test_a_connection_that_is_over_needs_no_cutting_off() -> None:
    from agoranomos.logs.witness_server import _cut_off

    with socket.socket() as never_connected:
        _cut_off(never_connected)


def test_a_request_whose_proof_would_not_hold_is_not_made(log: CosignedLog) -> None:
    shutil.rmtree(log.folder / "leaves")
    file = log.folder / "entries" / "000000000000.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"seq":1}', b'"seq":2}'))
    with pytest.raises(LogFault, match="not those of its signed root") as caught:
        log.request(3)
    assert caught.value.kind == "damaged"


def test_an_open_log_with_a_torn_note_is_cosigned_as_far_as_it_is_signed(log: CosignedLog) -> None:
    journal = log.folder / "checkpoints" / "000.notes"
    (log.folder / "checkpoint").unlink()
    journal.write_bytes(journal.read_bytes()[:-5])
    assert CosignedLog(log.folder).head.size == 7


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        ("ftp://one.example", False),
        ("one.example:80", False),
        ("http://", False),
        ("http://one.example:port", False),
        ("http://one.example/?a", False),
        ("https://one.example/witness/", True),
    ],
)
def test_only_urls_of_witnesses_are_asked(url: str, ok: bool) -> None:
    if ok:
        assert callable(http_sender(url))
        return
    with pytest.raises(UsageError, match="not the URL of a witness"):
        http_sender(url)


def test_a_witness_that_is_not_there_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for scheme in ("http", "https"):
        with pytest.raises(MachineError, match="cannot be reached"):
            http_sender(f"{scheme}://127.0.0.1:{port}")("/add-checkpoint", b"")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /add-checkpoint HTTP/1.1\r\n\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 5_0\r\n\r\n", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_REQUEST_BYTES + 1), 413),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1%s\r\n\r\n" % (b"0" * 5000), 413),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 50\r\n\r\nold 0", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 5\r\n\r\nold 0", 400),
        (b"POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404),
        (b"GET /add-checkpoint HTTP/1.1\r\n\r\n", 501),
        (b"POST /%s HTTP/1.1\r\n\r\n" % (b"a" * 70_000), 414),
    ],
    ids=lambda value: str(value)[:70],
)
def test_malformed_requests_get_a_status_and_no_traceback(
    serving: Serving, data: bytes, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = serving.raw(data)
    assert answer.split(b" ", 2)[1] == b"%d" % status
    assert b"<" not in answer
    assert "Traceback" not in capfd.readouterr().err
    assert not any("Traceback" in line for line in serving.lines)


def test_what_is_not_http_gets_plain_words(serving: Serving) -> None:
    assert serving.raw(b"POST \x00\xff<b> HTTP/x\r\n\r\n").startswith(b"Bad request version")
    assert not any("Traceback" in line for line in serving.lines)


def test_one_connection_may_ask_again(serving: Serving) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE_S)
    for _ in range(2):
        connection.request("POST", "/add-checkpoint", b"old 0\n")
        answer = connection.getresponse()
        assert answer.status == 400
        assert answer.getheader("Content-Type") == "text/plain; charset=utf-8"
        answer.read()
    connection.close()


def test_the_size_comes_with_its_content_type(serving: Serving, log: CosignedLog) -> None:
    serving.store.trust(RUN.verifier)
    log.send(http_sender(serving.server.url), serving.store.key)
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE_S)
    connection.request("POST", "/add-checkpoint", log.request(0).body)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type"), answer.read()) == (409, "text/x.tlog.size", b"12\n")
    connection.close()


def test_what_fails_inside_is_told_to_the_operator_only(serving: Serving, log: CosignedLog) -> None:
    serving.store.trust(RUN.verifier)
    (serving.store.folder / "heads").unlink()
    reply = http_sender(serving.server.url)("/add-checkpoint", log.request(0).body)
    assert reply == Reply(500, b"this witness cannot sign now\n")
    assert "cannot answer: heads is missing" in serving.lines


def test_who_comes_when_there_is_no_room_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agoranomos.logs.witness_server.MAX_CONNECTIONS", 1)
    serving = Serving(tmp_path / "witness")
    try:
        with (
            socket.create_connection(("127.0.0.1", serving.port), timeout=PATIENCE_S) as first,
            socket.create_connection(("127.0.0.1", serving.port), timeout=PATIENCE_S) as late,
        ):
            assert late.recv(100) == b""
            first.sendall(b"POST / HTTP/1.1\r\n\r\n")
            assert first.recv(12) == b"HTTP/1.1 411"
    finally:
        serving.stop()


@pytest.mark.parametrize(
    "begun", [b"POST /add-check", b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nold"]
)
def test_a_connection_that_speaks_too_slowly_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("agoranomos.logs.witness_server.CONNECTION_SECONDS", 0.05)
    serving = Serving(tmp_path / "witness")
    try:
        with socket.create_connection(("127.0.0.1", serving.port), timeout=PATIENCE_S) as slow:
            slow.sendall(begun)
            assert slow.recv(100) == b""
    finally:
        serving.stop()


def test_requests_over_http_at_once_sign_one_history(serving: Serving) -> None:
    serving.store.trust(RUN.verifier)
    notes = [
        sign_note(Checkpoint(ORIGIN, size, root_of(leaf_hashes(lines[:size]))).text, RUN)
        for size in range(4, 10)
        for lines in (entries(9), [entry(index, "b") for index in range(9)])
    ]
    answers: list[tuple[bytes, Reply]] = []
    barrier = threading.Barrier(len(notes))

    def client(note: bytes) -> None:
        send = http_sender(serving.server.url)
        barrier.wait()
        answers.append((note, send("/add-checkpoint", b"old 0\n\n" + note)))

    threads = [threading.Thread(target=client, args=(note,)) for note in notes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signed = [note for note, reply in answers if reply.status == 200]
    assert len(answers) == len(notes)
    assert len(signed) == 1  # all start from nothing: only one can
    assert sorted({reply.status for _, reply in answers}) == [200, 409]
