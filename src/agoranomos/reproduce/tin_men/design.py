"""The source experiment as a campaign, and beside it a corrected one: many menus, and scripted players in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from agoranomos.errors import UsageError
from agoranomos.reproduce.labels import MOST_MODELS, as_yaml, campaign_head, labels
from agoranomos.reproduce.study import Study
from agoranomos.reproduce.tin_men.published import CALLS, TEMPERATURES

Size = Literal["full", "small"]

FAITHFUL, CORRECTED = "tin-men-faithful.yaml", "tin-men-corrected.yaml"
"""The campaigns' files."""

RANDOM = "random"
SCRIPTED = ("loyal", "company-man", "two-faced", RANDOM)
"""Players that need no model, by the name of what they play; the last takes each entry of its menu alike."""

STORIES = ("vehicle", "film")
"""The two scenarios of the source; the second is a harmless one of ours."""

READERS: Mapping[str, tuple[str, ...]] = {
    "both": ("customer", "company"),
    "customer-only": ("customer",),
    "company-only": ("company",),
    "neither": (),
}
"""By level of the factor `seen-by`: to whom the explanation goes."""

MENUS, REPEATS = 30, 5
SMALL_CALLS, SMALL_MENUS, SMALL_REPEATS = 4, 12, 2
TEMPERATURE = 0.6
"""Of models in the corrected arm."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for. `calls` of each faithful cell and `menus` of the corrected arm: 0 stands for the size's.

    Models answer `by` what they write (an explanation and a choice, as in the source), or, where a model is too small
    for that, by the probability of each choice with each of a few stated reasons. `constrained`: a written reply can be
    nothing but an explanation and a choice.
    """

    models: tuple[str, ...] = ()
    size: Size = "full"
    calls: int = 0
    menus: int = 0
    by: Literal["reply", "choice"] = "reply"
    constrained: bool = False

    @property
    def cell(self) -> int:
        """Calls of each cell of the faithful arm."""
        return self.calls or {"full": CALLS, "small": SMALL_CALLS}[self.size]

    @property
    def drawn(self) -> int:
        """Menus of the corrected arm."""
        return self.menus or {"full": MENUS, "small": SMALL_MENUS}[self.size]

    @property
    def repeats(self) -> int:
        """How often each menu is put in each condition."""
        return {"full": REPEATS, "small": SMALL_REPEATS}[self.size]


def design(asked: Asked) -> Study:
    """The study that answers what was asked; raises `UsageError` for a model that nothing answers to."""
    if not asked.models and (asked.by != "reply" or asked.constrained):
        raise UsageError("--by and --constrained are for models: scripted players neither write nor give probabilities")
    if asked.by == "choice" and asked.constrained:
        raise UsageError("--constrained is for written replies: with --by choice nothing is written")
    if len(asked.models) > MOST_MODELS:
        raise UsageError(f"{len(asked.models)} models were named; at most {MOST_MODELS} were expected")
    letters = _letters(asked.models)
    campaigns = {FAITHFUL: _faithful(asked, letters), CORRECTED: _corrected(asked, letters)}
    settings = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(asked).items()}
    rosters = _scripted() | _asking(asked, letters)
    return Study("tin-men", settings, rosters, {name: as_yaml(text) for name, text in campaigns.items()})


def model_of(player: str) -> str:
    """The letter of the model of a roster, such as `A` of `A-t0-2`; the name of a scripted player as it is."""
    return player.partition("-")[0] if player not in SCRIPTED else player


def _letters(models: Sequence[str]) -> tuple[str, ...]:
    return tuple(label[0] for label, (one, other) in labels(models).items() if one == other) if models else ()


def hot(temperature: float) -> str:
    """How a temperature stands in a roster's name: `t0-2`."""
    return f"t{temperature:g}".replace(".", "-")


def _scripted() -> dict[str, str]:
    return {
        f"{play}.yaml": as_yaml(
            {
                "kind": "roster",
                "version": 1,
                "name": play,
                "about": "Draws from its menu." if play == RANDOM else f"Plays {play} in every round.",
                "agents": [
                    {"policy": "random"} if play == RANDOM else {"policy": "benchmark", "parameters": {"name": play}}
                ],
            }
        )
        for play in SCRIPTED
    }


def _asking(asked: Asked, letters: Sequence[str]) -> dict[str, str]:
    """A roster for each model and temperature. Nobody remembers anything; the faithful ones are asked once."""
    made = {}
    for letter, model in zip(letters, asked.models, strict=True):
        for name, temperature, attempts in (
            *((f"{letter}-{hot(one)}", one, 1) for one in TEMPERATURES),
            (f"{letter}-wiped", TEMPERATURE, 1),
        ):
            parameters: dict[str, Any] = {
                "model": model, "by": asked.by, "memory": "none", "temperature": temperature, "attempts": attempts
            }  # fmt: skip
            if asked.constrained:
                parameters["constrained"] = True
            made[f"{name}.yaml"] = as_yaml(
                {
                    "kind": "roster",
                    "version": 1,
                    "name": name,
                    "about": f"{model} at a temperature of {temperature:g}, asked once a purchase, remembers nothing.",
                    "agents": [{"policy": "answering", "parameters": parameters}],
                }
            )
    return made


def _head(name: str, title: str, market: str, seeds: int, rounds: int) -> dict[str, Any]:
    return campaign_head(name, title, market, seeds, rounds, "override")


def _seen_by(other: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The treatment: the route of the explanation, and with it what the prompt says of its readers."""
    return {
        level: {"market": {"routes": {"choice": ["customer"], "reason": list(readers), "payoff": []}, **(other or {})}}
        for level, readers in READERS.items()
    }


def _faithful(asked: Asked, letters: Sequence[str]) -> dict[str, Any]:
    """Two stories, four conditions, two temperatures: a purchase is a run."""
    head = _head(
        "tin-men-faithful",
        "Tin men as published (arXiv 2307.11137): two stories, who reads the explanation, one purchase a run",
        "tin-men-faithful",
        asked.cell,
        1,
    )
    asking = [f"{letter}-{hot(one)}" for letter in letters for one in TEMPERATURES]
    return head | {
        "rosters": [*SCRIPTED, *asking],
        "factors": {
            "story": {story: {"market": {"domain": story}} for story in STORIES},
            "seen-by": _seen_by({"statements": "offered"} if asked.by == "choice" else None),
        },
        "differs": ["market", "prompts", "calls"],
    }


def _corrected(asked: Asked, letters: Sequence[str]) -> dict[str, Any]:
    """Many menus: each run has one, and puts it as often as it has rounds. Nobody remembers a round."""
    head = _head(
        "tin-men-corrected",
        "Tin men, corrected: drawn menus crossed with who reads the explanation",
        "tin-men-written" if asked.by == "reply" else "tin-men",
        asked.drawn,
        asked.repeats,
    )
    planned: dict[str, Any] = {}
    for letter in letters:
        planned[f"{letter}-company".lower()] = {
            "first": f"ungoverned.{letter}-wiped.company-only",
            "second": f"ungoverned.{letter}-wiped.neither",
        }
        planned[f"{letter}-customer".lower()] = {
            "first": f"ungoverned.{letter}-wiped.customer-only",
            "second": f"ungoverned.{letter}-wiped.neither",
            "role": "exploratory",
        }
    document = head | {
        "rosters": [*SCRIPTED, *(f"{letter}-wiped" for letter in letters)],
        "factors": {"seen-by": _seen_by()},
        "differs": ["market", "prompts", "calls"],
    }
    return document | ({"hypotheses": planned} if planned else {})
