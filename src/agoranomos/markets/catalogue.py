"""Markets by specification and by name."""

from __future__ import annotations

from agoranomos.documents import read_document
from agoranomos.markets.cournot_env import Cournot
from agoranomos.markets.cournot_spec import CournotSpec
from agoranomos.workspace import Workspace, resolve


def build_market(spec: CournotSpec) -> Cournot:
    """The market that `spec` describes."""
    return Cournot(spec)


def load_market(name: str, workspace: Workspace) -> Cournot:
    """The market that is called `name`, or lies at the path `name`, in the workspace, the library or a plug-in.

    Raises `UsageError` where there is none (with the nearest name), `DocumentError` where the file is invalid.
    """
    return build_market(read_document(resolve("markets", name, workspace), CournotSpec))
