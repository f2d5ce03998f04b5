"""Ctrl-C while a session runs: the first lets what has begun come to its end, the second ends the session at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def listens_to_ctrl_c() -> bool:
    """Whether Ctrl-C is this thread's to answer: not beside the main one, nor where a program has its own way."""
    return (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )


@contextmanager
def answering_ctrl_c(answer: Callable[[], None]) -> Iterator[None]:
    """Call `answer` in the running event loop whenever Ctrl-C comes; afterwards it raises `KeyboardInterrupt` again."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, answer)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
