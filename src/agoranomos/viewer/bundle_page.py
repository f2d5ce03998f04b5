"""The page that a bundle is written into: its script and style are allowed by their digests, and nothing else is."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from pathlib import Path

from agoranomos.errors import MachineError

TEMPLATE = Path(__file__).parent / "page" / "bundle.html"
"""Built from `web/` (CONTRIBUTING.md says how)."""

_POLICY, _DATA = "<!-- policy -->", "<!-- data -->"
_SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def read_template(path: Path | None = None) -> str:
    """The built page; raises `MachineError` where it is not built, or is none of ours."""
    path = path or TEMPLATE
    try:
        page = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MachineError(
            f"cannot read {path}: {error.strerror}", advice="The page is built by: npm ci && npm run build (in web/)."
        ) from error
    if _POLICY not in page or _DATA not in page or len(_SCRIPT.findall(page)) != 1:
        raise MachineError(f"{path} is no page for bundles", advice="Build it anew: npm run build (in web/).")
    return page


def with_data(page: str, data: str) -> str:
    """The page with `data`, elements of text, at its end, and a policy that lets it run its own script and no other."""
    front, tail = around_data(page)
    return "".join((front, data, tail))


def around_data(page: str) -> tuple[str, str]:
    """What stands before the data, with the policy, and what stands after it."""
    head, _, tail = page.rpartition(_DATA)
    before, _, after = head.partition(_POLICY)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(head)}" />'
    return "".join((before, policy, after)), tail


def _policy(page: str) -> str:
    """Nothing may be loaded, asked or sent: what runs and what it looks like stands in the file."""
    scripts = [_digest(code) for code in _SCRIPT.findall(page)]
    styles = [_digest(code) for code in _STYLE.findall(_SCRIPT.sub("", page))]
    rules = {
        "default-src": ["'none'"],
        "script-src": scripts,
        "style-src": styles or ["'none'"],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    return "; ".join(f"{rule} {' '.join(values)}" for rule, values in rules.items())


def _digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(code.encode()).digest()).decode()}'"
