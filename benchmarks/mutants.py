"""Mutation testing of what verifies a log: every small change to it must make a test fail. Ends with status 1 if not.

python -m benchmarks.mutants [--step 1] [--only merkle ...] [--jobs 1] [--out docs/measurements/mutants.json]

A mutant is a module with one change: a comparison, an operator, a number, a string, a `not`, a bound of a slice, a
statement that is gone. It is compiled in memory, so no file is touched, and the tests of its module run on it in a
process of their own, until the first that fails. `--step N` tries every N-th mutant. The texts of messages, annotations
and imports are left as they are.

Mutants that no test can tell from the module are listed by hand, with the reason, in `benchmarks.equivalent_mutants`.
They run like all the others: one that is killed, or is not made any more, has to leave the list.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import cryptography.hazmat.primitives.asymmetric.ed25519
import hypothesis
import pytest
from benchmarks.__main__ import machine
from benchmarks.equivalent_mutants import EQUIVALENT, FLAG

assert cryptography  # imported here once, and not in each process anew
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

Swaps = dict[type[Any], tuple[type[Any], ...]]
COMPARISONS: Swaps = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: Swaps = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
NAMES = {"max": "min", "min": "max", "any": "all", "all": "any", "startswith": "endswith", "endswith": "startswith"}
NAMES |= {"rfind": "find", "partition": "rpartition", "rpartition": "partition", "fullmatch": "match"}
TEXTS = {"LogFault": 1, "_refused": 0, "ValueError": 0, "error": 0, "print": 0, "parse_vkey": 2}
"""Calls, and the argument of each from which on they hold the text of a message."""
TEXT_KEYWORDS = ("description", "help", "metavar")


@dataclass(frozen=True)
class Mutant:
    """One change to a module."""

    module: str
    line: int
    change: str
    code: CodeType
    is_flag: bool


def mutants(module: str) -> Iterator[Mutant]:
    """All of a module's mutants, in the order of its lines."""
    path = LOGS / f"{module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for scope, parent, field, index, node in _places(tree, ""):
        for new in _changes(node, field):
            change = _words(scope, node, new)
            seen[change] += 1
            if seen[change] > 1:
                change += f" ({seen[change]})"
            _put(parent, field, index, ast.copy_location(new, node))
            code = compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True)
            _put(parent, field, index, node)
            yield Mutant(module, node.lineno, change, code, _is_flag(parent))


def _is_flag(parent: ast.AST) -> bool:
    """Whether a place is the value of a flag of a dataclass."""
    return isinstance(parent, ast.keyword) and parent.arg in ("frozen", "slots")


def _words(scope: str, node: Any, new: Any) -> str:
    before, after = (re.sub(r"\s+", " ", ast.unparse(one)) for one in (node, new))
    return f"{scope}: {before[:110]} -> {after[:110]}"


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _places(parent: ast.AST, scope: str) -> Iterator[tuple[str, ast.AST, str, int | None, Any]]:
    """Every node that may be changed, and where it stands."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "ctx", "type_comment"):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _left_out(parent, field, index, node):
                continue
            yield scope or "module", parent, field, index, node
            name = f"{scope}.{node.name}".lstrip(".") if isinstance(node, ast.ClassDef | ast.FunctionDef) else scope
            yield from _places(node, name)


def _left_out(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> bool:
    """Whether a node is a docstring, an import, a type's name, or the text of a message."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith(("TypeVar(", "Callable[")):
        return True
    if isinstance(node, ast.keyword) and node.arg in TEXT_KEYWORDS:
        return True
    if isinstance(parent, ast.Call) and field == "args" and index is not None:
        called = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
        return index >= TEXTS.get(called, 1000)
    return False


def _changes(node: Any, field: str) -> Iterator[ast.AST]:
    """What stands in the place of a node, once for each mutant."""
    if field == "test" or (field == "ifs"):
        yield ast.UnaryOp(ast.Not(), node)
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                for swap in COMPARISONS[type(operator)]:
                    # The swap of a sole `==` or `in` in a condition is its negation, which is there already.
                    if not (field in ("test", "ifs") and len(node.ops) == 1 and len(COMPARISONS[type(operator)]) == 1):
                        yield _with(node, ops=[*node.ops[:place], swap(), *node.ops[place + 1 :]])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            for place in range(len(node.values)):
                rest = node.values[:place] + node.values[place + 1 :]
                yield _with(node, values=rest) if len(rest) > 1 else rest[0]
        case ast.BinOp() | ast.AugAssign():
            for swap in OPERATORS.get(type(node.op), ()):
                yield _with(node, op=swap())
            if isinstance(node, ast.AugAssign):
                yield ast.Pass()
        case ast.UnaryOp():
            yield node.operand
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)
            yield ast.Constant(node.value - 1)
        case ast.Constant(value=str()):
            yield ast.Constant("XX" + node.value)
        case ast.Constant(value=bytes()):
            yield ast.Constant(b"XX" + node.value)
        case ast.Slice():
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    yield _with(node, **{bound: None})
        case ast.Name() if node.id in NAMES:
            yield ast.Name(NAMES[node.id], ast.Load())
        case ast.Attribute() if node.attr in NAMES and isinstance(node.ctx, ast.Load):
            yield _with(node, attr=NAMES[node.attr])
        case ast.Raise() | ast.Continue() | ast.Break() | ast.Expr():
            yield ast.Pass()
        case ast.Return(value=ast.AST()):
            yield ast.Return(None)
        case ast.Return():
            yield ast.Pass()
        case ast.Assign() if not isinstance(node.targets[0], ast.Name):
            yield ast.Pass()
        case ast.AnnAssign(target=ast.Attribute()):
            yield ast.Pass()


