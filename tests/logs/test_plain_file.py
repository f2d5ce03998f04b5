import os

import pytest

from agoranomos.logs import LogFault
from agoranomos.logs.plain_file import open_plain


def test_a_plain_file_is_read(tmp_path):
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    for name in ("file", "link"):
        with open_plain(tmp_path / name) as file:
            assert file.read() == b"text"


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(LogFault, match=f"'{name}' is no plain file") as caught:
            open_plain(tmp_path / name)
        assert caught.value.kind == "damaged"


@pytest.mark.parametrize("name", ["folder", "nothing", "loop"])
def test_the_system_says_what_else_cannot_be_opened(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError) as caught:
        open_plain(tmp_path / name)
    assert caught.value.filename is not None
