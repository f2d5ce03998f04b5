"""Pages of the library in Python: what each public package promises, with signatures and docstrings."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import indent
from typing import Any

from generating.places import DOCS, GENERATED

FOLDER = DOCS / "reference" / "api"
PACKAGES = {
    "markets": "agoranomos.markets",
    "institutions": "agoranomos.institutions",
    "logs": "agoranomos.logs",
    "policies": "agoranomos.policies",
    "models": "agoranomos.models",
    "campaigns": "agoranomos.campaigns",
    "results": "agoranomos.analysis.frames",
    "statistics": "agoranomos.statistics",
    "conformance": "agoranomos.conformance",
    "errors": "agoranomos.errors",
}
"""The page of each package or module that other people's code may import."""

INTRODUCTION = """\
What other people's code may import: the names that each package lists in `__all__`, with their docstrings. What is not
listed can change at any time. Every verb of [the command](../commands.md) is a thin shell over functions like these.
"""


def api_pages() -> dict[Path, str]:
    """docs/reference/api/: a page a package, and the page that lists them."""
    made, rows = dict[Path, str](), list[str]()
    for name, path in PACKAGES.items():
        module = import_module(path)
        made[FOLDER / f"{name}.md"] = package_page(path, module)
        first = (inspect.getdoc(module) or "").partition("\n")[0]
        rows.append(f"| [`{path}`]({name}.md) | {first} |")
    table = "| package | |\n|---|---|\n" + "\n".join(rows) + "\n"
    made[FOLDER / "README.md"] = f"{GENERATED}# The library in Python\n\n{INTRODUCTION}\n{table}"
    return made


def package_page(path: str, module: Any) -> str:
    """What one package promises: constants, functions and classes, in the order of `__all__`."""
    parts = [f"{GENERATED}# {path}\n", f"{inspect.getdoc(module) or ''}\n"]
    for name in public_names(module):
        parts.append(f"## {name}\n\n{described(name, getattr(module, name))}")
    return "\n".join(parts)


def public_names(module: Any) -> list[str]:
    """`__all__`, or what the module itself defines in public."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


def described(name: str, value: Any) -> str:
    """One name: its signature or value, its docstring, and the methods of a class."""
    if inspect.isclass(value):
        parts = [code(class_line(name, value)), docstring(value), *methods(value)]
    elif inspect.isroutine(value):
        parts = [code(f"def {name}{signature(value)}"), docstring(value)]
    else:
        plain = isinstance(value, str | int | float | tuple) and len(repr(value)) <= 100
        parts = [code(f"{name} = {nameless(value)}" if plain else f"{name}: {type(value).__name__}")]
    return "\n\n".join(part for part in parts if part) + "\n"


def class_line(name: str, found: type) -> str:
    """A class with the fields of its values, or with what it is made from."""
    fields = dict(fields_of(found))
    if fields:
        return f"class {name}:\n" + "\n".join(f"    {field}: {kind}" for field, kind in fields.items())
    bases = ", ".join(base.__name__ for base in found.__bases__ if base is not object)
    line = f"class {name}({bases})" if bases else f"class {name}"
    if "__init__" in vars(found) and inspect.isfunction(made := vars(found)["__init__"]):
        line += f":\n\n{indent(f'def __init__{signature(made)}', '    ')}"
    return line


def fields_of(found: type) -> Iterator[tuple[str, str]]:
    """The fields of a dataclass, a Pydantic model or a msgspec struct, with their types as they are written."""
    names = getattr(found, "model_fields", None) or getattr(found, "__struct_fields__", None)
    if dataclasses.is_dataclass(found):
        names = [field.name for field in dataclasses.fields(found) if field.init]
    if not isinstance(names, dict | list | tuple):
        return
    for name in names:
        for base in found.__mro__:
            if name in (kinds := vars(base).get("__annotations__", {})) and not name.startswith("_"):
                kind = kinds[name]
                yield name, quoted(kind)
                break


def methods(found: type) -> Iterator[str]:
    """The public methods and properties that the class itself defines, a line or two each."""
    for name, value in vars(found).items():
        inner = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if name.startswith("_") or name.startswith("model_"):
            continue
        if isinstance(inner, property):
            yield f"- **`.{name}`** {first_paragraph(inner)}".rstrip()
        elif inspect.isfunction(inner):
            shown = re.sub(r"^\((self|cls)(, )?", "(", " ".join(signature(inner, wide=True).split()))
            yield f"- **`.{name}{shown}`** {first_paragraph(inner)}".rstrip()


def signature(value: Any, wide: bool = False) -> str:
    """How it is called: one line where that fits, else an argument a line."""
    found = inspect.signature(value)
    back = found.return_annotation
    rest = "" if back is inspect.Signature.empty else f" -> {quoted(back)}"
    arguments = list(arguments_of(found))
    text = f"({', '.join(arguments)}){rest}"
    if len(text) > 90 and not wide:
        text = "(\n    " + ",\n    ".join(arguments) + f",\n){rest}"
    return text


def arguments_of(found: inspect.Signature) -> Iterator[str]:
    """Each argument as it is written, with the marks that stand between kinds of them."""
    before: Any = None
    for argument in found.parameters.values():
        kind = argument.kind
        if before is argument.POSITIONAL_ONLY and kind is not before:
            yield "/"
        if kind is argument.KEYWORD_ONLY and before not in {argument.KEYWORD_ONLY, argument.VAR_POSITIONAL}:
            yield "*"
        before = kind
        stars = "*" if kind is argument.VAR_POSITIONAL else "**" if kind is argument.VAR_KEYWORD else ""
        typed = "" if argument.annotation is argument.empty else f": {quoted(argument.annotation)}"
        equals = " = " if typed else "="
        default = "" if argument.default is argument.empty else f"{equals}{nameless(argument.default)}"
        yield f"{stars}{argument.name}{typed}{default}"
    if before is inspect.Parameter.POSITIONAL_ONLY:
        yield "/"


def nameless(default: Any) -> str:
    """A default as Python shows it, without the place in memory that some objects are shown with."""
    shown = re.sub(r" at 0x[0-9a-f]+", "", repr(default))
    return shown if '"' in shown else shown.replace("'", '"')


def quoted(annotation: Any) -> str:
    """An annotation as it is written, with the quotes that the code is written with."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return text if '"' in text else text.replace("'", '"')


def docstring(value: Any) -> str:
    """The docstring; nothing where Python made it up."""
    text = inspect.getdoc(value) if "__doc__" in dir(value) else None
    made_up = text is None or text.startswith(f"{getattr(value, '__name__', '')}(")
    return "" if made_up or (inspect.isclass(value) and "__doc__" not in vars(value)) else str(text)


def first_paragraph(value: Any) -> str:
    """The first paragraph of the docstring, as one line."""
    return " ".join((inspect.getdoc(value) or "").partition("\n\n")[0].split())


def code(text: str) -> str:
    """A block of Python."""
    return f"```python\n{text}\n```"
