"""Many sessions of Q-learning, compiled, on as many threads as asked for; the results do not depend on how many."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from agoranomos.errors import MachineError
from agoranomos.learning.q_learning import LearningGame, QLearning
from agoranomos.learning.q_learning_draws import first_joint, session_key
from agoranomos.learning.q_learning_reference import Learned

Kernel = Callable[..., tuple[int, bool, int, int]]


def kernel() -> Kernel:
    """The compiled form; raises `MachineError` without Numba."""
    try:
        from agoranomos.learning.q_learning_kernel import play
    except ImportError as error:
        raise MachineError(
            f"learning at full speed needs Numba ({error})", advice="Install it: pip install 'agoranomos[learn]'."
        ) from None
    compiled: Kernel = play
    return compiled


def learn(game: LearningGame, rule: QLearning, key: int) -> Learned:
    """One session with the draws that `key` names, compiled; equal to `learn_in_python`, bit for bit."""
    values = game.initial_values(rule.discount)
    best, greedy = values.max(axis=2), values.argmax(axis=2)
    periods, converged, joint, standing = kernel()(
        np.uint64(key),
        np.array(game.sizes),
        np.array(game.strides),
        game.rewards,
        game.following,
        np.cumsum(game.chances),
        game.perceived,
        game.standings,
        rule.learning_rate,
        rule.discount,
        math.exp(-rule.decay),
        rule.stable,
        rule.most,
        values,
        best,
        greedy,
        first_joint(key, game.joint),
    )
    return Learned(values, greedy, int(periods), bool(converged), int(joint), int(standing))


def sessions(
    game: LearningGame, rule: QLearning, seed: int, numbers: Iterable[int], *, workers: int = 1
) -> Iterator[tuple[int, Learned]]:
    """The sessions with these numbers as they end, `workers` at a time; at most as many wait to be taken."""
    kernel()
    waiting = iter(numbers)
    running: dict[Future[Learned], int] = {}
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as threads:

        def start() -> None:
            for number in waiting:
                running[threads.submit(learn, game, rule, session_key(seed, number))] = number
                return

        try:
            for _ in range(max(workers, 1)):
                start()
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for one in sorted(done, key=running.__getitem__):
                    number = running.pop(one)
                    start()
                    yield number, one.result()
        finally:
            for one in running:
                one.cancel()
