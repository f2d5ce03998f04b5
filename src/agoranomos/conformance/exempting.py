"""How what is tested says that it cannot hold one of the tests."""

from __future__ import annotations

from typing import ClassVar

import pytest


class Exempting:
    """Skips the tests named in `exempt`, each with its reason; a name that is no test of the class fails."""

    exempt: ClassVar[dict[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _exempted(self, request: pytest.FixtureRequest) -> None:
        for name in self.exempt:
            assert hasattr(self, name), f"{type(self).__name__} is exempt from {name}, which is no test"
        reason = self.exempt.get(request.function.__name__)
        if reason is not None:
            pytest.skip(reason)