def _with(node: ast.AST, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


class _Loader(SourceFileLoader):
    """Loads a mutant in the place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(f"agoranomos.logs.{mutant.module}", str(LOGS / f"{mutant.module}.py"))
        self._code = mutant.code

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return self._code


def _begin(module: str, mutant: Mutant | None, seconds: int, place: str) -> int:
    """The id of a process that runs the tests of a module, on a mutant of it; it ends with 0 when none fails."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(10 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        if mutant is not None:
            sys.meta_path.insert(0, _Loader(mutant))  # type: ignore[arg-type]
        tests = [str(ROOT / f"tests/logs/test_{name}.py") for name in TESTS[module]]
        options = [
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            f"--rootdir={ROOT}",
            "-k",
            f"not ({NOT_RUN_OF_A_LOG if 'verify' in TESTS[module] else NOT_RUN})",
        ]
        status = int(pytest.main([*options, f"--basetemp={place}/{os.getpid()}", *tests]))
    finally:
        os._exit(status)


def tried(
    module: str, made: Sequence[Mutant | None], jobs: int, seconds: int
) -> Iterator[tuple[Mutant | None, str, float]]:
    """Each mutant with what came of it (`killed`, `timeout` or `survived`) and the seconds of a core that it took.

    One that takes more than `seconds` of a core, or ten times as long by the clock, is stopped.
    """
    memory = Path("/dev/shm")
    running: dict[int, Mutant | None] = {}
    waiting = list(made)[::-1]
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[_begin(module, mutant, seconds, place)] = mutant
            process, status, used = os.wait4(-1, 0)
            mutant = running.pop(process)
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU)
            outcome = "timeout" if killed else "killed" if status else "survived"
            yield mutant, outcome, used.ru_utime + used.ru_stime


def row(module: str, step: int, jobs: int) -> dict[str, Any]:
    """What came of a module's mutants; raises `SystemExit` when its tests fail on the module as it is.

    `killed` holds `stopped`, those that ran for too long; `untrue` are those listed as equivalent that are not.
    """
    [(_, outcome, seconds)] = tried(module, [None], 1, 300)
    if outcome != "survived":
        sys.exit(f"{module}: its tests fail on the module as it is")
    limit = round(3 + 3 * seconds)
    every = list(mutants(module))
    made = every[::step]
    begun = time.perf_counter()
    counts: Counter[str] = Counter()
    survived, equivalent, untrue = [], [], sorted(set(EQUIVALENT.get(module, {})) - {one.change for one in every})
    for mutant, found, _ in tried(module, made, jobs, limit):
        assert mutant is not None
        reason = FLAG if mutant.is_flag else EQUIVALENT.get(module, {}).get(mutant.change)
        counts[found] += 1
        if found == "survived" and reason is not None:
            equivalent.append({"line": mutant.line, "change": mutant.change, "reason": reason})
        elif found == "survived":
            survived.append({"line": mutant.line, "change": mutant.change})
            print(f"  survived: {module}.py line {mutant.line}, {mutant.change}", file=sys.stderr, flush=True)
        elif mutant.change in EQUIVALENT.get(module, {}):
            untrue.append(mutant.change)
    for change in untrue:
        print(f"  listed as equivalent, but killed or not made: {module}: {change}", file=sys.stderr, flush=True)
    return {
        "made": len(made),
        "one_in": step,
        "killed": counts["killed"] + counts["timeout"],
        "stopped": counts["timeout"],
        "survived": survived,
        "equivalent": equivalent,
        "untrue": untrue,
        "tests_seconds": round(seconds, 2),
        "seconds": round(time.perf_counter() - begun, 1),
    }


def keep(path: Path, rows: dict[str, dict[str, Any]]) -> None:
    """Write the rows, with those of earlier runs that were not made anew."""
    known = json.loads(path.read_text(encoding="utf-8"))["modules"] if path.is_file() else {}
    found = {**known, **rows}
    result = {"machine": machine(), "modules": {module: found[module] for module in TESTS if module in found}}
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=list(TESTS), default=list(TESTS), metavar="MODULE")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    # The same examples for every mutant, and no search for the smallest that fails.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True, phases=phases)
    hypothesis.settings.load_profile("mutants")
    sys.path[:0] = [str(ROOT / "src")]
    rows = {}
    for module in given.only:
        rows[module] = row(module, given.step, given.jobs)
        lengths = {key: len(value) if isinstance(value, list) else value for key, value in rows[module].items()}
        print(module, json.dumps(lengths), flush=True)
        if given.out:
            keep(given.out, rows)
    sys.exit(1 if any(one["survived"] or one["untrue"] for one in rows.values()) else 0)


if __name__ == "__main__":
    main()
