"""T19: whatever lies in place of a file, each verb that reads says so at once, in little memory, with no traceback."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import SigningKey
from agoranomos.logs.cosignature import WitnessKey
from agoranomos.logs.proof_file import HEADER
from cli.conftest import Record

MAX_SECONDS = 1.0
"""Of processor time, so that a busy machine fails no test."""
MAX_BYTES = 300 << 20
HANGS_AFTER = 30
ATTACK_SECONDS = 10.0
"""It plays every forgery on a copy whenever the log can be read."""

GIGABYTE = 1 << 30
DEEP = b"[" * 1_000_000
ESCAPES = b"\x1b]0;owned\x07\x1b[31m\x9b2J\r"

WITNESS = WitnessKey("w.example/1", SigningKey.from_seed("w", b"w" * 32).verifier.public).vkey

Spoil = Callable[[Path], None]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    told: str
    seconds: float


def agora(place: Path, *arguments: str) -> Outcome:
    """Run a verb in a child that may take MAX_BYTES more than this process has, and that a hang ends."""
    out, told = place / "stdout", place / "stderr"
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(HANGS_AFTER)
            for number, path in ((1, out), (2, told)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
            import sys

            sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "rw"[n > 0], closefd=False) for n in range(3))
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            limit = pages * os.sysconf("SC_PAGE_SIZE") + MAX_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            code = run_command(list(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        except BaseException as error:
            os.write(2, f"Traceback: {error!r}".encode())
            os._exit(99)
    before = time.perf_counter()
    _, status, used = os.wait4(child, 0)
    assert time.perf_counter() - before < HANGS_AFTER + 5
    seconds = used.ru_utime + used.ru_stime
    read = [path.read_text(encoding="utf-8", errors="replace") for path in (out, told)]
    return Outcome(os.waitstatus_to_exitcode(status), *read, seconds)


def require_refused(found: Outcome, *, may_pass: bool = False, seconds: float = MAX_SECONDS) -> None:
    words = f"{found.code} in {found.seconds:.2f} s: {found.out[-300:]}{found.told[-600:]}"
    assert found.code != -signal.SIGALRM, f"it hangs: {words}"
    assert found.code in ((0, 1, 2, 3) if may_pass else (1, 2, 3)), words
    for unwanted in ("Traceback", "error of its own", "out of memory", "\x1b", "\x9b", "\x07"):
        assert unwanted not in found.out + found.told, words
    assert found.code == 0 or found.told or found.out, "nothing was said"
    assert len(found.told) < 4000, "a message quotes the file"
    assert found.seconds < seconds, words


def put(data: bytes) -> Spoil:
    def spoil(path: Path) -> None:
        path.write_bytes(data)

    return spoil


def sparse(path: Path) -> None:
    path.write_bytes(b"")
    os.truncate(path, GIGABYTE)


def fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def more_signatures(path: Path) -> None:
    text = path.read_bytes() if path.is_file() else b"a\n1\nAAAA\n\n"
    path.write_bytes(text + b"\xe2\x80\x94 name AAAAAAAA\n" * 1_000_000)


def deep_last_line(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[-2] = b"[" * 65_000
    path.write_bytes(b"\n".join(lines))


def escapes_in_a_line(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"kind":"round"', b'"kind":"' + ESCAPES + b'"', 1))


def escapes_before(path: Path) -> None:
    path.write_bytes(ESCAPES + (path.read_bytes() if path.is_file() else b""))


def huge_lengths(path: Path) -> None:
    path.write_bytes(b"\xff\xff\xff\xff" + path.read_bytes()[4:])


ODD: dict[str, Spoil] = {"a pipe": fifo, "a folder": folder, "a device": device, "a loop of links": loop}
CONTENT: dict[str, Spoil] = {
    "a gigabyte": sparse,
    "a million signatures": more_signatures,
    "deep brackets": put(DEEP),
    "terminal escapes": escapes_before,
    "nothing": put(b""),
    "not UTF-8": put(b"\xff\xfe" * 100),
}
ENTRIES = "entries/000000000000.jsonl"
LEAVES = "leaves/000000000000.sha256"
IN_A_LOG: dict[str, dict[str, Spoil]] = {
    name: {**CONTENT, **ODD}
    for name in (
        ENTRIES,
        "leaves/000000000000.sha256",
        "checkpoints/000.notes",
        "checkpoint",
        "certificate",
        "log.vkey",
    )
}
IN_A_LOG[ENTRIES] |= {"a deep line": deep_last_line, "escapes in a line": escapes_in_a_line}
IN_A_LOG["checkpoints/000.notes"] |= {"a note of 4 GB": huge_lengths}

VERBS_OF_A_LOG: dict[str, tuple[str, ...]] = {
    "verify": ("log", "verify", "LOG"),
    "show": ("log", "show", "LOG"),
    "prove": ("log", "prove", "LOG", "--entry", "1", "-o", "OUT"),
    "export": ("log", "export", "LOG", "OUT"),
    "receipt": ("log", "receipt", "LOG", "--agent", "firm_1", "-o", "OUT"),
    "compare": ("log", "compare", "LOG", "INTACT"),
    "cosign": ("log", "cosign", "LOG", "--request-out", "OUT"),
    "attack": ("log", "attack", "LOG"),
    "replay": ("replay", "LOG"),
}
HOSTILE = [
    (number, *case) for number, case in enumerate((name, what) for name, spoils in IN_A_LOG.items() for what in spoils)
]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """What a verb imports when it runs takes time of its own, which is not asked about here."""
    for name in (
        "analysis.report",
        "analysis.campaign",
        "campaigns",
        "campaigns.attack",
        "institutions.replay",
        "logs",
    ):
        import_module(f"agoranomos.{name}")
    source = Path(import_module("agoranomos.logs").__file__ or "").parent
    for path in source.glob("*.py"):
        import_module(f"agoranomos.logs.{path.stem}")


@pytest.fixture(scope="module")
def intact(original: Record, tmp_path_factory: pytest.TempPathFactory) -> Record:
    return original


@pytest.fixture
def lab(intact: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A copy of one run and of the keys."""
    run = tmp_path / "lab/logs" / intact.campaign.name / "runs/institutional/0"
    shutil.copytree(intact.run, run)
    shutil.copytree(intact.home, tmp_path / "home")
    shutil.copy(intact.root / "agora.yaml", tmp_path / "lab")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "lab")
    return Record(tmp_path / "lab", tmp_path / "home")


