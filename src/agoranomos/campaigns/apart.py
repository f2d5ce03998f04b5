"""Work in a thread that nobody waits for: a session that ends at once leaves it behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


async def apart(work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """What `work` returns or raises; where the caller is cancelled, it goes on unheeded until the process ends.

    `asyncio.to_thread` would have the process wait for it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[ResultT] = loop.create_future()

    def settle(result: ResultT | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work(*arguments)
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # The loop is closed: nobody heeds it any more.
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="apart", daemon=True).start()
    return await done
