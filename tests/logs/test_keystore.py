import base64
import errno
import os
import shutil
import stat
import threading
import traceback
from contextlib import nullcontext

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import KeyStore, LogFault, read_vkeys, verify_log
from agoranomos.logs.keys import ED25519, key_id
from logs.building import RUN, WORKSPACE, make_log


@pytest.fixture
def store(tmp_path):
    return KeyStore(tmp_path / "home/keys")


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_key_is_made_once_and_kept_from_others(store):
    assert store.trusted() == ()
    key = store.signing_key("workspace")
    assert key.name == "workspace"
    assert store.signing_key("workspace").vkey == KeyStore(store.folder).signing_key("workspace").vkey == key.vkey
    assert mode(store.folder) == 0o700
    assert {mode(path) for path in store.folder.iterdir()} == {0o600}
    assert store.trusted() == (key.verifier,)


def test_a_role_has_a_key_of_its_own(store):
    keys = {store.signing_key(role).vkey for role in ("workspace", "witness", "lab.2")}
    assert len(keys) == 3
    assert {verifier.vkey for verifier in store.trusted()} == keys


def test_umask_does_not_matter(store):
    old = os.umask(0)
    try:
        store.signing_key("workspace")
    finally:
        os.umask(old)
    assert (mode(store.folder), mode(store.folder / "workspace.key")) == (0o700, 0o600)


@pytest.mark.parametrize("role", ["", "a/b", "../x", ".hidden", "keyring", "a b", "x" * 64, "a+b"])
def test_a_bad_role_is_refused(store, role):
    with pytest.raises(UsageError, match="not the name of a key"):
        store.signing_key(role)
    assert not store.folder.exists()


@pytest.mark.parametrize("loose", [0o604, 0o640, 0o620, 0o601])
def test_loose_modes_are_refused(store, loose):
    store.signing_key("workspace")
    path = store.folder / "workspace.key"
    path.chmod(loose)
    with pytest.raises(UsageError, match=f"mode {loose:04o}") as caught:
        store.signing_key("workspace")
    assert f"chmod 600 {path}" in caught.value.advice
    path.chmod(0o600)
    store.folder.chmod(loose | 0o100)
    for act in (lambda: store.signing_key("workspace"), lambda: store.signing_key("new"), store.trusted):
        with pytest.raises(UsageError, match="chmod 700"):
            act()
    assert not (store.folder / "new.key").exists()


def test_links_are_refused(store, tmp_path):
    store.signing_key("workspace")
    path = store.folder / "workspace.key"
    os.link(path, tmp_path / "second")
    with pytest.raises(UsageError, match="one name"):
        store.signing_key("workspace")
    path.unlink()
    path.symlink_to(tmp_path / "second")
    with pytest.raises(UsageError, match="symbolic link"):
        store.signing_key("workspace")
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="symbolic link"):
        store.signing_key("workspace")


@pytest.mark.parametrize("name", ["workspace.key", "actors.secret", "keyring"])
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(store, name):
    store.signing_key("workspace")
    store.secret("actors")
    path = store.folder / name
    path.unlink()
    os.mkfifo(path, 0o600)
    acts = {
        "workspace.key": lambda: store.signing_key("workspace"),
        "actors.secret": lambda: store.secret("actors"),
        "keyring": store.trusted,
    }
    with pytest.raises(UsageError, match=r"plain file|text file"):
        acts[name]()
    if name == "keyring":
        with pytest.raises(UsageError, match="'keyring' is no plain file"):
            store.signing_key("other")
        assert not (store.folder / "other.key").exists()
    else:
        store.signing_key("other")


def test_a_folder_in_place_of_a_key_is_refused(store):
    store.signing_key("workspace")
    path = store.folder / "workspace.key"
    path.unlink()
    path.mkdir(mode=0o700)
    with pytest.raises((UsageError, MachineError), match=r"directory|plain file"):
        store.signing_key("workspace")


def test_another_owner_is_refused(store, monkeypatch):
    store.signing_key("workspace")
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(UsageError, match="another user"):
        store.signing_key("workspace")


