"""Real campaigns for a browser."""

from __future__ import annotations

import pytest

from viewer.conftest import Made


@pytest.fixture(scope="session")
def real(made: Made) -> Made:
    """Only to be read."""
    return made