def refusals(lab: Record, intact: Record, place: Path, verbs: Iterable[str]) -> list[str]:
    """What is wrong with how the verbs take the log as it lies in the lab."""
    problems = []
    for verb in verbs:
        words = {"LOG": str(lab.run), "OUT": str(place / f"out-{verb}"), "INTACT": str(intact.run)}
        found = agora(place, *(words.get(word, word) for word in VERBS_OF_A_LOG[verb]))
        try:
            require_refused(
                found, may_pass=verb != "verify", seconds=ATTACK_SECONDS if verb == "attack" else MAX_SECONDS
            )
        except AssertionError as error:
            problems.append(f"{verb}: {error}")
    return problems


@pytest.mark.parametrize(("number", "name", "what"), HOSTILE, ids=lambda value: str(value).replace("/", ":"))
def test_a_log_with_something_else_in_place_of_a_file(
    lab: Record, intact: Record, tmp_path: Path, number: int, name: str, what: str
) -> None:
    """Verify and one other verb, in turn; `make long` takes all of them."""
    IN_A_LOG[name][what](lab.run / name)
    others = [verb for verb in VERBS_OF_A_LOG if verb not in ("verify", "attack")]
    assert refusals(lab, intact, tmp_path, ["verify", others[number % len(others)]]) == []


