"""What a model is asked in a scenario, as training puts it: the prompt of the environment, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.markets import MarketSpec, build_market
from agoranomos.models.engine import Message
from agoranomos.scenarios import Answer, Option, Scenario, ScenarioSpec
from agoranomos.scenarios.settings import setting_of as named_setting_of

MOST_SEEDS = 5_000
"""So many runs are drawn at most in search of prompts of either order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One agent's prompt at the beginning of one run.

    `messages` are the opening, where there is one, and the question of the first round; nothing is added to what the
    environment says. `place` is where in the list of options the first one that breaks the rule stands.
    """

    setting: str
    seed: int
    agent: str
    messages: tuple[Message, ...]
    options: tuple[Option, ...]
    scenario: Scenario[Any] = field(compare=False, repr=False)

    @property
    def place(self) -> int:
        """Where the first option that breaks the rule stands among the options; 0 is the first place."""
        return next(place for place, option in enumerate(self.options) if option.violates)

    def written(self, *, violates: bool) -> str:
        """The reply that chooses the first option that does or does not break the rule, and says nothing else."""
        option = next(option for option in self.options if option.violates == violates)
        return self.scenario.written(self.agent, option.action)

    def read(self, reply: str, *, finished: bool = True) -> Answer:
        """What a reply chooses, by the environment's own parser."""
        return self.scenario.read(self.agent, reply, finished=finished)

    def option(self, action: Sequence[float] | None) -> Option | None:
        """The option that is `action`; None where there is none."""
        return next((option for option in self.options if option.action == action), None)


def asked_in(spec: ScenarioSpec, seed: int) -> tuple[Asked, ...]:
    """The prompts of all agents in the run with this seed; raises as `asked_of`, and `UsageError` for a market."""
    drawn = spec.drawn(seed)
    scenario = build_market(drawn)
    if not isinstance(scenario, Scenario):
        raise UsageError(f"{spec.name} is a market; a scenario was expected")
    return asked_of(scenario, setting_of(drawn), seed)


def asked_of(scenario: Scenario[Any], setting: str, seed: int) -> tuple[Asked, ...]:
    """The prompts of all agents of a scenario as a run with this seed begins.

    Raises `UsageError` where agents answer with a number, or where all options or none break the rule.
    """
    observations, _ = scenario.reset(seed=seed)
    found = []
    for agent in scenario.possible_agents:
        options = scenario.options(agent)
        if len({option.violates for option in options}) != 2:
            raise UsageError(
                f"{scenario.spec.name}: training needs an option that keeps the rule and one that breaks it; "
                f"agents here have {'no options' if not options else 'options of one kind'}"
            )
        opening = scenario.opening(agent)
        messages = [Message("system", opening)] if opening else []
        messages.append(Message("user", scenario.question(agent, observations[agent])))
        found.append(Asked(setting, seed, agent, tuple(messages), options, scenario))
    return tuple(found)


def prompts_of(
    spec: ScenarioSpec, number: int, *, settings: Sequence[str] | None = None, first_seed: int = 0
) -> tuple[Asked, ...]:
    """So many different prompts from runs in a row, in both orders of the options where these can be turned.

    `settings` leaves out all other settings. One agent of each run is asked, each in turn. Both orders of a prompt
    follow each other, so that the place of an option and its letter carry nothing. Raises as `asked_in`, and
    `UsageError` where there are not so many.
    """
    found: list[Asked] = []
    known: set[tuple[Message, ...]] = set()
    for asked in _in_a_row(spec, first_seed):
        if len(found) >= number:
            break
        fresh = [one for one in asked if one.messages not in known]
        if len(fresh) < len(asked) or (settings is not None and asked[0].setting not in settings):
            continue
        found.extend(fresh)
        known.update(one.messages for one in fresh)
    else:
        raise UsageError(
            f"{spec.name} has {len(found)} different prompts; {number} were asked for",
            advice=f"Ask for {len(found)} at most, or give the scenario more settings or reward gaps.",
        )
    return tuple(found[:number])


def setting_of(drawn: MarketSpec) -> str:
    """The name of the setting that a run has drawn, either way round; the scenario's own where it has but one."""
    return named_setting_of(drawn) or drawn.name


def settings_of(spec: ScenarioSpec) -> tuple[str, ...]:
    """The names of the settings that runs of `spec` may have, in their order."""
    known = getattr(spec, "known_settings", None)
    return tuple(dict.fromkeys(map(_root, known()))) if known is not None else (setting_of(spec.drawn(0)),)


def _root(setting: Any) -> str:
    return str(getattr(setting, "root", getattr(setting, "name", setting)))


def _in_a_row(spec: ScenarioSpec, first_seed: int) -> Iterator[tuple[Asked, ...]]:
    """One agent's prompt in each run; with both orders of the options where the specification lets them be turned."""
    turns = [name for name in type(spec).model_fields if name.endswith("_first")]
    orders = [spec.model_copy(update=dict.fromkeys(turns, first)) for first in (False, True)] if turns else [spec]
    for seed in count(first_seed):
        if seed - first_seed >= MOST_SEEDS:
            return
        drawn = [asked_in(each, seed) for each in orders]
        yield tuple(each[seed % len(each)] for each in drawn)
