"""The secrets of a workspace's owner, from which nonces and actors' keys are derived."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import KeyStore


def test_a_secret_is_made_once_and_is_the_owner_s_alone(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    secret = store.secret("actors")
    assert len(secret) == 32
    assert store.secret("actors") == secret
    assert KeyStore(tmp_path / "keys").secret("actors") == secret
    assert store.secret("commitments") != secret
    path = tmp_path / "keys" / "actors.secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert store.trusted() == ()


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 32, "00" * 32 + "\n\n", "zz" * 32 + "\n", "AA" * 32 + "\n"])
def test_a_file_that_holds_no_secret_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    store = KeyStore(tmp_path / "keys")
    store.secret("actors")
    (tmp_path / "keys" / "actors.secret").write_text(text)
    with pytest.raises(UsageError, match="does not hold a secret of 32 bytes") as caught:
        store.secret("actors")
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_secret_that_others_may_read_or_that_is_a_link_is_refused(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.secret("actors")
    path = tmp_path / "keys" / "actors.secret"
    path.chmod(0o644)
    with pytest.raises(UsageError, match="may be read or changed by others"):
        store.secret("actors")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="symbolic link"):
        store.secret("actors")


@pytest.mark.parametrize("role", ["", "../x", "a/b", ".x", "x" * 64])
def test_a_secret_has_a_plain_name(tmp_path: Path, role: str) -> None:
    with pytest.raises(UsageError, match="not the name of a secret"):
        KeyStore(tmp_path / "keys").secret(role)


def test_a_secret_on_a_failing_disk_is_the_machine_s_fault(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(MachineError, match="cannot use the secret"):
        KeyStore(tmp_path / "keys").secret("actors")
