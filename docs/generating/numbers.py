"""Numbers as pages show them."""

from __future__ import annotations

from typing import Any


def shown(value: Any) -> str:
    """A number with at most four significant digits, thousands apart."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def shown_mean(found: dict[str, Any] | None) -> str:
    """A mean with its interval, to three digits; a dash where nothing defines it."""
    if found is None or found["point"] is None:
        return "–"
    point, low, high = (
        "" if found[key] is None else f"{found[key]:.3f}".replace("-", "−") for key in ("point", "low", "high")
    )
    return f"{point} ({low} to {high})" if low else point