@pytest.mark.long
@pytest.mark.parametrize(("number", "name", "what"), HOSTILE, ids=lambda value: str(value).replace("/", ":"))
def test_every_verb_on_every_hostile_log(
    lab: Record, intact: Record, tmp_path: Path, number: int, name: str, what: str
) -> None:
    IN_A_LOG[name][what](lab.run / name)
    assert refusals(lab, intact, tmp_path, VERBS_OF_A_LOG) == []


VERBS_OF_A_FILE: dict[str, tuple[str, ...]] = {
    "verify-receipt": ("log", "verify-receipt", "FILE"),
    "verify-opening": ("log", "verify-opening", "FILE", "--log", "INTACT"),
    "compare evidence": ("log", "compare", "FILE"),
    "compare a checkpoint": ("log", "compare", "INTACT", "FILE"),
    "attach": ("log", "cosign", "LOG", "--attach", "FILE", "--witness", WITNESS),
    "verify under a key": ("log", "verify", "LOG", "--key", "FILE"),
    "verify under a policy": ("log", "verify", "LOG", "--policy", "FILE"),
    "export a policy": ("log", "export", "LOG", "OUT", "--policy", "FILE"),
    "sign": ("witness", "sign", "FILE", "--state", "STATE"),
    "replay": ("replay", "LOG", "--institution", "FILE"),
    "lint": ("graph", "lint", "FILE"),
}
FILES: dict[str, Spoil] = {
    **CONTENT,
    **ODD,
    "a million hashes": put(HEADER + b"index 0\n" + (b"A" * 43 + b"=\n") * 1_000_000 + b"\na\n"),
    "deep objects": put(b'{"a":' * 200_000),
    "deep YAML": put(b"kind: " + b"[" * 5_000 + b"]" * 5_000),
    "many aliases": put(b"a: &a [x]\n" + b"".join(b"k%d: &a%d [*a, *a]\n" % (n, n) for n in range(40_000))),
}


GIVEN = [(verb, what) for verb in VERBS_OF_A_FILE for what in FILES]


@pytest.mark.parametrize(("verb", "what"), GIVEN[::3])
def test_a_hostile_file_that_a_verb_is_given(lab: Record, intact: Record, tmp_path: Path, verb: str, what: str) -> None:
    """One case in three; the others are for `make long`."""
    require_refused(given(lab, intact, tmp_path, verb, what))


@pytest.mark.long
@pytest.mark.parametrize(("verb", "what"), [case for number, case in enumerate(GIVEN) if number % 3])
def test_every_hostile_file_that_a_verb_is_given(
    lab: Record, intact: Record, tmp_path: Path, verb: str, what: str
) -> None:
    require_refused(given(lab, intact, tmp_path, verb, what))


def given(lab: Record, intact: Record, place: Path, verb: str, what: str) -> Outcome:
    """What comes of a verb with this in place of the file that it asks for."""
    file = place / ("given.yaml" if verb in ("replay", "lint") else "given")
    FILES[what](file)
    words = {"FILE": str(file), "LOG": str(lab.run), "INTACT": str(intact.run)}
    words |= {"OUT": str(place / "out"), "STATE": str(place / "witness")}
    if verb == "sign":
        assert run_command(["witness", "init", "w.example/1", "--state", words["STATE"]]) == 0
    return agora(place, *(words.get(word, word) for word in VERBS_OF_A_FILE[verb]))


@pytest.mark.parametrize("what", ["deep brackets", "a gigabyte", "a folder", "not UTF-8"])
@pytest.mark.parametrize("verb", [("report",), ("log", "verify"), ("replay",)], ids=lambda verb: verb[-1])
def test_a_campaign_with_a_hostile_plan(record: Record, tmp_path: Path, verb: tuple[str, ...], what: str) -> None:
    {**CONTENT, **ODD}[what](record.campaign / "plan.json")
    require_refused(
        agora(tmp_path, *verb, str(record.campaign)), may_pass=verb[-1] != "verify", seconds=3 * MAX_SECONDS
    )
