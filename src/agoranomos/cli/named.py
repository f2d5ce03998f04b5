"""What a name on the command line stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agoranomos.institutions import Institution


def institution_named(name: str) -> Institution:
    """The institution that a person means by `name`: a name, or the path of a file; raises `UsageError`."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.workspace import find_workspace, resolve_argument

    return load_institution(read_text(resolve_argument("institutions", name, find_workspace())))
