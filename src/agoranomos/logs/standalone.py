"""Assembles `verify.py`: the modules that verify a tree, as they are, in one file that needs no package of ours.

Of each module only what `main` needs is taken (whole definitions, found by their names), without its imports from this
package; a few lines stand in for `agoranomos.errors`. Nothing is written twice: who reads `verify.py` reads the
verifier that the tests and the mutants of this project were run against.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

MODULES = (
    "faults", "merkle", "keys", "note", "proofs", "checkpoint", "certificate", "cosignature", "tiles", "tree",
    "tree_main",
)  # fmt: skip
"""In the order in which they need each other."""

MAX_LINES = 500

_HEADER = '''\
"""Verifies this export of a signed log: python verify.py TREE --key VKEY [--witness VKEY ...]

Every entry to its leaf, to the hash tiles, to the root (RFC 6962), to the checkpoint (c2sp.org/tlog-checkpoint), to the
key that signs it, to a key that YOU name. Needs Python 3.10 and the package `cryptography`. This file came with what it
checks: read it, or take it from the project's own release, before you believe it. Made of the modules of
agoranomos.logs, which are under the Apache License 2.0.
"""
'''

_ERRORS = '''\
class Finding(Exception):
    """A check found something wrong."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class MachineError(Finding):
    """A file could not be read."""
'''

_FOOTER = '''\
if __name__ == "__main__":
    sys.exit(main())
'''


@dataclass(frozen=True, slots=True)
class _Part:
    """A top-level statement of a module: its text, the names that it defines and those that it uses."""

    text: str
    defines: frozenset[str]
    uses: frozenset[str]


def standalone() -> str:
    """The source of `verify.py`."""
    imports: list[ast.stmt] = []
    parts: list[_Part] = []
    for module in MODULES:
        source = files(__package__).joinpath(f"{module}.py").read_text(encoding="utf-8")
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                imports.append(statement)
            else:
                parts += _part(source, statement)
    needed = _needed(parts, {"main"})
    body = [_ERRORS, *(part.text for part in needed), _FOOTER]
    names = set().union(*(_names(ast.parse(text)) for text in body))
    return "\n".join([_HEADER, _import_lines(imports, names), "\n".join(body)])


def _part(source: str, statement: ast.stmt) -> Iterator[_Part]:
    if isinstance(statement, ast.Expr):  # a docstring, of the module or of the constant before it
        return
    first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])
    text = "\n".join(source.splitlines()[first - 1 : statement.end_lineno]) + "\n"
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        defines = frozenset([statement.name])
    else:
        stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        defines = frozenset(node.id for node in stored if isinstance(node.ctx, ast.Store))
    yield _Part(text, defines, _names(statement) - defines)


def _names(tree: ast.AST) -> frozenset[str]:
    """The names that are used, those of annotations included."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _needed(parts: Iterable[_Part], roots: set[str]) -> list[_Part]:
    """The parts that define what is needed, and what those need, in their order."""
    parts = list(parts)
    wanted = set(roots)
    while True:
        needed = [part for part in parts if part.defines & wanted]
        more = wanted.union(*(part.uses for part in needed))
        if more == wanted:
            return needed
        wanted = more


def _import_lines(imports: Iterable[ast.stmt], names: set[str]) -> str:
    """The imports from outside of the package, of the names that are used, each once."""
    plain: set[str] = set()
    wanted: dict[str, set[str]] = {}
    for statement in imports:
        if isinstance(statement, ast.Import):
            plain |= {one.name for one in statement.names if one.name in names}
        elif isinstance(statement, ast.ImportFrom) and statement.module and statement.module != "__future__":
            if not statement.module.startswith("agoranomos"):
                found = {one.name for one in statement.names} & names
                wanted.setdefault(statement.module, set()).update(found)
    lines = [f"import {name}" for name in sorted(plain)]
    lines += [f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(wanted.items()) if found]
    return "\n".join(["from __future__ import annotations", "", *lines, "", ""])
