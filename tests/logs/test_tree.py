"""The verifier of exported trees, as a module of the package and as the `verify.py` that lies in each export."""

from __future__ import annotations

import ast
import base64
import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from agoranomos.logs import SigningKey, tree, tree_main
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.export import TileWriter, export_log
from agoranomos.logs.signing import sign_note
from agoranomos.logs.standalone import MAX_LINES, MODULES, standalone
from agoranomos.logs.tiles import tile_path, tile_paths
from logs.building import ORIGIN, RUN, VECTORS, WORKSPACE, entries, make_log, open_log, vectors

OTHER = SigningKey.from_seed("workspace", b"O" * 32)
ONE, TWO = (Cosigner.from_seed(f"{name}.example/w", name.encode() * 32) for name in "ab")
SIZE = 600


class _Package(ModuleType):
    verify_tree = staticmethod(tree.verify_tree)
    main = staticmethod(tree_main.main)
    LogFault = tree.LogFault
    Verifier = tree.Verifier
    WitnessKey = tree.WitnessKey


def _standalone() -> ModuleType:
    module = ModuleType("verify_of_an_export")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(standalone(), "verify.py", "exec"), module.__dict__)
    return module


VERIFIERS = {"package": _Package("package"), "standalone": _standalone()}


@pytest.fixture(params=VERIFIERS)
def verifier(request) -> ModuleType:
    return VERIFIERS[request.param]


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("tree")
    log = open_log(place / "log")
    log.append(entries(SIZE))
    log.put_blob(b"evidence")
    log.put_blob(b"")
    log.close()
    export_log(place / "log", place / "out", blobs=True)
    return place / "out"


@pytest.fixture
def out(exported, tmp_path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "out"))


def keys(verifier, *signers):
    return [verifier.Verifier.from_vkey(one.vkey) for one in signers or (WORKSPACE,)]


def refused(verifier, out: Path, kind: str, message: str, *signers, witnesses=(), entry: int | None = None):
    with pytest.raises(verifier.LogFault, match=message) as caught:
        verifier.verify_tree(out, keys(verifier, *signers), witnesses)
    assert (caught.value.kind, caught.value.entry) == (kind, entry)


def put(out: Path, name: str, data: bytes) -> None:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(data)


def flip(out: Path, name: str, place: int, bit: int = 1) -> None:
    data = bytearray((out / name).read_bytes())
    data[place] ^= bit
    (out / name).write_bytes(bytes(data))


def test_an_export_verifies(verifier, out):
    found = verifier.verify_tree(out, keys(verifier))
    assert (found.checkpoint.origin, found.checkpoint.size, found.blobs) == (ORIGIN, SIZE, 2)
    assert (found.signer.vkey, found.trusted_by.vkey) == (RUN.vkey, WORKSPACE.vkey)
    assert found.note == (out / "checkpoint").read_bytes()
    assert found.cosigned == ()
    assert "no witness was given" in found.not_excluded[0]
    assert len(found.not_excluded) == 3


def test_the_key_of_the_log_itself_may_be_the_trusted_one(verifier, out):
    found = verifier.verify_tree(out, keys(verifier, RUN))
    assert found.trusted_by.vkey == RUN.vkey
    (out / "certificate").unlink()
    assert verifier.verify_tree(out, keys(verifier, OTHER, RUN)).trusted_by.vkey == RUN.vkey
    refused(verifier, out, "undecided", "no certificate")
    twin = SigningKey.from_seed(ORIGIN, b"T" * 32)
    refused(verifier, out, "undecided", "not one key of", RUN, twin)
    refused(verifier, out, "tampered", "log.vkey is not the key", twin)


def test_a_key_that_is_not_trusted_vouches_for_nothing(verifier, out):
    refused(verifier, out, "undecided", "signed by no key that was given", OTHER)
    with pytest.raises(verifier.LogFault, match="consistent in itself"):
        verifier.verify_tree(out, [])


def test_what_is_wrong_comes_before_who_is_trusted(verifier, out):
    flip(out, tile_path("entries", 0), 5)
    refused(verifier, out, "tampered", "do not lead to the signed root", OTHER, entry=0)


@pytest.mark.parametrize("name", ["checkpoint", "log.vkey"])
def test_a_file_that_is_missing_too_long_or_no_file(verifier, out, name):
    data = (out / name).read_bytes()
    (out / name).unlink()
    refused(verifier, out, "damaged", f"'{name}' is missing")
    put(out, name, b"x" * ((1 << 20) + 1))
    refused(verifier, out, "damaged", f"'{name}' is longer than 1048576 bytes")
    (out / name).unlink()
    os.mkfifo(out / name)  # to open it would wait for ever
    refused(verifier, out, "damaged", f"'{name}' is missing, or no plain file")
    (out / name).unlink()
    (out / name).mkdir()
    refused(verifier, out, "damaged", "no plain file")
    (out / name).rmdir()
    put(out, name, data)
    verifier.verify_tree(out, keys(verifier))


