"""What lies in a folder and what only seems to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agoranomos.errors import AgoraError
from agoranomos.viewer.confined import inside, is_plain_name, no_link_leads_out, read_if_there, read_inside
from agoranomos.viewer.refusals import NotThere, TooLong
from viewer.corpus import CORPUS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "in").mkdir(parents=True)
    (tmp_path / "root" / "in" / "file").write_bytes(b"inside")
    (tmp_path / "secret").write_bytes(b"outside")
    (tmp_path / "root-beside").mkdir()
    return tmp_path / "root"


def test_a_file_inside_is_read(root: Path) -> None:
    assert read_inside(root / "in" / "file", root, 6) == b"inside"
    with pytest.raises(TooLong):
        read_inside(root / "in" / "file", root, 5)
    with pytest.raises(NotThere):
        read_inside(root / "in" / "none", root, 5)
    assert read_if_there(root / "in" / "none", root, 5) == b""


@pytest.mark.parametrize("way", ["../secret", "in/../../secret", "../root-beside", "/etc/passwd", "in/link", "loop"])
def test_a_way_out_is_refused(root: Path, way: str) -> None:
    (root / "in" / "link").symlink_to(root.parent / "secret")
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(NotThere):
        inside(root / way, root)
    with pytest.raises(AgoraError):
        no_link_leads_out(root, root)


def test_a_link_that_stays_inside_is_followed(root: Path) -> None:
    (root / "link").symlink_to(root / "in" / "file")
    assert read_inside(root / "link", root, 10) == b"inside"
    assert no_link_leads_out(root, root) == root


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(AgoraError):
        read_inside(root / "pipe", root, 10)
    assert read_if_there(root / "pipe", root, 10) == b""
    assert read_if_there(root / "in", root, 10) == b""


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/b", "../a", "a\\b", "a\0b", "/etc"])
def test_names_that_are_paths_are_none(name: str) -> None:
    assert not is_plain_name(name)


def test_plain_names_stay_where_they_are(root: Path) -> None:
    for text in CORPUS:
        if is_plain_name(text):
            assert (root / text).parent == root
