"""The list of models is complete: all that can be opened is in it, and it says what stands in the way."""

import pytest

from agoranomos.errors import MachineError
from agoranomos.models import KNOWN_WEIGHTS, check_engine_name
from agoranomos.models.catalogue import list_models
from agoranomos.models.local import provider as local_provider
from agoranomos.models.mock.styles import STYLES
from agoranomos.models.providers import PROVIDERS
from agoranomos.workspace.registry import Registry


def test_every_provider_every_style_and_all_known_weights_are_listed():
    names = [model.name for model in list_models()]
    assert len(names) == len(set(names))
    assert set(KNOWN_WEIGHTS) <= set(names)
    assert {f"mock/{style}" for style in STYLES} <= {name.partition("?")[0] for name in names}
    assert {name.partition("/")[0] for name in names if "/" in name} == set(PROVIDERS)
    assert all(model.title and model.state for model in list_models())


def test_a_listed_mock_can_be_named():
    for model in list_models():
        if model.name.startswith("mock/"):
            check_engine_name(model.name)


def test_what_is_not_installed_is_told_with_the_command(monkeypatch):
    monkeypatch.setattr(local_provider, "missing_local_modules", lambda: ["torch"])
    (listed,) = [model for model in list_models() if model.name.startswith("hf/")]
    assert listed.state == "run: pip install 'agoranomos[local]'"
    monkeypatch.setattr(local_provider, "missing_local_modules", list)
    (listed,) = [model for model in list_models() if model.name.startswith("hf/")]
    assert listed.state == "ready"


def test_a_plug_in_that_does_not_load_is_listed_with_the_reason(monkeypatch):
    found = Registry.__getitem__

    def broken(self, name):
        if name == "hf":
            raise MachineError("the engine plug-in 'hf' does not load: no torch")
        return found(self, name)

    monkeypatch.setattr(Registry, "__getitem__", broken)
    (listed,) = [model for model in list_models() if model.name == "hf/"]
    assert "does not load: no torch" in listed.state
    with pytest.raises(MachineError):
        PROVIDERS["hf"]
