"""Assembles `verify.py`: the modules that verify a tree, in one file that needs no package of ours.

Of each module only what `main` needs is taken: whole definitions, found by their names, line by line as they stand,
less blank lines and most of the docstrings. Imports from this package are dropped; a few lines
stand in for `agoranomos.errors`. So nothing is written twice: who reads `verify.py` reads the verifier of this project.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from textwrap import wrap

MODULES = (
    "faults", "merkle", "keys", "note", "proofs", "checkpoint", "certificate", "cosignature", "tiles", "tree",
    "tree_main",
)  # fmt: skip
"""In the order in which they need each other."""

MAX_LINES = 500
"""So many lines a stranger can be asked to read."""

_NOT_NEEDED = ("Checkpoint.text", "Certificate.text", "WitnessKey.vkey")
"""Methods that write what verifying only reads; nothing in `verify.py` calls them."""

_HEADER = '''\
"""Verifies this export of a signed log: python verify.py TREE --key VKEY [--witness VKEY ...]

Every entry to its leaf, to the hash tiles, to the root (RFC 6962), to the checkpoint (c2sp.org/tlog-checkpoint), to the
key that signs it, to a key that YOU name. Needs Python 3.10 and `cryptography`. This file came with what it checks:
read it before you believe it. Assembled from the modules of agoranomos.logs, under the Apache License 2.0.
"""
from __future__ import annotations
'''

_ERRORS = '''
class Finding(Exception):
    """A check found something wrong."""
    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message, self.advice = message, advice
'''

_FOOTER = """
if __name__ == "__main__":
    sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """A top-level statement of a module: its lines, the names that it defines and those that it uses."""

    lines: list[str]
    statement: ast.stmt
    defines: frozenset[str]
    uses: frozenset[str]


def standalone() -> str:
    """The source of `verify.py`."""
    imports: list[ast.stmt] = []
    parts: list[_Part] = []
    for module in MODULES:
        source = files(__package__).joinpath(f"{module}.py").read_text(encoding="utf-8")
        lines = source.splitlines()
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                imports.append(statement)
            elif not isinstance(statement, ast.Expr):  # a docstring, of the module or of the constant before it
                parts.append(_part(lines, statement))
    needed = _needed(parts, "main")
    body = "".join(line for part in needed for line in _text(part))
    used = _names(ast.parse(body)) | {"sys"}
    return f"{_HEADER}{_import_lines(imports, used)}{_ERRORS}{body}{_FOOTER}"


def _part(lines: list[str], statement: ast.stmt) -> _Part:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        defines = frozenset([statement.name])
    else:
        defines = frozenset(
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
    return _Part(lines, statement, defines, _names(statement) - defines)


def _names(tree: ast.AST) -> frozenset[str]:
    """The names that are used, those of annotations included."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _needed(parts: Sequence[_Part], root: str) -> list[_Part]:
    """The parts that define `root` and all that it needs, in their order."""
    wanted = {root}
    while True:
        needed = [part for part in parts if part.defines & wanted]
        more = wanted.union(*(part.uses for part in needed))
        if more == wanted:
            return needed
        wanted = more


def _text(part: _Part) -> Iterator[str]:
    """The lines of a part that are kept, each with its newline."""
    statement = part.statement
    left_out = {
        number
        for method in getattr(statement, "body", ())
        if isinstance(statement, ast.ClassDef) and isinstance(method, ast.FunctionDef)
        if f"{statement.name}.{method.name}" in _NOT_NEEDED
        for number in range(_first_line(method), _last_line(method) + 1)
    }
    cut = 0  # the first line of a docstring that goes on
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            docstring = node.body[0]
            whole = range(docstring.lineno, _last_line(docstring) + 1)
            if node is not statement or (len(node.body) == 2 and isinstance(node, ast.FunctionDef)):
                left_out |= set(whole)
            elif len(whole) > 1:
                cut = docstring.lineno
                left_out |= set(whole[1:])
    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield from _wrapped(part)
        return
    yield "\n"
    for number in range(_first_line(statement), _last_line(statement) + 1):
        line = part.lines[number - 1]
        if line.strip() and number not in left_out:
            yield f'{line}"""\n' if number == cut else f"{line}\n"


def _wrapped(part: _Part) -> Iterator[str]:
    """A constant or the like, in as few lines as it fits into."""
    lines = part.lines[part.statement.lineno - 1 : _last_line(part.statement)]
    if len(lines) > 1:
        lines = wrap(ast.unparse(part.statement), 120, subsequent_indent="    ", break_on_hyphens=False)
    for line in lines:
        yield f"{line}\n"


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _import_lines(imports: Iterable[ast.stmt], used: frozenset[str]) -> str:
    """The imports from outside of the package, of the names that are used, each once."""
    modules: set[str] = set()
    wanted: dict[str, set[str]] = {}
    for statement in imports:
        if isinstance(statement, ast.Import):
            modules |= {one.name for one in statement.names} & used
        elif isinstance(statement, ast.ImportFrom) and not (statement.module or "").startswith(("agora", "__future__")):
            wanted.setdefault(statement.module or "", set()).update({one.name for one in statement.names} & used)
    lines = [f"import {', '.join(sorted(modules))}"]
    lines += [f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(wanted.items()) if found]
    return "\n".join(lines) + "\n"
