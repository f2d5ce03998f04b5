"""The app on a real socket: loopback only, junk on the wire, streams, and an end that is clean."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.errors import MachineError
from agoranomos.viewer.app import new_token, viewer_app
from agoranomos.viewer.routes import Shown, campaign_routes
from agoranomos.viewer.serving import HOST, free_socket, settings
from viewer.conftest import Made
from viewer.test_campaigns import write_status

PATIENCE_S = 120
"""Seconds in which what is waited for has come, however busy the machine is."""


@contextmanager
def serving(made: Made, page: Path) -> Iterator[tuple[int, str]]:
    """The port and the token of a server in a thread."""
    import uvicorn

    token, listening = new_token(), free_socket(0)
    port = listening.getsockname()[1]
    shown = Shown(made.logs, made.workspace, seconds_between_looks=0.01)
    app = viewer_app(campaign_routes(shown), token=token, port=port, page=page)
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, **settings()))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        yield port, token
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def served(copied: Made, page: Path) -> Iterator[tuple[int, str]]:
    with serving(copied, page) as found:
        yield found


def said(port: int, octets: bytes, answers: int = 1) -> bytes:
    """What the server says to these octets, until it closes or has begun so many answers."""
    with socket.create_connection((HOST, port), timeout=PATIENCE_S) as wire:
        wire.sendall(octets)
        found = b""
        while found.count(b"\r\n\r\n") < answers and (part := wire.recv(1 << 16)):
            found += part
        return found


def get(port: int, path: str) -> int:
    """The status of an ordinary request's answer."""
    wire = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    wire.request("GET", path)
    status = wire.getresponse().status
    wire.close()
    return status


def test_it_listens_on_loopback_only() -> None:
    with free_socket(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_told() -> None:
    with free_socket(0) as first:
        first.listen()
        with pytest.raises(MachineError, match="cannot listen") as refused:
            free_socket(first.getsockname()[1])
    assert "--port 0" in refused.value.advice


def test_it_answers_over_http(served: tuple[int, str], copied: Made) -> None:
    port, token = served
    wire = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    wire.request("GET", f"/{token}/api/campaigns")
    answer = wire.getresponse()
    assert answer.status == 200
    assert {row["id"] for row in json.loads(answer.read())["campaigns"]} == {copied.scripted.name, copied.mock.name}
    assert answer.getheader("server") is None
    wire.request("GET", f"/{token}/../{token}/api/campaigns")
    assert wire.getresponse().status == 400
    wire.close()


@pytest.mark.parametrize(
    "junk",
    [
        b"\0\0\0\0",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: H\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: H\r\nHost: H\r\n\r\n",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost : H\r\n\r\n",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost: H\r\nHost: evil\r\n\r\n",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost: evil\r\n\r\nGET /T/api/campaigns HTTP/1.1\r\nHost: evil\r\n\r\n",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"POST /T/api/campaigns HTTP/1.1\r\nHost: H\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /T/api/campaigns HTTP/1.1\r\nHost: H\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"GET http://evil/T/api/campaigns HTTP/1.1\r\nHost: H\r\n\r\n",
        b"CONNECT evil:80 HTTP/1.1\r\nHost: H\r\n\r\n",
        b"GET /T/api/campaigns HTTP/1.1\r\nHost: H\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: H\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_junk_on_the_wire_is_told_nothing_and_breaks_nothing(served: tuple[int, str], junk: bytes) -> None:
    port, token = served
    octets = junk.replace(b"/T/", f"/{token}/".encode()).replace(b"H\r\n", f"{HOST}:{port}\r\n".encode())
    answer = said(port, octets)
    assert answer.split()[1].startswith(b"4"), answer[:200]
    assert b"scripted" not in answer
    assert token.encode() not in answer
    assert get(port, f"/{token}/api/campaigns") == 200


def test_a_refused_request_does_not_let_the_next_one_pass(served: tuple[int, str]) -> None:
    """Requests that follow each other on one connection are each looked at by themselves."""
    port, token = served
    good = f"GET /{token}/api/campaigns HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
    answers = said(port, f"{good}\r\nGET /{token}/api/campaigns HTTP/1.1\r\nHost: evil\r\n\r\n{good}\r\n".encode(), 3)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"421", b"200"]


def test_a_change_of_status_is_told_while_the_page_listens(served: tuple[int, str], copied: Made) -> None:
    port, token = served
    wire = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    wire.request("GET", f"/{token}/api/events")
    answer = wire.getresponse()
    assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"
    assert answer.readline() == b"retry: 2000\n"
    write_status(copied.mock, state="running", written_unix_s=1_700_000_123)
    lines = iter(answer.readline, b"")
    assert next(line for line in lines if line.startswith(b"event:")) == b"event: campaign\n"
    row = json.loads(next(lines).removeprefix(b"data: "))
    assert (row["id"], row["state"], row["written_unix_s"]) == (copied.mock.name, "running", 1_700_000_123)
    wire.close()


def test_pages_that_listen_are_so_many_and_no_more(served: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    port, token = served
    monkeypatch.setattr("agoranomos.viewer.listeners.MOST_LISTENERS", 1)
    first, second = (http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S) for _ in range(2))
    first.request("GET", f"/{token}/api/events")
    assert first.getresponse().readline() == b"retry: 2000\n"
    second.request("GET", f"/{token}/api/events")
    assert second.getresponse().status == 409
    first.close()
    second.close()


Command = Callable[..., "subprocess.Popen[str]"]
PROGRAM = """
import sys
from pathlib import Path
import agoranomos.viewer.app as app
app.PAGE = Path(sys.argv.pop(1))
from agoranomos.cli.entry import main
main(["view", *sys.argv[1:]])
"""


@pytest.fixture
def command(page: Path, tmp_path: Path) -> Iterator[Command]:
    """`agora view`, as a process of its own, over the page that stands for the built one."""
    begun: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(page), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env={**os.environ, "AGORA_HOME": str(tmp_path / "home")},
        )  # fmt: skip
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_the_command_prints_its_address_and_ends_cleanly(command: Command, made: Made, end: signal.Signals) -> None:
    process = command(str(made.logs))
    assert process.stdout is not None
    words = process.stdout.readline().split()
    address = words[-1]
    assert words[:-1] == [str(made.logs), "is", "shown", "at"]
    assert address.startswith("http://127.0.0.1:")
    assert address.endswith("/#/")
    port, token = int(address.split(":")[2].split("/")[0]), address.split("/")[3]
    for path, wanted in ((f"/{token}/", 200), (f"/{token}/api/campaigns", 200), ("/", 403)):
        assert get(port, path) == wanted
    listening = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    listening.request("GET", f"/{token}/api/events")
    assert listening.getresponse().readline()
    process.send_signal(end)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, "stopped\n", "")
    listening.close()


def test_a_file_is_told_from_a_folder_and_folders_alone_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "agora.yaml").write_text("kind: workspace\n")
    (tmp_path / "logs").mkdir()
    (tmp_path / "log").write_text("")
    monkeypatch.chdir(tmp_path)
    assert run_command(["view", "agora.yaml"]) == 2
    assert capsys.readouterr().err == "error: agora.yaml is a file, not a folder\n  Valid here: logs.\n"
    assert run_command(["view", "lgs"]) == 2
    assert capsys.readouterr().err == "error: no such folder: lgs\n  Did you mean 'logs'?\n"
