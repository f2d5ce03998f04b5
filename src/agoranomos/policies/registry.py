"""Every policy that a roster may name: the built-in ones, the prompted one, and those of plug-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from agoranomos.errors import MachineError, unknown_name
from agoranomos.policies.adaptive import BestResponse
from agoranomos.policies.benchmark import Benchmark
from agoranomos.policies.collusive import Divider, NashShareCartel, ParkedDivider
from agoranomos.policies.equilibrium import Nash
from agoranomos.policies.gaming import Informer, LadderGamer
from agoranomos.policies.learning import Learner
from agoranomos.policies.policy_type import PolicyType

PLUG_IN_GROUP = "agoranomos.policies"
"""Entry points of this group give a `PolicyType`; the entry point's name is the policy's."""

_SCRIPTED = {
    policy.name: PolicyType.scripted(policy)
    for policy in (
        Nash,
        Benchmark,
        BestResponse,
        Divider,
        NashShareCartel,
        ParkedDivider,
        LadderGamer,
        Informer,
        Learner,
    )
}
_PROMPTED = "prompted"
_BUILT_IN = (*_SCRIPTED, _PROMPTED)


class PolicyRegistry(Mapping[str, PolicyType]):
    """Policies by name. Prompted policies and plug-ins are loaded when they are asked for, not before.

    `registry[name]` raises `KeyError` for an unknown name and `MachineError` for a plug-in that fails to load;
    `find_policy` is the same with help for a misspelt name.
    """

    def __getitem__(self, name: str) -> PolicyType:
        if name in _SCRIPTED:
            return _SCRIPTED[name]
        if name == _PROMPTED:
            from agoranomos.policies.prompted import PROMPTED

            return PROMPTED
        return _only(name)

    def __contains__(self, name: object) -> bool:
        return name in set(self)

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*_BUILT_IN, *(entry.name for entry in _plug_ins())))

    def __len__(self) -> int:
        return len(set(self))


POLICIES = PolicyRegistry()


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """One line of a list of policies; `problem` says why a plug-in does not load, and is empty otherwise."""

    name: str
    summary: str
    origin: str
    problem: str = ""


def find_policy(name: str) -> PolicyType:
    """The registered policy `name`; raises `UsageError` with the nearest name, or the plug-in's `MachineError`."""
    try:
        return POLICIES[name]
    except KeyError:
        raise unknown_name("policy", name, POLICIES) from None


def list_policies() -> list[ListedPolicy]:
    """Every registered policy, the broken plug-ins among them, sorted by name."""
    listed = [ListedPolicy(name, POLICIES[name].summary, "library") for name in _BUILT_IN]
    for entry in _plug_ins():
        summary, problem = "", ""
        try:
            summary = _only(entry.name).summary
        except MachineError as error:
            problem = error.message
        listed.append(ListedPolicy(entry.name, summary, _owner(entry), problem))
    return sorted(listed, key=lambda policy: (policy.name, policy.origin != "library", policy.origin))


@lru_cache(maxsize=1)
def _plug_ins() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=PLUG_IN_GROUP), key=lambda entry: (entry.name, entry.value)))


def _only(name: str) -> PolicyType:
    """The plug-in policy called `name`; raises `KeyError` without any, `MachineError` where the name is disputed."""
    entries = [entry for entry in _plug_ins() if entry.name == name]
    if not entries:
        raise KeyError(name)
    if name in _BUILT_IN:
        raise _failed(entries[0], "a policy of the library has this name")
    if len(entries) > 1:
        raise _failed(entries[0], f"{_owner(entries[1])} ({entries[1].value}) has a policy of this name too")
    return _load(entries[0])


def _load(entry: EntryPoint) -> PolicyType:
    try:
        loaded = entry.load()
    except Exception as error:
        raise _failed(entry, f"{type(error).__name__}: {error}") from error
    if not isinstance(loaded, PolicyType):
        raise _failed(entry, f"it gives a {type(loaded).__name__}; a PolicyType was expected")
    if loaded.name != entry.name:
        raise _failed(entry, f"it calls itself {loaded.name!r}")
    return loaded


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value


def _failed(entry: EntryPoint, why: str) -> MachineError:
    return MachineError(
        f"the policy plug-in {entry.name!r} of {_owner(entry)} ({entry.value}) does not load: {why}",
        advice="Repair or uninstall the plug-in, or use another policy.",
    )
