"""Watches what is rewarded: how long replies are, how many cannot be read, and whether a letter alone earns the reward.

A model that is rewarded for a letter learns the letter. So it is asked at each step how much of the reward a rule would
explain that reads nothing but the label that was chosen, or nothing but its place in the list: epsilon squared, the
correlation ratio less what chance explains (Kelley 1935, An unbiased correlation ratio measure, PNAS 21), below 0 where
there is nothing to it.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.randomness import named_generator
from agoranomos.training.asked import Asked
from agoranomos.training.pairs import Pair
from agoranomos.training.rewards import Judged

PURPOSE = "training-leakage"
TOO_OFTEN = 0.75

RARE = 0.001
"""A warning is given where chance alone explains as much less often; it is looked at anew at every step."""

EXCHANGES = 2_000

Share = Annotated[Finite, Field(ge=0, le=1)]
Warn: TypeAlias = Callable[[str], None]


class Limits(DocumentPart):
    """When a warning is given, over the last `window` replies.

    `unparseable`: more than this share of them cannot be read. `longer`: they are this many times as long, or as short,
    as those of the first window. `leakage`: label or place explain more than this share of the reward.
    """

    window: Annotated[int, Field(ge=8, le=100_000)] = 64
    unparseable: Share = 0.5
    longer: Annotated[Finite, Field(gt=1, le=1000)] = 2.0
    leakage: Share = 0.2


class Monitor:
    """Takes the replies of each step, writes a line of JSON about them, and warns once of each thing that is wrong."""

    def __init__(self, path: Path, limits: Limits, warn: Warn) -> None:
        self._path, self._limits, self._warn = path, limits, warn
        self._recent: deque[Judged] = deque(maxlen=limits.window)
        self._first_length: float | None = None
        self._warned: set[str] = set()

    def go_on_from(self, step: int) -> None:
        """Keep what was written of the steps before this one; the window begins anew."""
        if self._path.is_file():
            lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
            self._path.write_text("".join(line for line in lines if json.loads(line)["step"] < step), encoding="utf-8")

    def take(self, step: int, replies: Sequence[Judged]) -> dict[str, Any]:
        """What is seen after this step, which is also written down; numbers are over the last window of replies."""
        self._recent.extend(replies)
        recent = list(self._recent)
        full = len(recent) == self._limits.window
        length = float(np.mean([one.characters for one in recent]))
        if full and self._first_length is None:
            self._first_length = length
        read = [one for one in recent if one.option is not None]
        by_label, by_place = leaked(read, label=True), leaked(read, label=False)
        seen: dict[str, Any] = {
            "step": step,
            "replies": len(recent),
            "reward": float(np.mean([one.reward for one in recent])),
            "characters": length,
            "cut_off": float(np.mean([not one.finished for one in recent])),
            "unparseable": 1.0 - len(read) / len(recent),
            "violations": float(np.mean([one.option.violates for one in read if one.option])) if read else None,
            "label_explains": by_label.share,
            "place_explains": by_place.share,
            "label_by_chance": by_label.chance,
            "place_by_chance": by_place.chance,
        }
        found = self._faults(seen) if full else {}
        seen["warnings"] = sorted(found)
        for name in [name for name in found if name not in self._warned]:
            self._warned.add(name)
            self._warn(f"step {step}: {found[name]}")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(seen, sort_keys=True) + "\n")
        return seen

    def _faults(self, seen: dict[str, Any]) -> dict[str, str]:
        limits, found = self._limits, {}
        if seen["unparseable"] > limits.unparseable:
            found["unparseable"] = f"{seen['unparseable']:.0%} of the replies cannot be read"
        ratio = seen["characters"] / self._first_length if self._first_length else 1.0
        if not 1.0 / limits.longer <= ratio <= limits.longer:
            found["length"] = f"replies are {ratio:.2g} times as long as at first"
        for what in ("label", "place"):
            share, chance = seen[f"{what}_explains"], seen[f"{what}_by_chance"]
            if share is not None and share > limits.leakage and chance < RARE:
                found[what] = f"the {what} of the chosen option alone explains {share:.0%} of the reward"
        return found


@dataclass(frozen=True, slots=True)
class Leaked:
    """The `share` of the reward that a label or place explains, and how often as much is explained by `chance`."""

    share: float | None
    chance: float


def leaked(read: Sequence[Judged], *, label: bool) -> Leaked:
    """What the label of the chosen option, or its place, explains of the reward, prompts being the unit.

    The replies to one prompt that choose one option are one value, their mean, since they earn the same but for
    audits. Which of two options is right is, where nothing leaks, a coin for each prompt: `chance` exchanges the labels
    of prompts at random. None where prompts have other labels, as those have whose options are named by their own
    words, or other than two.
    """
    labels = {
        frozenset(option.label for option in one.asked.options) if label else len(one.asked.options) for one in read
    }
    if len(labels) != 1 or any(len(one.asked.options) != 2 for one in read):
        return Leaked(None, 1.0)
    names = sorted({option.label for one in read for option in one.asked.options})
    earned: dict[tuple[Asked, int], list[float]] = {}
    for one in read:
        assert one.option is not None
        assert one.place is not None
        group = names.index(one.option.label) if label else one.place
        earned.setdefault((one.asked, group), []).append(one.reward)
    groups, values = np.array([group for _, group in earned]), np.array([np.mean(each) for each in earned.values()])
    share = explained(groups.tolist(), values.tolist())
    if share is None:
        return Leaked(None, 1.0)
    prompts = {asked: at for at, asked in enumerate(dict.fromkeys(asked for asked, _ in earned))}
    owner = np.array([prompts[asked] for asked, _ in earned])
    coins = named_generator(len(prompts), PURPOSE).integers(0, 2, (EXCHANGES, len(prompts)))
    by_chance = _between(groups ^ coins[:, owner], values)
    return Leaked(share, float((1 + (by_chance >= _between(groups, values) - 1e-12).sum()) / (1 + EXCHANGES)))


def _between(groups: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The squares between two groups, 0 and 1 in the last axis of `groups`; `explained` rises with them."""
    ones, number = groups.sum(axis=-1), len(values)
    sums = (groups * values).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.nan_to_num((sums - ones * values.mean()) ** 2 * number / (ones * (number - ones)))
    return np.asarray(found, dtype=np.float64)


