"""Mutation testing of what verifies a log: every small change to it must make a test fail. Ends with status 1 if not.

python -m benchmarks.mutants [--step 1] [--only merkle ...] [--jobs 1] [--out docs/measurements/mutants.json]

A mutant is a module with one change: a comparison, an operator, a number, a string, a `not`, a bound of a slice, a
statement that is gone. It is compiled in memory, so no file is touched, and the tests of its module run on it in a
process of their own (`benchmarks.mutant_trials`), until the first that fails. `--step N` tries every N-th mutant. The
texts of messages, annotations and imports are left as they are.

Mutants that no test can tell from the module are listed by hand, with the reason, in `benchmarks.equivalent_mutants`.
They run like all the others: one that is killed, or is not made any more, has to leave the list.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography.hazmat.primitives.asymmetric.ed25519
import hypothesis
from benchmarks.__main__ import machine
from benchmarks.equivalent_mutants import EQUIVALENT, FLAG
from benchmarks.mutant_trials import LOGS, ROOT, TESTS, Mutant, tried

assert cryptography  # imported here once, and not in each process anew

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
TEXTS = {"LogFault": 1, "_refused": 0, "ValueError": 0, "UsageError": 0, "MachineError": 0}
TEXTS |= {"error": 0, "print": 0, "parse_vkey": 2}
"""Calls, and the argument of each from which on they hold the text of a message."""
TEXT_KEYWORDS = ("description", "help", "metavar", "advice")


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


def row(module: str, step: int, jobs: int) -> dict[str, Any]:
    """What came of a module's mutants; raises `SystemExit` when its tests fail on the module as it is.

    `killed` holds `stopped`, those that ran for too long; `untrue` are those listed as equivalent that are not.
    """
    [(_, outcome, seconds)] = tried(module, [None], 1, 300)
    if outcome != "survived":
        sys.exit(f"{module}: its tests fail on the module as it is")
    limit = round(3 + 1.5 * seconds)
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
