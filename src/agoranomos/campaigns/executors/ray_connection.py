"""The connection to a Ray cluster, and the promise that every node plays by the same code."""

from __future__ import annotations

import os
from typing import Any

from agoranomos.campaigns.folder import environment
from agoranomos.errors import MachineError, UsageError

SECONDS_TO_ANSWER = 120.0
"""How long a node may take to say what it has installed; its first worker process starts for that."""


def connect() -> Any:
    """The `ray` package, connected; raises `MachineError` where it is missing or no cluster can be reached.

    To the cluster of `RAY_ADDRESS`, or else the one that was started on this machine; where there is none, a new one
    is begun here, on this machine alone.
    """
    # Ray would tell its makers of every cluster that is begun.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # A task that asks for no GPU leaves the node's to those that do; later releases of Ray do so unasked.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise MachineError(
            "--executor ray needs the package ray, which is not installed", advice="pip install 'agoranomos[ray]'"
        ) from None
    if ray.is_initialized():
        return ray
    try:
        ray.init(log_to_driver=False, logging_level="error", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = os.environ.get("RAY_ADDRESS", "")
        raise MachineError(
            f"cannot reach the Ray cluster{f' at {where}' if where else ''}: {_first_line(error)}",
            advice="Start one with `ray start --head`, and give its address in RAY_ADDRESS.",
        ) from error
    # What Ray has to say of nodes it would print on standard output, where results stand.
    ray._private.worker._worker_logs_enabled = False
    return ray


def require_alike(ray: Any) -> None:
    """Raise `UsageError` where a node has another Python, or another release of a package that results rest on."""
    here, ask = environment(), ray.remote(num_cpus=0)(environment)
    strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    asked = {
        node["NodeManagerAddress"]: ask.options(scheduling_strategy=strategy(node["NodeID"], soft=False)).remote()
        for node in ray.nodes()
        if node["Alive"]
    }
    for address, answer in asked.items():
        try:
            there = ray.get(answer, timeout=SECONDS_TO_ANSWER)
        except ray.exceptions.RayTaskError as error:
            raise _unlike(address, _first_line(error.cause)) from None
        except ray.exceptions.TaskUnschedulableError:
            continue  # It has left the cluster since it was listed: no run will be played there.
        except ray.exceptions.RayError as error:
            raise MachineError(f"node {address} of the Ray cluster does not answer: {_first_line(error)}") from error
        if differences := unlike(here, there):
            raise _unlike(address, ", ".join(differences))


def unlike(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """What two environments differ in: Python, or a package that both have."""
    mine, theirs = ({"python": one["python"], **one["packages"]} for one in (here, there))
    return [
        f"{name} {theirs[name]} there, {mine[name]} here"
        for name in mine
        if name in theirs and mine[name] != theirs[name]
    ]


def _unlike(address: str, what: str) -> UsageError:
    return UsageError(
        f"node {address} of the Ray cluster differs from this machine: {what}",
        advice="Install the same on every node (pip install -c constraints.txt 'agoranomos[ray]').",
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
