"""A policy that plays what `agora train ppo` has learnt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from gymnasium import spaces

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.models.engine import Engine
from agoranomos.policies.description import described
from agoranomos.policies.networks import Actor, Menu, Trained, features_of, read_trained
from agoranomos.policies.policy import Decision, Observation, Policy, Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.randomness import Randomness
from agoranomos.workspace import Workspace


class PpoParameters(DocumentPart):
    """The trained networks, and how they are played.

    `weights` is the path of the file that `agora train ppo` wrote, inside the workspace. `agent` says whose network to
    play; the seat's own by default. With `deterministic` the likeliest action is played, else one is drawn.
    """

    weights: str
    agent: str | None = None
    deterministic: bool = False


class Ppo(Policy[None]):
    """Plays a network that was trained by PPO in its market, drawing its actions or taking the likeliest.

    Source: Schulman et al., "Proximal Policy Optimization Algorithms", arXiv 1707.06347 (2017); for independent
    learners de Witt et al., "Is Independent Learning All You Need in the StarCraft Multi-Agent Challenge?", arXiv
    2011.09533 (2020).
    """

    name = "ppo"

    def __init__(self, parameters: PpoParameters, actor: Actor, sha256: str) -> None:
        self.parameters = parameters
        self._actor = actor
        self._sha256 = sha256

    def start(self) -> None:
        """Nothing to remember: what the last round showed is all that the network sees."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The network's action for what is observed and the own standing."""
        row = self._actor.features.row(observation, 0 if notice is None else notice.state_index)
        if self.parameters.deterministic:
            return Decision(self._actor.likeliest(row), None)
        return Decision(self._actor.drawn(row, randomness), None)

    def describe(self) -> dict[str, Any]:
        """The parameters, and the SHA-256 of the weights' file."""
        return {"policy": self.name, "parameters": described(self.parameters), "weights_sha256": self._sha256}


def bind_ppo(
    parameters: PpoParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Ppo:
    """The policy in its seat; raises `UsageError` where the file is no such network, or one of another market."""
    path = _inside(parameters.weights, workspace)
    trained = _trained(path, path.stat().st_mtime_ns if path.is_file() else 0)
    agent = parameters.agent or seat.agent
    if agent not in trained.actors:
        raise UsageError(
            f"{parameters.weights} has no network of {agent}; it has {', '.join(trained.actors)}",
            advice="Name one of them: parameters: {agent: NAME}.",
        )
    actor = trained.actors[agent]
    _require_fit(actor, seat, parameters.weights, str(trained.about.get("market", "another market")))
    return Ppo(parameters, actor, trained.sha256)


def _inside(weights: str, workspace: Workspace | None) -> Path:
    """The file that `weights` means; documents of others pass through here, so it lies inside the workspace."""
    root = Path.cwd() if workspace is None else workspace.root
    path = root / weights
    if not weights or PurePosixPath(weights).is_absolute() or not path.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{weights!r} is no path inside the workspace", advice="For example policies/trained.npz.")
    return path


@lru_cache(maxsize=32)
def _trained(path: Path, changed: int) -> Trained:
    return read_trained(path)


def _require_fit(actor: Actor, seat: Seat, weights: str, market: str) -> None:
    here = features_of(seat.market, seat.agent, actor.features.states)
    if here != actor.features:
        raise UsageError(
            f"{weights} was trained in {market}, where agents see other things than {seat.agent} does here"
        )
    choices, space = actor.choices, seat.market.action_space(seat.agent)
    parts = int(np.prod(space.shape or (1,)))
    taken = choices.rows.shape[1] if isinstance(choices, Menu) else choices.outputs
    if parts != taken:
        raise UsageError(f"{weights} was trained in {market}, where an action has {taken} parts; here it has {parts}")
    if isinstance(space, spaces.Box):
        return  # What is too much here the market makes feasible, and says so.
    if not isinstance(choices, Menu) or not all(_allows(space, row) for row in choices.rows):
        raise UsageError(f"{weights} was trained in {market}, with choices that {seat.agent} does not have here")


def _allows(space: spaces.Space[Any], row: np.ndarray) -> bool:
    """Whether a row of a menu is an action of a space of whole numbers."""
    whole = row.astype(np.int64)
    one = whole[0] if isinstance(space, spaces.Discrete) else whole.astype(space.dtype)
    return bool((whole == row).all()) and bool(space.contains(one))


PPO = PolicyType("ppo", PpoParameters, bind_ppo, (Ppo.__doc__ or "").splitlines()[0])