def explained(groups: Sequence[Hashable], rewards: Sequence[float]) -> float | None:
    """Epsilon squared of `rewards` by `groups`: the share that they explain, less what chance would.

    None where it does not exist: rewards that do not vary, one group, or no group with two members.
    """
    values = np.asarray(rewards, dtype=np.float64)
    names = sorted(set(groups), key=repr)
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    within_df = len(values) - len(names)
    if total <= 1e-12 or len(names) < 2 or within_df < 1:
        return None
    owners = np.array([names.index(group) for group in groups])
    within = sum(float(((values[owners == i] - values[owners == i].mean()) ** 2).sum()) for i in range(len(names)))
    return 1.0 - (within / within_df) / (total / (len(values) - 1))


def of_pairs(pairs: Sequence[Pair]) -> dict[str, Any]:
    """What a set of pairs would teach by letter, place or length alone.

    `label_rule` and `place_rule` are the shares of pairs that one answers rightly who always says the commonest chosen
    label, or takes the commonest place; `longer_chosen` is the share whose chosen reply is the longer one (a half for
    equal ones).
    """
    lengths = [0.5 + 0.5 * np.sign(len(pair.chosen) - len(pair.rejected)) for pair in pairs]
    return {
        "pairs": len(pairs),
        "label_rule": _commonest([pair.label for pair in pairs]),
        "place_rule": _commonest([pair.place for pair in pairs]),
        "longer_chosen": float(np.mean(lengths)) if pairs else None,
    }


def faults_of_pairs(seen: dict[str, Any]) -> list[str]:
    """What of `of_pairs` a model could learn in place of the rule, in words: what is right in three pairs of four."""
    found = [
        f"always the same {what} is right for {seen[f'{what}_rule']:.0%} of the prompts"
        for what in ("label", "place")
        if (seen[f"{what}_rule"] or 0.0) > TOO_OFTEN
    ]
    longer = seen["longer_chosen"]
    if longer is not None and not 1.0 - TOO_OFTEN <= longer <= TOO_OFTEN:
        which = "longer" if longer > 0.5 else "shorter"
        found.append(f"the {which} reply is right for {max(longer, 1.0 - longer):.0%} of the prompts")
    return found


def _commonest(names: Sequence[Hashable]) -> float | None:
    return max(names.count(name) for name in set(names)) / len(names) if names else None
