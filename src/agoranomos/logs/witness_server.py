"""A witness over HTTP: `POST /add-checkpoint` (c2sp.org/tlog-witness), and `POST /add-log` for certificates."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agoranomos.errors import AgoraError
from agoranomos.logs.witness_request import MAX_REQUEST_BYTES
from agoranomos.logs.witness_store import Answer, WitnessStore

MAX_CONNECTIONS = 64
"""At once; who comes later is turned away without an answer."""

CONNECTION_SECONDS = 60.0
"""How long a connection may last, however slowly it speaks."""

_MAX_DIGITS = 9


class WitnessServer(ThreadingHTTPServer):
    """Answers for one witness, a thread for each connection; `report` is handed one plain line for each request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], witness: WitnessStore, report: Callable[[str], None]) -> None:
        self.witness = witness
        self.report = report
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """The submission prefix, without a slash at its end."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def server_bind(self) -> None:
        """As the base class, but without asking the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread, where there is room for one more."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve the connection, and cut it off when its time is up."""
        end = threading.Timer(CONNECTION_SECONDS, _cut_off, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke: a line, and no traceback."""
        self.report(f"{client_address[0]} connection broken")


def _cut_off(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is over already
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "agora-witness"
    sys_version = ""
    timeout = CONNECTION_SECONDS
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(message)s\n"
    server: WitnessServer

    def do_POST(self) -> None:
        """The two calls."""
        calls = {"/add-checkpoint": self.server.witness.add_checkpoint, "/add-log": self.server.witness.add_log}
        call = calls.get(self.path)
        body = self._body()
        if isinstance(body, Answer):
            self.close_connection = True
            self._answer(body)
        elif call is None:
            self._answer(Answer(404, b"no such call\n"))
        else:
            self._answer(self._called(call, body))

    def _body(self) -> bytes | Answer:
        length = self.headers.get("Content-Length")
        if length is None or self.headers.get("Transfer-Encoding") is not None:
            return Answer(411, b"Content-Length is missing\n")
        if not (length.isascii() and length.isdigit()):
            return Answer(400, b"Content-Length is not a number\n")
        if len(length) > _MAX_DIGITS or int(length) > MAX_REQUEST_BYTES:
            return Answer(413, f"at most {MAX_REQUEST_BYTES} bytes are read\n".encode())
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else Answer(400, b"the body was cut short\n")

    def _called(self, call: Callable[[bytes], Answer], body: bytes) -> Answer:
        try:
            return call(body)
        except AgoraError as error:
            # What it is goes to the operator; the client learns only that nothing was signed.
            self.server.report(f"cannot answer: {error.message}")
            return Answer(500, b"this witness cannot sign now\n")

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", f"{len(answer.body)}")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """One plain line."""
        self.server.report(f"{self.client_address[0]} {format % arguments}")