@pytest.mark.parametrize(
    ("vkey", "kind", "message"),
    [
        (WORKSPACE.vkey + "\n", "tampered", "log.vkey is not the key"),
        (RUN.vkey, "tampered", "log.vkey is not the key"),
        (RUN.vkey + "\n\n", "tampered", "log.vkey is not the key"),
    ],
)
def test_the_key_in_the_folder_is_the_one_that_is_certified(verifier, out, vkey, kind, message):
    put(out, "log.vkey", vkey.encode())
    refused(verifier, out, kind, message)


def test_the_certificate(verifier, out):
    elsewhere = SigningKey.from_seed("lab/plan/arm/1/2", b"E" * 32)
    put(out, "certificate", sign_note(Certificate(elsewhere.verifier).text, WORKSPACE))
    refused(verifier, out, "tampered", "certificate: it is for lab/plan/arm/1/2, the checkpoint is of")
    twin = SigningKey.from_seed(ORIGIN, b"T" * 32)
    put(out, "certificate", sign_note(Certificate(twin.verifier).text, WORKSPACE))
    refused(verifier, out, "tampered", "log.vkey is not the key")
    put(out, "log.vkey", f"{twin.vkey}\n".encode())
    refused(verifier, out, "tampered", "checkpoint: ")
    put(out, "certificate", b"nonsense")
    refused(verifier, out, "damaged", "certificate: not a signed note")


def test_a_certificate_whose_signature_fails_is_tampered_with(verifier, out):
    data = (out / "certificate").read_bytes()
    text, _, line = data.rpartition(b" ")
    signature = bytearray(base64.b64decode(line))
    signature[-1] ^= 1
    put(out, "certificate", text + b" " + base64.b64encode(bytes(signature)) + b"\n")
    refused(verifier, out, "tampered", "certificate: the signature of workspace does not fit")


def test_the_checkpoint(verifier, out):
    note = (out / "checkpoint").read_bytes()
    put(out, "checkpoint", b"")
    refused(verifier, out, "damaged", "checkpoint: not a signed note")
    put(out, "checkpoint", note.replace(b"\n600\n", b"\n599\n"))
    refused(verifier, out, "tampered", "checkpoint: the signature of .* does not fit")
    for size, root, kind, message in [
        (0, sha256().digest(), "damaged", "the log is empty"),
        (SIZE + 1, bytes(32), "damaged", r"'tile/entries/002.p/89' is missing"),
        (SIZE, bytes(32), "tampered", "every hash tile agrees with them"),
    ]:
        put(out, "checkpoint", sign_note(Checkpoint(ORIGIN, size, root).text, RUN))
        refused(verifier, out, kind, message)
    put(out, "checkpoint", sign_note(Checkpoint("lab/other", SIZE, bytes(32)).text, RUN))
    refused(verifier, out, "tampered", "the checkpoint is of lab/other")


@pytest.mark.parametrize("name", list(tile_paths(SIZE)))
def test_each_tile_and_bundle_missing_cut_longer_or_changed(verifier, out, name):
    data = (out / name).read_bytes()
    level = name.split("/")[1]
    (out / name).unlink()
    refused(verifier, out, "damaged", f"'{name}' is missing")
    put(out, name, data[:-1])
    refused(verifier, out, "damaged", name)
    put(out, name, data + b"\0")
    refused(verifier, out, "damaged", name)
    number = int(name.split("/")[2].removesuffix(".p"))
    for place in (0, len(data) - 1) if level != "entries" else (2, len(data) - 1):
        put(out, name, data)
        flip(out, name, place, 0x80)
        entry = number * 256 if place < 3 else min(number * 256 + 255, SIZE - 1)
        if level == "entries":
            refused(verifier, out, "tampered", f"entry {entry} does not have hash .* of tile/0/", entry=entry)
        else:
            what = f"entry {entry}" if level == "0" else "what is below it"
            message = f"the entries are as they were signed, but {what} does not have hash .* of {name}"
            refused(verifier, out, "damaged", message)
    put(out, name, data)
    verifier.verify_tree(out, keys(verifier))


def test_the_first_difference_is_the_one_that_is_named(verifier, out):
    for place in (40 * 32, 7 * 32, 90 * 32):
        flip(out, tile_path(0, 1), place)
    refused(verifier, out, "damaged", "entry 263 does not have hash 7 of tile/0/001")


