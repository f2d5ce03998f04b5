"""A page is told of a campaign when its status was written anew, and of one that is new."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

from agoranomos.viewer.catalogue import Catalogue
from agoranomos.viewer.events import LOOKS_BETWEEN_WALKS, Changes, event, events
from agoranomos.viewer.planned import Plans
from viewer.conftest import Made
from viewer.corpus import CORPUS


def changes_in(root: Path) -> Changes:
    return Changes(Catalogue(root), Plans(root))


def touch(folder: Path, seconds: int, **changed: object) -> None:
    file = folder / "status.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **changed}))
    os.utime(file, ns=(seconds * 10**9, seconds * 10**9))


def test_only_what_changed_is_told_and_once(copied: Made) -> None:
    changes = changes_in(copied.logs)
    assert changes.look() == []
    touch(copied.mock, 2_000_000_000, state="running", seconds_left=3.5)
    (row,) = changes.look()
    assert (row["id"], row["state"], row["seconds_left"]) == (copied.mock.name, "running", 3.5)
    assert changes.look() == []


def test_a_new_campaign_is_found_and_one_that_goes_is_no_fault(copied: Made) -> None:
    changes = changes_in(copied.logs)
    shutil.copytree(copied.mock, copied.logs / "another")
    shutil.rmtree(copied.scripted)
    told = [row for _ in range(LOOKS_BETWEEN_WALKS) for row in changes.look()]
    assert "another" in {row["id"] for row in told}


def test_the_stream_begins_at_once_and_goes_on_with_each_change(copied: Made) -> None:
    async def read() -> list[bytes]:
        stream = events(changes_in(copied.logs), seconds=0)
        found = [await anext(stream)]
        touch(copied.mock, 2_000_000_001, state="draining")
        async for one in stream:
            found.append(one)
            if one.startswith(b"event:"):
                break
        return found

    first, *_, last = asyncio.run(read())
    assert b": looking\n\n" in first
    kind, data, *rest = last.split(b"\n")
    assert (kind, rest) == (b"event: campaign", [b"", b""])
    assert json.loads(data.removeprefix(b"data: "))["state"] == "draining"


def test_no_text_ends_an_event_or_begins_another() -> None:
    for text in (*CORPUS, "a\n\nevent: campaign\ndata: {}", "\ud800", "\r", "\u2028"):
        octets = event("campaign", {"title": text})
        assert octets.isascii()
        assert octets.count(b"\n") == 3
        assert b"\r" not in octets
        assert json.loads(octets.split(b"\n")[1].removeprefix(b"data: ")) == {"title": text}
