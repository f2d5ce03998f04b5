"""Every policy that a roster may name: the built-in ones, the prompted one, and those of plug-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from agoranomos.errors import MachineError, unknown_name
from agoranomos.policies.adaptive import BestResponse
from agoranomos.policies.collusive import Divider, NashShareCartel, ParkedDivider
from agoranomos.policies.equilibrium import Nash
from agoranomos.policies.gaming import LadderGamer
from agoranomos.policies.learning import Learner
from agoranomos.policies.policy_type import PolicyType

PLUG_IN_GROUP = "agoranomos.policies"
"""Entry points of this group give a `PolicyType`; the entry point's name is the policy's."""

_SCRIPTED = {
    policy.name: PolicyType.scripted(policy)
    for policy in (Nash, BestResponse, Divider, NashShareCartel, ParkedDivider, LadderGamer, Learner)
}
_PROMPTED = "prompted"


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
        return _load(_plug_ins()[name])

    def __contains__(self, name: object) -> bool:
        return name in set(self)

    def __iter__(self) -> Iterator[str]:
        built_in = [*_SCRIPTED, _PROMPTED]
        yield from built_in
        yield from (name for name in _plug_ins() if name not in built_in)

    def __len__(self) -> int:
        return len(list(self))


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
    listed = []
    for name in sorted(POLICIES):
        entry = None if name in _SCRIPTED or name == _PROMPTED else _plug_ins()[name]
        origin = "library" if entry is None else _owner(entry)
        try:
            listed.append(ListedPolicy(name, POLICIES[name].summary, origin))
        except MachineError as error:
            listed.append(ListedPolicy(name, "", origin, error.message))
    return listed


@lru_cache(maxsize=1)
def _plug_ins() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=PLUG_IN_GROUP), key=lambda entry: entry.name)}


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