def key_file(private):
    return private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def test_what_is_no_key_is_refused_without_showing_it(store):
    store.signing_key("workspace")
    path = store.folder / "workspace.key"
    intact = path.read_bytes()
    bad = [b"", intact[: len(intact) // 2], b"\0" * 400, intact.replace(b"OPENSSH", b"PKCS8")]
    bad.append(key_file(ec.generate_private_key(ec.SECP256R1())))
    for data in bad:
        path.write_bytes(data)
        with pytest.raises(UsageError, match="not an Ed25519 key") as caught:
            store.signing_key("workspace")
        assert not any(line and line in str(caught.value) for line in data.decode("latin-1").split("\n")[1:-2])
    assert path.read_bytes() == bad[-1], "a bad key is never overwritten"


@pytest.mark.parametrize(
    "form",
    [
        (PrivateFormat.OpenSSH, BestAvailableEncryption(b"secret")),
        (PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.OpenSSH, NoEncryption()),
    ],
    ids=["with a passphrase", "PKCS#8, 2,048 rounds", "PKCS#8", "cut short"],
)
def test_t18_another_form_of_key_is_refused_and_none_of_its_bytes_are_shown(store, form, capsys):
    store.signing_key("workspace")
    path = store.folder / "workspace.key"
    private = load_ssh_private_key(path.read_bytes(), password=None)
    data = private.private_bytes(Encoding.PEM, *form)
    cut = 60 if form[0] is PrivateFormat.OpenSSH and isinstance(form[1], NoEncryption) else 0
    path.write_bytes(data[: len(data) - cut])
    with pytest.raises(UsageError, match="not an Ed25519 key in OpenSSH format without a passphrase") as caught:
        store.signing_key("workspace")
    seen = "".join(traceback.format_exception(caught.value)) + caught.value.advice + "".join(capsys.readouterr())
    seed = private.private_bytes_raw()
    for secret in (seed.hex(), base64.b64encode(seed).decode(), base64.urlsafe_b64encode(seed).decode(), str(seed)):
        assert secret.rstrip("=")[:20] not in seen
    assert caught.value.__cause__ is None


def test_a_key_has_one_role(store):
    store.signing_key("workspace")
    ledger = store.folder / "ledger.key"
    shutil.copy(store.folder / "workspace.key", ledger)
    for role in ("workspace", "ledger"):
        with pytest.raises(UsageError, match="hold the same key; a key has one role"):
            store.signing_key(role)
    ledger.write_bytes(b"broken")
    assert store.signing_key("workspace").name == "workspace"
    ledger.chmod(0o644)
    assert store.signing_key("workspace").name == "workspace"
    ledger.unlink()
    assert (
        store.signing_key("ledger", "lab/plan/ledger").verifier.public != store.signing_key("workspace").verifier.public
    )


def test_a_private_key_is_where_ssh_tools_can_read_it(store):
    key = store.signing_key("workspace")
    private = load_ssh_private_key((store.folder / "workspace.key").read_bytes(), password=None)
    assert private.public_key().public_bytes_raw() == key.verifier.public


def test_many_at_once_get_one_key(store):
    found = []
    threads = [threading.Thread(target=lambda: found.append(store.signing_key("workspace").vkey)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(store.trusted()) == 1


def test_a_key_that_another_process_made_meanwhile_is_taken(store, monkeypatch):
    def made_meanwhile(self):
        monkeypatch.undo()
        self.signing_key("workspace")
        return nullcontext()

    monkeypatch.setattr(KeyStore, "_alone", made_meanwhile)
    key = store.signing_key("workspace")
    assert store.trusted() == (key.verifier,)


def test_a_keyring_that_cannot_be_looked_at(store, monkeypatch):
    store.signing_key("workspace")

    def failing(path):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(type(store.folder), "lstat", failing)
    with pytest.raises(MachineError, match="Input/output error"):
        store.trusted()


def test_what_a_process_that_died_left_does_not_matter(store):
    store.signing_key("workspace")
    (store.folder / ".other.key.new").write_bytes(b"half")
    store.keyring.write_bytes(store.keyring.read_bytes().rstrip(b"\n"))
    other = store.signing_key("other")
    assert other.verifier in store.trusted()
    assert len(store.trusted()) == 2


def test_a_key_off_the_keyring_is_not_trusted(store, tmp_path):
    key = store.signing_key("workspace")
    store.keyring.write_text("# nobody\n\n")
    assert store.trusted() == ()
    assert store.signing_key("workspace").vkey == key.vkey
    make_log(tmp_path / "log")
    with pytest.raises(LogFault) as caught:
        verify_log(tmp_path / "log", store.trusted())
    assert caught.value.kind == "undecided"
    store.keyring.write_text(f"{WORKSPACE.vkey}  # theirs\n")
    assert verify_log(tmp_path / "log", store.trusted()).trusted_by == WORKSPACE.vkey


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MachineError, match="Not a directory"):
        KeyStore(tmp_path / "file/keys").signing_key("workspace")


def test_public_keys_come_as_a_word_or_a_file(tmp_path):
    assert read_vkeys(RUN.vkey) == (RUN.verifier,)
    path = tmp_path / "keys.txt"
    path.write_text(f"# ours\n{RUN.vkey}\n\n  {WORKSPACE.vkey} # lab\n{RUN.vkey}\n")
    assert read_vkeys(path) == read_vkeys(str(path)) == (RUN.verifier, WORKSPACE.verifier)
    path.write_text(f"{RUN.vkey}\nnonsense\n")
    with pytest.raises(UsageError, match="line 2: 'nonsense' is not a verifier key"):
        read_vkeys(path)
    with pytest.raises(UsageError, match="the key given, line 1"):
        read_vkeys(RUN.vkey[:-1])
    with pytest.raises(UsageError, match="neither"):
        read_vkeys("nothing")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not a text file"):
        read_vkeys(path)
    with pytest.raises(MachineError, match="Is a directory"):
        read_vkeys(tmp_path)


def test_a_key_of_small_order_gets_onto_no_keyring():
    public = b"\x01" + bytes(31)
    vkey = f"k+{key_id('k', ED25519, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"
    with pytest.raises(UsageError, match="small order"):
        read_vkeys(vkey)
