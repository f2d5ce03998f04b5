"""Prints constraints.txt: what this environment holds of the package's requirements, with all of theirs.

Run it in an environment that has all of `EXTRAS` installed and in which the tests passed.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.version import Version

HEAD = """\
# What the tests passed with, on Linux with Python {python}. `make` installs with it: pip install -c constraints.txt ...
# Written by `make constraints`. Left out: triton, which torch's CPU and CUDA builds need in different versions.
"""
LEFT_OUT = {"triton"}
EXTRAS = frozenset(
    {"test", "local", "test-servers", "ray", "mlflow", "wandb", "polars", "train", "view", "docs", "test-browser"}
)


def canonical(name: str) -> str:
    """The name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(root: str, extras: frozenset[str]) -> dict[str, str]:
    """Name and public version of everything that `root` with `extras` needs here, the root itself left out."""
    found: dict[str, str] = {}
    waiting = [(root, extras)]
    seen = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen or name in LEFT_OUT:
            continue
        seen.add((name, wanted))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            sys.exit(f"{name} is not installed; run: pip install -e '.[{','.join(sorted(EXTRAS))}]'")
        # The local part names a build, such as +cpu, that not every machine can have.
        found[name] = Version(installed.version).public
        for text in installed.requires or []:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                waiting.append((canonical(requirement.name), frozenset(requirement.extras)))
    del found[root]
    return found


if __name__ == "__main__":
    print(HEAD.format(python=f"{sys.version_info.major}.{sys.version_info.minor}"), end="")
    for name, version in sorted(pins("agoranomos", EXTRAS).items()):
        print(f"{name}=={version}")
