"""`agora witness serve`."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from agoranomos.cli.terminal import complain, say
from agoranomos.cli.witness_places import State, open_witness
from agoranomos.errors import MachineError, UsageError

PORT = 8642


def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = PORT,
    address: Annotated[
        str, typer.Option("--address", metavar="IP", help="Answer at this address, not to this host alone.")
    ] = "127.0.0.1",
    state: State = None,
) -> None:
    """Answer requests over HTTP (c2sp.org/tlog-witness), on this host alone unless another address is given.

    One line for each request; interrupt it to stop. A cosignature is on disk before it is given out.

    Example:  agora witness serve --port 8642
    """
    import ipaddress

    from agoranomos.logs.witness_server import WitnessServer

    try:
        loopback = ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        raise UsageError(f"{address!r} is not an IPv4 address", advice="Such as 127.0.0.1.") from None
    store = open_witness(state)
    if not loopback:
        complain(
            f"warning: {address} may be reached by others, over plain HTTP and without a limit on how often they ask",
            "A tunnel is better: ssh -L 8642:127.0.0.1:8642 HOST",
        )
    try:
        server = WitnessServer((address, port), store, _report)
    except OSError as error:
        raise MachineError(f"cannot listen at {address}:{port}: {error.strerror}") from error
    with server:
        _report(f"witness {store.key.name} answers at {server.url}")
        ask_to_end = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as services are ended
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _report("stopped")
        finally:
            signal.signal(signal.SIGTERM, ask_to_end)


def _report(line: str) -> None:
    say(line.replace("\n", " "))
    sys.stdout.flush()