@pytest.mark.parametrize("name", ["entries", "0", "1"])
def test_no_tile_is_larger_than_a_tile_can_be(verifier, out, name):
    path = tile_path(name if name == "entries" else int(name), 0, 256 if name != "1" else 2)
    with (out / path).open("r+b") as file:
        file.truncate(1 << 32)  # sparse
    begun = time.process_time()
    limit = 256 * (2 + 65_535) if name == "entries" else 256 * 32
    refused(verifier, out, "damaged", f"is longer than {limit} bytes")
    assert time.process_time() - begun < 1


def test_blobs(verifier, out):
    content = out / "blobs/sha256" / sha256(b"evidence").hexdigest()[:2] / sha256(b"evidence").hexdigest()
    flip(content.parent, content.name, 0)
    refused(verifier, out, "tampered", "its content is not what its name says")
    content.write_bytes(b"evidence")
    for name in ("\x1b[31m", "0" * 64):
        (content.parent / name).write_bytes(b"evidence")
        with pytest.raises(verifier.LogFault, match="its content is not") as caught:
            verifier.verify_tree(out, keys(verifier))
        assert "\x1b" not in caught.value.message
        (content.parent / name).unlink()
    with content.open("r+b") as file:
        file.truncate((1 << 28) + 1)  # sparse
    refused(verifier, out, "damaged", "is longer than 268435456 bytes")
    content.write_bytes(b"evidence")
    stray = out / "blobs" / sha256(b"evidence").hexdigest()
    stray.write_bytes(b"evidence")  # the right name in the wrong folder
    refused(verifier, out, "tampered", "its content is not")
    stray.unlink()
    link = content.parent / "folder"
    link.symlink_to(out)
    refused(verifier, out, "damaged", "no plain file")
    link.unlink()
    content.unlink()
    os.mkfifo(content)
    refused(verifier, out, "damaged", "no plain file")
    shutil.rmtree(out / "blobs")
    assert verifier.verify_tree(out, keys(verifier)).blobs == 0


def test_witnesses(verifier, out):
    first, second = (verifier.WitnessKey.from_vkey(witness.key.vkey) for witness in (ONE, TWO))
    refused(verifier, out, "undecided", "checkpoint: not cosigned by a.example/w", witnesses=[first])
    note = (out / "checkpoint").read_bytes()
    text = note.decode().split("\n\n")[0] + "\n"
    put(out, "checkpoint", note + ONE.cosign(text, 1_795_219_200))
    found = verifier.verify_tree(out, keys(verifier), [first])
    assert [(each.witness.name, each.time) for each in found.cosigned] == [("a.example/w", 1_795_219_200)]
    assert "if all witnesses named here took part" in found.not_excluded[0]
    refused(verifier, out, "undecided", "not cosigned by b.example/w$", witnesses=[first, second])
    put(out, "checkpoint", note + ONE.cosign(text.replace("600", "601"), 1))
    refused(verifier, out, "tampered", "checkpoint: the signature of a.example/w does not fit", witnesses=[first])
    # A line of a witness who is not asked for is nobody's business.
    verifier.verify_tree(out, keys(verifier))


def test_t1_a_sample_of_all_bits_of_an_export(verifier, tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(5))
    log.put_blob(b"evidence")
    log.close()
    out = export_log(tmp_path / "log", tmp_path / "out", blobs=True).folder
    missed, made = [], 0
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        if path.name in ("verify.py", "README.md", "policy"):  # which nothing is concluded from
            continue
        data = path.read_bytes()
        for bit in range(sum(data) % 7, 8 * len(data), 7):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            made += 1
            try:
                verifier.verify_tree(out, keys(verifier))
            except verifier.LogFault:
                continue
            missed.append((path.name, bit))
        path.write_bytes(data)
    assert missed == []
    assert made > 800
    verifier.verify_tree(out, keys(verifier))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 65_536, 65_537])
def test_trees_whose_sizes_are_borders(verifier, tmp_path, size):
    writer = TileWriter(tmp_path)
    writer.append(entries(size))
    put(tmp_path, "checkpoint", sign_note(Checkpoint(ORIGIN, size, writer.finish()).text, RUN))
    put(tmp_path, "log.vkey", f"{RUN.vkey}\n".encode())
    assert verifier.verify_tree(tmp_path, keys(verifier, RUN)).checkpoint.size == size


def test_the_published_log_of_another_program(verifier, tmp_path):
    shutil.copytree(VECTORS / "tessera_15/tile", tmp_path / "tile")
    shutil.copy(VECTORS / "tessera_15/checkpoint.15", tmp_path / "checkpoint")
    vkey = vectors("tessera_15/meta.json")["vkey"]
    put(tmp_path, "log.vkey", f"{vkey}\n".encode())
    found = verifier.verify_tree(tmp_path, [verifier.Verifier.from_vkey(vkey)])
    assert (found.checkpoint.origin, found.checkpoint.size) == ("example.com/log/testdata", 15)


