import re
import subprocess
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.policies import POLICIES, PolicyType, find_policy, list_policies, registry
from agoranomos.policies.equilibrium import Nash
from agoranomos.policies.scripted import NoParameters
from agoranomos.workspace import plug_ins as package_entries

DOCS = Path(__file__).resolve().parents[2] / "docs" / "policies.md"
HEAVY = {"numba", "pygambit", "torch", "transformers"}


class Honest(Nash):
    """Plays Nash, and says so."""

    name = "honest"


@pytest.fixture
def plug_ins(monkeypatch):
    """Pretends that a package brings these entry points."""
    module = types.ModuleType("honest_plug_in")
    module.HONEST = PolicyType.scripted(Honest)
    module.MISNAMED = PolicyType("dishonest", NoParameters, module.HONEST.bind)
    module.NUMBER = 7
    monkeypatch.setitem(sys.modules, "honest_plug_in", module)

    def bring(**entries):
        found = [EntryPoint(name, value, registry.PLUG_IN_GROUP) for name, value in entries.items()]
        installed(monkeypatch, found)

    yield bring
    monkeypatch.undo()
    package_entries._entries.cache_clear()


def installed(monkeypatch, found):
    monkeypatch.setattr(package_entries, "entry_points", lambda group: found if group == registry.PLUG_IN_GROUP else [])
    package_entries._entries.cache_clear()


def test_every_registered_policy_has_a_section_in_the_documentation():
    sections = re.findall(r"^### `([^`]+)`$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted(POLICIES)


def test_every_parameter_is_named_in_its_policys_section():
    parts = re.split(r"^### `([^`]+)`$", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        for parameter in POLICIES[name].parameters.model_fields:
            assert f"`{parameter}`" in text, f"{name}: {parameter}"


def test_a_misspelt_name_gets_the_nearest_one():
    with pytest.raises(UsageError, match=r"unknown policy 'divder'.*\n.*Did you mean 'divider'"):
        find_policy("divder")
    assert "divder" not in POLICIES
    assert 7 not in POLICIES
    assert POLICIES.get("divder") is None


def test_the_registry_is_a_mapping():
    assert len(POLICIES) == len(list(POLICIES))
    assert all(POLICIES[name].name == name for name in POLICIES)
    assert not POLICIES["nash"].needs_engine
    assert not POLICIES["nash"].perceives_text


def test_a_policy_is_loaded_when_it_is_asked_for_and_listing_imports_no_language_model():
    code = "import sys, agoranomos.policies as p; print(*sys.modules); p.list_policies(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported, listed = map(str.split, run.stdout.splitlines())
    assert "agoranomos.policies.learning" not in imported
    assert "agoranomos.policies.learning" in listed
    assert not {"jinja2", *HEAVY} & set(imported)
    assert not HEAVY & set(listed)


def test_a_plug_in_is_a_policy_like_any_other(plug_ins):
    plug_ins(honest="honest_plug_in:HONEST")
    assert find_policy("honest").summary == "Plays Nash, and says so."
    assert next(policy for policy in list_policies() if policy.name == "honest").problem == ""
    assert "honest" in POLICIES


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_package:X", "ModuleNotFoundError"),
        ("honest_plug_in:NUMBER", "it gives a int; a PolicyType was expected"),
        ("honest_plug_in:MISNAMED", "it calls itself 'dishonest'"),
    ],
)
def test_a_plug_in_that_does_not_load_is_an_error_with_its_name_when_asked_for(plug_ins, value, why):
    plug_ins(honest=value)
    assert find_policy("nash").name == "nash"
    with pytest.raises(MachineError, match=rf"(?s)'honest'.*{re.escape(value)}.*{re.escape(why)}"):
        find_policy("honest")
    (listed,) = [policy for policy in list_policies() if policy.name == "honest"]
    assert why in listed.problem


def test_a_plug_in_cannot_take_the_name_of_a_policy_of_the_library(plug_ins):
    plug_ins(nash="honest_plug_in:HONEST")
    assert find_policy("nash").parameters is NoParameters
    assert len(POLICIES) == len(set(POLICIES))
    own, other = [policy for policy in list_policies() if policy.name == "nash"]
    assert (own.origin, own.problem) == ("library", "")
    assert "a policy of the library has this name" in other.problem


def test_two_plug_ins_with_one_name_are_told_apart_from_none(plug_ins, monkeypatch):
    plug_ins(honest="honest_plug_in:HONEST")
    both = [EntryPoint("honest", f"honest_plug_in:{name}", registry.PLUG_IN_GROUP) for name in ("HONEST", "NUMBER")]
    installed(monkeypatch, both)
    with pytest.raises(MachineError, match="has a policy of this name too"):
        find_policy("honest")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sharpnes": 1}, r"policy 'divider': unknown parameter 'sharpnes'\n.*Did you mean 'sharpness'"),
        ({"sharpness": 2}, r"policy 'divider': parameter sharpness: .*at most 1 was expected \(found 2\)"),
        ({"sharpness": float("nan")}, r"parameter sharpness: .*finite"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_nearest_valid_one(given, message):
    with pytest.raises(UsageError, match=message):
        find_policy("divider").parse(given)


def test_a_policy_without_parameters_says_so():
    with pytest.raises(UsageError, match="It has no parameters"):
        find_policy("nash").parse({"sharpness": 1})
