"""Where pages lie, and what stands at the top of those that are written from here."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
CHECKOUT = DOCS.parent
MEASUREMENTS = DOCS / "measurements"
GENERATED = "<!-- Written by docs/generate.py (make docs); do not edit. -->\n\n"
PICTURED = "cournot-antitrust-hardened"
"""The institution that the README shows."""
