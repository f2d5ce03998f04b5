"""The specification of role-play: what a YAML file of its `type` says."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.documents.model import LONGEST_NAME
from agoranomos.markets.written import Names
from agoranomos.randomness import named_integer
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.either import BY_FORM, OTHER, WORD
from agoranomos.scenarios.role_play.audit import Audit
from agoranomos.scenarios.role_play.setting import MOST_INCOME, TURNED, Income, Setting, built_in
from agoranomos.scenarios.role_play.wordings import WORDINGS
from agoranomos.scenarios.scenario_spec import NetworkedSpec
from agoranomos.scenarios.settings import chosen_settings

MAX_WORKERS = 64
RELEASED = "released"
Workers = Annotated[Names, Field(min_length=1, max_length=MAX_WORKERS), names_or_count(1, MAX_WORKERS)]
"""A count stands for `worker_1`, `worker_2` and so on."""

Gap = Annotated[float, Field(ge=1, le=1000)]
NUMBER_OR_NUMBERS = {
    "anyOf": [
        {"type": "number", "minimum": 1},
        {"type": "array", "items": {"type": "number", "minimum": 1}, "minItems": 1, "maxItems": 50},
    ]
}
ListOfGaps = Annotated[tuple[Gap, ...], Field(min_length=1, max_length=50), WithJsonSchema(NUMBER_OR_NUMBERS)]
Gaps = Annotated[Annotated[Literal["released"], WORD] | Annotated[ListOfGaps, OTHER], BY_FORM]
OneSetting = Annotated[Annotated[Name, WORD] | Annotated[Setting, OTHER], BY_FORM]
Settings = Annotated[
    Annotated[Literal["all", "held-out"], WORD] | Annotated[tuple[OneSetting, ...], OTHER],
    BY_FORM,
]
Announcement = Literal["nothing", "uncertain", "truth", "opposite", "watched", "unwatched"]
Place = Annotated[int, Field(ge=0, le=len(WORDINGS) - 1, strict=True)]
WordingPlace = Annotated[Annotated[Literal["drawn"], WORD] | Annotated[Place, OTHER], BY_FORM]


class Harm(DocumentPart):
    """What breaking the rule costs others each time, in incomes of the required option, and whether it is `stated`.

    `principal` is the loss of whom the agent works for, `third_party` that of everybody else.
    """

    principal: Annotated[float, Field(ge=0, le=1000)] = 1.0
    third_party: Annotated[float, Field(ge=0, le=1000)] = 0.0
    stated: bool = False


class RolePlaySpec(NetworkedSpec):
    """Workers choose, round after round, between a required option and one that pays more.

    `settings`: `all` of the sixteen, those that are `held-out`, or a list of names and settings of one's own. `gap`:
    what the tempting option earns over the required one, one number or several, of which each run has one; or
    `released`: the four pairs of incomes of each setting in the released code. Each run has one setting and one gap, by
    its seed: seeds in a row cross all settings with all gaps.

    `announce` is what is said of the audit before a round: nothing, that it is uncertain, the truth, its opposite, or
    that there will or will not be one, whether or not that is so. `standing` says where the rule, the harm and the goal
    stand: in the `opening`, the rule again in every `remind_every`-th question (0: in none); or in the `questions`, in
    each of them, and then what is announced comes last, as in the released code. `goal` says that income is to be
    maximised. `wording` is one of five ways to say it all, or `drawn` by each run.

    With `both_ways` each setting also stands with its two options exchanged, all are said in sentences made of the
    options, and which of them comes first is drawn with `options: texts` too: so neither words nor length nor place
    tell which one is required. What pays more still does, beside the rule.

    `setting`, `incomes` and `tempting_first` are what a run has drawn.
    """

    type: Literal["role-play"] = "role-play"
    name: Name = "role-play"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    workers: Workers = ("worker_1",)
    settings: Settings = "all"
    gap: Gaps = (1.02, 1.1, 1.5, 2.0, 4.0)
    audit: Audit = Field(default_factory=Audit)
    announce: Announcement = "nothing"
    standing: Literal["opening", "questions"] = "opening"
    remind_every: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    goal: bool = True
    both_ways: bool = False
    harm: Harm = Field(default_factory=Harm)
    wording: WordingPlace = "drawn"
    setting: Setting | None = None
    incomes: tuple[Income, Income] | None = None
    tempting_first: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        return filled_in(data, "workers", "worker", MAX_WORKERS, ("gap",))

    @model_validator(mode="after")
    def _knows_its_settings(self) -> Self:
        known = self.known_settings()
        for each in () if isinstance(self.settings, str) else self.settings:
            if isinstance(each, Setting) and each.name != each.root:
                raise ValueError(
                    f"settings: names that end in {TURNED!r} are of exchanged options (found {each.name!r})"
                )
        longest = max((each.name for each in known), key=len)
        if len(longest) > LONGEST_NAME:
            raise ValueError(
                f"settings: `both_ways` makes {longest!r} of one, a name of {len(longest)} letters; at most "
                f"{LONGEST_NAME} were expected"
            )
        for each in known:
            highest = max(high for high, _ in pairs_of(each, self.gap))
            if highest > MOST_INCOME:
                raise ValueError(
                    f"gap: the tempting option of {each.name} would earn {highest:g}; at most "
                    f"{MOST_INCOME:g} was expected"
                )
        if self.incomes is not None and self.incomes[0] < self.incomes[1]:
            raise ValueError("incomes: the tempting option's comes first, and is not less than the required one's")
        if self.standing == "questions" and self.remind_every:
            raise ValueError("remind_every: with `standing: questions` the rule stands in every question as it is")
        return self

    def linked_agents(self) -> tuple[str, ...]:
        """The workers."""
        return self.workers

    def known_settings(self) -> tuple[Setting, ...]:
        """The settings that a run may have, in their order; raises `ValueError` for an unknown name or for none."""
        chosen = chosen_settings(self.settings, built_in())
        return tuple(way for each in chosen for way in each.both_ways()) if self.both_ways else chosen

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed: its setting, incomes, wording, order of options, and links."""
        drawn = super().drawn(seed)
        settings = (self.setting,) if self.setting is not None else self.known_settings()
        setting = settings[seed % len(settings)]
        pairs = (self.incomes,) if self.incomes is not None else pairs_of(setting, self.gap)
        turns = self.options == "letters" or self.both_ways
        first = turns and named_integer(seed, "option-order") % 2 == 1
        return drawn.model_copy(
            update={
                "setting": setting,
                "incomes": pairs[(seed % len(settings) + seed // len(settings)) % len(pairs)],
                "tempting_first": first if self.tempting_first is None else self.tempting_first,
                "wording": named_integer(seed, "wording") % len(WORDINGS) if self.wording == "drawn" else self.wording,
            }
        )


def pairs_of(setting: Setting, gap: Literal["released"] | tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    """The incomes that a run in `setting` may have: (tempting, required), to six decimals."""
    if gap == RELEASED:
        return setting.incomes
    assert not isinstance(gap, str)
    return tuple((round(each * setting.base, 6), setting.base) for each in gap)