def test_the_command(verifier, out, capsys):
    assert verifier.main([str(out), "--key", OTHER.vkey, "--key", WORKSPACE.vkey]) == 0
    said, complained = capsys.readouterr()
    assert (said.split("\n")[0], complained) == (f"verified: {ORIGIN}", "")
    assert f"{SIZE} entries, root " in said
    assert f"signed by    {RUN.vkey}" in said
    assert f"trusted for  {WORKSPACE.vkey}" in said
    assert "not excluded by this check:\n  - rollback" in said
    flip(out, tile_path("entries", 1), 3)
    assert verifier.main([str(out), "--key", WORKSPACE.vkey]) == 1
    said, complained = capsys.readouterr()
    assert said == ""
    assert complained.startswith("tampered: the entries do not lead to the signed root: entry 256")
    assert complained.count("\n") == 1


def test_the_command_says_who_cosigned(verifier, out, capsys):
    note = (out / "checkpoint").read_bytes()
    put(out, "checkpoint", note + ONE.cosign(note.decode().split("\n\n")[0] + "\n", 77))
    assert verifier.main([str(out), "--key", WORKSPACE.vkey, "--witness", ONE.key.vkey]) == 0
    assert "cosigned by  a.example/w at 77 s after 1970" in capsys.readouterr().out
    assert verifier.main([str(out), "--key", WORKSPACE.vkey, "--witness", TWO.key.vkey]) == 1
    assert capsys.readouterr().err.startswith("undecided: checkpoint: not cosigned by b.example/w")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{out}"], "--key"),
        (["{out}", "--key", "log.vkey"], "is not a verifier key"),
        (["{out}", "--key", WORKSPACE.vkey, "--witness", WORKSPACE.vkey], "not that of a witness"),
        (["{out}/none", "--key", WORKSPACE.vkey], "is not a folder"),
        (["{out}/checkpoint", "--key", WORKSPACE.vkey], "is not a folder"),
        (["--key", WORKSPACE.vkey], "tree"),
    ],
)
def test_wrong_usage(verifier, out, arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        verifier.main([one.format(out=out) for one in arguments])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_disk_that_fails(verifier, out, monkeypatch, capsys):
    def broken(self, *_):
        raise OSError(5, "Input/output error", "checkpoint")

    monkeypatch.setattr(Path, "open", broken)
    assert verifier.main([str(out), "--key", WORKSPACE.vkey]) == 3
    assert capsys.readouterr().err == "error: cannot read 'checkpoint': Input/output error\n"


def test_the_file_is_short_and_needs_nothing_of_ours():
    source = standalone()
    assert len(source.splitlines()) <= MAX_LINES == 500
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    ast.parse(source, feature_version=(3, 10))
    assert standalone() == source


def test_no_two_of_its_modules_have_a_name_in_common():
    defined: dict[str, str] = {}
    for module in MODULES:
        body = ast.parse((Path(tree.__file__).parent / f"{module}.py").read_text()).body
        for statement in body:
            names = [getattr(statement, "name", None)]
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            for name in filter(None, names):
                assert defined.setdefault(name, module) == module, name


def _definitions(source: str) -> dict[str, str]:
    """Each function and method, without docstrings, as it would be compiled."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            for part in ast.walk(node):
                if isinstance(part, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(part) is not None:
                    part.body = part.body[1:]
            if isinstance(node, ast.FunctionDef):
                found[node.name, len(node.args.args), ast.dump(node.args)] = ast.dump(node)
    return found


def test_every_function_in_it_is_one_of_the_modules_unchanged():
    ours: dict[object, set[str]] = {}
    for module in MODULES:
        for key, dump in _definitions((Path(tree.__file__).parent / f"{module}.py").read_text()).items():
            ours.setdefault(key, set()).add(dump)
    theirs = _definitions(standalone())
    strangers = [key[0] for key, dump in theirs.items() if dump not in ours.get(key, set())]
    assert strangers == ["__init__"]  # of the errors that it stands in for
    assert len(theirs) > 30


def test_it_runs_without_the_package(out):
    command = [sys.executable, "-I", "-W", "error", "verify.py", ".", "--key", WORKSPACE.vkey]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False, env={"PATH": "", "LANG": "C"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"verified: {ORIGIN}\n")
    put(out, "checkpoint", "\udcff".encode("utf-8", "surrogateescape"))
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "damaged: checkpoint: not a signed note: not UTF-8\n"


def test_an_export_holds_it_as_it_is(tmp_path):
    make_log(tmp_path / "log", (3,))
    export_log(tmp_path / "log", tmp_path / "out")
    assert (tmp_path / "out/verify.py").read_text() == standalone()
