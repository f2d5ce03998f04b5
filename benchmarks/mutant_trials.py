"""Runs the tests of a module on its mutants, each in a process of its own.

The tests are collected once a module. For each mutant that process is forked, the functions that differ get the
mutant's code, and the tests run until the first that fails. A mutant that changes what is made when the module is
imported (a constant, a default, a class) is imported instead of the module, in a process that collects anew.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "src" / "agoranomos" / "logs"

TESTS = {
    "faults": ("refusals", "checkpoint", "tree"),
    "merkle": ("merkle", "refusals", "tree"),
    "keys": ("keys", "refusals", "checkpoint"),
    "note": ("note", "refusals"),
    "proofs": ("proofs", "refusals"),
    "checkpoint": ("checkpoint", "refusals"),
    "certificate": ("checkpoint", "refusals"),
    "cosignature": ("cosignature", "refusals"),
    "tiles": ("tiles", "tree"),
    "tree": ("tree",),
    "tree_main": ("tree",),
    "proof_file": ("proof_file",),
    "segment_tree": ("segment_tree",),
    "journal": ("recovery", "verify"),
    "heads": ("verify", "verify_levels"),
    "segment_fold": ("verify_levels", "verify", "verify_segments"),
    "segment_pass": ("verify_levels", "verify", "verify_segments"),
    "segment_run": ("verify_segments", "verify_levels", "verify"),
    "verify": ("verify_levels", "verify", "remembered", "anchors", "verify_segments"),
}
"""By module the files of tests/logs/ that are to find its mutants. The first failure ends a run."""

NOT_RUN = "standalone or attach or lines or file_is_short or names or without_the_package or export_holds or million"
"""Tests of the assembled `verify.py`, which is made of the files and so never of a mutant, and slow ones of others."""
NOT_RUN_OF_A_LOG = "real_processes"
"""Tests whose other processes would load the module and not its mutant."""


@dataclass(frozen=True)
class Mutant:
    """One change to a module."""

    module: str
    line: int
    change: str
    code: CodeType
    is_flag: bool


LONGEST_TEST_S = 8
"""No test of a module as it is takes as much of a core."""

Outcome = tuple[int, str, float]
"""The place of a mutant among those that were made, what came of it, and the seconds of a core that it took.

`killed`, `survived`, `timeout`, or `imported`: it changes what is made when the module is imported.
"""


def tried(
    module: str, made: Sequence[Mutant | None], jobs: int, seconds: int
) -> Iterator[tuple[Mutant | None, str, float]]:
    """Each mutant with what came of it (`killed`, `timeout` or `survived`) and the seconds of a core that it took.

    One that takes more than `seconds` of a core, or ten times as long by the clock, is stopped; so is one that takes
    more than `LONGEST_TEST_S` of a core in one test. None stands for the module as it is.
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        again = []
        for number, outcome, used in _collected(module, made, jobs, seconds, place):
            if outcome == "imported":
                again.append(number)
            else:
                yield made[number], outcome, used
        for number in again:  # one at a time: they are few
            process = os.fork()
            if not process:
                _run(_Session(module, place, _Loader(made[number])), seconds)
            outcome, used = _waited(*os.wait4(process, 0)[1:])
            yield made[number], outcome, used


def _collected(module: str, made: Sequence[Mutant | None], jobs: int, seconds: int, place: str) -> Iterator[Outcome]:
    """The outcomes as they come from the process that collected the tests."""
    read, write = os.pipe()
    process = os.fork()
    if not process:
        os.close(read)
        _run(_Session(module, place, plugin=_Forks(module, made, jobs, seconds, write)), None)
    os.close(write)
    with os.fdopen(read) as lines:
        for line in lines:
            number, outcome, used = json.loads(line)
            yield number, outcome, used
    if os.waitpid(process, 0)[1]:
        sys.exit(f"{module}: its tests cannot be collected")


class _Session:
    """A session of pytest over the tests of a module, silent."""

    def __init__(self, module: str, place: str, loader: _Loader | None = None, plugin: _Forks | None = None) -> None:
        self.loader = loader
        self.plugin = plugin
        self.arguments = [
            *("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={ROOT}"),
            *("-k", f"not ({NOT_RUN_OF_A_LOG if 'verify' in TESTS[module] else NOT_RUN})"),
            f"--basetemp={place}/{os.getpid()}",
            *(str(ROOT / f"tests/logs/test_{name}.py") for name in TESTS[module]),
        ]


