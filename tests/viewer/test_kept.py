"""Values that are kept: made once, anew when their files change, and never more of them than may be."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agoranomos.viewer.kept import Kept, stamp_of


def test_a_value_is_made_once_for_its_stamp() -> None:
    kept: Kept[list[int]] = Kept(4)
    first = kept.get("a", 1, lambda: [1])
    assert kept.get("a", 1, lambda: [2]) is first
    assert kept.get("a", 2, lambda: [3]) == [3]
    assert kept.get("a", 1, lambda: [4]) == [4], "an old stamp is another one"


def test_the_oldest_is_let_go() -> None:
    kept: Kept[str] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, 0, lambda key=key: key)
    made: list[str] = []
    for key in ("a", "c", "b"):
        kept.get(key, 0, lambda key=key: made.append(key) or key)
    assert made == ["b"]


def test_values_weigh_no_more_than_they_may() -> None:
    kept: Kept[bytes] = Kept(100, octets=10, weigh=len)
    for key in range(5):
        kept.get(key, 0, lambda: b"xxxx")
    made: list[int] = []
    for key in (4, 3, 2):
        kept.get(key, 0, lambda key=key: made.append(key) or b"xxxx")
    assert made == [2]
    assert kept.get("long", 0, lambda: b"x" * 50) == b"x" * 50, "one that is too long is given, and not kept"
    assert kept.get("long", 0, lambda: b"again") == b"again"


def test_who_asks_meanwhile_waits_for_the_same_value() -> None:
    kept: Kept[object] = Kept(4)
    begun, go_on = threading.Event(), threading.Event()
    made: list[object] = []

    def make() -> object:
        begun.set()
        assert go_on.wait(120)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(kept.get, "a", 0, make)
        assert begun.wait(120)
        others = [pool.submit(kept.get, "a", 0, make) for _ in range(7)]
        go_on.set()
        assert {id(one.result(120)) for one in (first, *others)} == {id(made[0])}
    assert len(made) == 1


def test_what_could_not_be_made_is_told_and_made_again() -> None:
    kept: Kept[int] = Kept(4)

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            kept.get("a", 0, fail)
    assert kept.get("a", 0, lambda: 1) == 1


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    stamps = [stamp_of([file])]
    for content in (b"", b"a", b"ab"):
        file.write_bytes(content)
        stamps.append(stamp_of([file]))
    (tmp_path / "new").write_bytes(b"xy")
    (tmp_path / "new").replace(file)
    stamps.append(stamp_of([file]))
    assert len(set(stamps)) == len(stamps)
    assert stamps[0] == (None,)
