"""The file of trained networks: NumPy arrays and a description in JSON, in one `.npz`. Reading it runs no code."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.errors import MachineError, UsageError
from agoranomos.policies.networks.actor import Actor
from agoranomos.policies.networks.choices import Menu, Range
from agoranomos.policies.networks.features import Features

KIND = "agoranomos-trained-networks"
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes, in the file and unpacked: small networks on small markets take some tens of kilobytes."""


@dataclass(frozen=True, eq=False)
class Trained:
    """The actors by agent, what they were trained on (`about`, plain JSON), and the SHA-256 of the file."""

    actors: Mapping[str, Actor]
    about: Mapping[str, Any]
    sha256: str = ""


def write_trained(path: Path, trained: Trained) -> str:
    """Write the file, whole or not at all; returns its SHA-256. The same networks give the same bytes."""
    arrays: dict[str, np.ndarray] = {}
    agents = []
    for index, (agent, actor) in enumerate(trained.actors.items()):
        choices = actor.choices
        kept = {"rows": choices.rows} if isinstance(choices, Menu) else {"low": choices.low, "high": choices.high}
        kept |= {"mean": actor.mean, "scale": actor.scale, "log_deviation": actor.log_deviation}
        for number, (weight, bias) in enumerate(actor.layers):
            kept |= {f"weight{number}": weight, f"bias{number}": bias}
        arrays |= {f"{index}.{name}": np.asarray(value, dtype=np.float64) for name, value in kept.items()}
        agents.append(
            {
                "agent": agent,
                "parts": [list(part) for part in actor.features.parts],
                "states": actor.features.states,
                "layers": len(actor.layers),
            }
        )
    said = {"kind": KIND, "version": 1, "about": trained.about, "agents": agents}
    data = _packed({**arrays, "description": np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{path.name}.new")
        written.write_bytes(data)
        written.replace(path)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror or error}") from error
    return hashlib.sha256(data).hexdigest()


def read_trained(path: Path) -> Trained:
    """The networks in the file at `path`; raises `UsageError` for anything but what `write_trained` writes."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
    except OSError as error:
        raise UsageError(f"cannot read the weights {path}: {error.strerror or error}") from error
    try:
        arrays = _unpacked(data)
        said = json.loads(arrays["description"].tobytes())
        if said["kind"] != KIND or said["version"] != 1:
            raise ValueError("another kind or version")
        actors = {one["agent"]: _actor(one, index, arrays) for index, one in enumerate(said["agents"])}
    except (
        *(ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile),
        *(MemoryError, NotImplementedError, RecursionError, RuntimeError),  # sizes, methods, depths, passwords claimed
    ) as error:
        raise UsageError(
            f"{path} holds no trained networks ({type(error).__name__}: {error})", advice="agora train ppo writes them."
        ) from error
    return Trained(actors, said["about"], hashlib.sha256(data).hexdigest())


def _actor(said: Mapping[str, Any], index: int, arrays: Mapping[str, np.ndarray]) -> Actor:
    features = Features(tuple((str(name), int(length)) for name, length in said["parts"]), int(said["states"]))
    kept = {name.removeprefix(f"{index}."): array for name, array in arrays.items() if name.startswith(f"{index}.")}
    choices = Menu(kept["rows"]) if "rows" in kept else Range(kept["low"], kept["high"])
    layers = tuple((kept[f"weight{k}"], kept[f"bias{k}"]) for k in range(int(said["layers"])))
    actor = Actor(features, choices, kept["mean"], kept["scale"], layers, kept["log_deviation"])
    if not all(np.isfinite(array).all() for array in kept.values()):
        raise ValueError("a weight is not finite")
    drawn = 0 if isinstance(choices, Menu) else choices.outputs
    if actor.log_deviation.shape != (drawn,) or not (actor.scale > 0.0).all():
        raise ValueError("the spread of draws, or the scale of features, is none")
    if actor.outputs(np.zeros(features.size)).shape != (choices.outputs,):
        raise ValueError("the layers do not fit together")
    return actor


def _packed(arrays: Mapping[str, np.ndarray]) -> bytes:
    """An `.npz` without compression and without the time of day."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return held.getvalue()


def _unpacked(data: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_FILE:
            raise ValueError("it is too large")
        return {
            member.filename.removesuffix(".npy"): np.lib.format.read_array(
                io.BytesIO(archive.read(member)), allow_pickle=False
            )
            for member in archive.infolist()
        }