def _run(session: _Session, seconds: int | None) -> None:
    """Run a session in this process, and end the process."""
    status = 1
    try:
        if seconds is not None:
            _limit(seconds)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        if session.loader is not None:
            sys.meta_path.insert(0, session.loader)  # type: ignore[arg-type]
        status = int(pytest.main(session.arguments, [session.plugin] if session.plugin is not None else []))
        if session.plugin is not None and not session.plugin.is_fork:
            status = 0 if session.plugin.done else 1
    finally:
        os._exit(status)


def _limit(seconds: int) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(10 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def _waited(status: int, used: resource.struct_rusage) -> tuple[str, float]:
    stopped = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU, signal.SIGPROF)
    return "timeout" if stopped else "killed" if status else "survived", used.ru_utime + used.ru_stime


class _Forks:
    """A plugin of pytest: when the tests are collected, runs them once for each mutant, in forks."""

    def __init__(self, module: str, made: Sequence[Mutant | None], jobs: int, seconds: int, pipe: int) -> None:
        self.module, self.made, self.jobs, self.seconds, self.pipe = module, made, jobs, seconds, pipe
        self.is_fork = self.done = False
        self.failed, self.failing = os.pipe()
        os.set_blocking(self.failed, False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """None in a fork, which then goes on to run the tests; true where they are not to be run."""
        functions = dict(_functions(import_module(f"agoranomos.logs.{self.module}")))
        running: dict[int, int] = {}
        waiting = list(enumerate(self.made))[::-1]
        place = session.config.option.basetemp
        while waiting or running:
            while waiting and len(running) < self.jobs:
                number, mutant = waiting.pop()
                changed = _changed(functions, mutant) if mutant is not None else {}
                if changed is None:
                    self._tell(number, "imported", 0.0)
                    continue
                process = os.fork()
                if not process:
                    self.is_fork = True
                    _limit(self.seconds)
                    for function, code in changed.items():
                        function.__code__ = code
                    session.config._tmp_path_factory._given_basetemp = Path(f"{place}.{os.getpid()}")  # type: ignore[attr-defined]
                    return None
                running[process] = number
            if running:
                process, status, used = os.wait4(-1, 0)
                shutil.rmtree(f"{place}.{process}", ignore_errors=True)
                self._tell(running.pop(process), *_waited(status, used))
                self._put_first(session)
        self.done = True
        return True

    def pytest_runtest_logstart(self) -> None:
        """Measure each test for itself: a loop without an end is told from a long session."""
        if self.is_fork:
            signal.setitimer(signal.ITIMER_PROF, min(LONGEST_TEST_S, self.seconds))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say which test failed."""
        if self.is_fork and report.failed:
            os.write(self.failing, report.nodeid.encode() + b"\n")

    def _put_first(self, session: pytest.Session) -> None:
        """What found one mutant is likely to find the next."""
        try:
            names = os.read(self.failed, 1 << 16).decode().split("\n")
        except BlockingIOError:
            return
        session.items.sort(key=lambda item: item.nodeid not in names)

    def _tell(self, number: int, outcome: str, used: float) -> None:
        os.write(self.pipe, (json.dumps([number, outcome, used]) + "\n").encode())


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The functions of a module and the methods of its classes, by the names that their code has."""
    for value in vars(module).values():
        for member in vars(value).values() if isinstance(value, type) else (value,):
            function = member
            for name in ("fget", "__func__", "__wrapped__"):
                function = getattr(function, name, function)
            if isinstance(function, FunctionType) and function.__code__.co_filename == module.__file__:
                yield function.__code__.co_qualname, function


def _changed(functions: dict[str, FunctionType], mutant: Mutant) -> dict[FunctionType, CodeType] | None:
    """The functions that the mutant changes, with their new code; None where it changes something else."""
    codes = {code.co_qualname: code for code in _codes(mutant.code)}
    if not functions.keys() <= codes.keys():
        return None
    changed = {function: codes[name] for name, function in functions.items() if function.__code__ != codes[name]}
    same_cells = all(len(function.__code__.co_freevars) == len(code.co_freevars) for function, code in changed.items())
    return changed if changed and same_cells else None


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of the functions in a module's code; those inside of them come along with them."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & 2:  # CO_NEWLOCALS: a function, not the body of a class
                yield constant
            else:
                yield from _codes(constant)


class _Loader(SourceFileLoader):
    """Loads a mutant in the place of its module; None is the module itself."""

    def __init__(self, mutant: Mutant | None) -> None:
        assert mutant is not None
        super().__init__(f"agoranomos.logs.{mutant.module}", str(LOGS / f"{mutant.module}.py"))
        self._code = mutant.code

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return self._code
