"""A campaign to tell trackers of, and a folder where their files go."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.laboratory import Lab, make_lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)
