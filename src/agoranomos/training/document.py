"""`kind: training`: how a model is trained on a scenario. Each `type` has a class here and a verb of `agora train`."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from agoranomos.documents import Document, DocumentPart, Finite, Name
from agoranomos.errors import UsageError
from agoranomos.models.opening import check_engine_name
from agoranomos.training.monitors import Limits
from agoranomos.training.rewards import Rewards

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Positive = Annotated[Finite, Field(gt=0)]
Share = Annotated[Finite, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Lora(DocumentPart):
    """The low-rank adapter that is trained (arXiv 2106.09685): `rank`, `alpha`, `dropout`, and which layers have one.

    `targets` names layers, or is `all-linear` for all but the last.
    """

    rank: Annotated[int, Field(ge=1, le=1024)] = 8
    alpha: Positive = 16
    dropout: Annotated[Finite, Field(ge=0, lt=1)] = 0.0
    targets: Literal["all-linear"] | Annotated[tuple[Text, ...], Field(min_length=1)] = "all-linear"


class Steps(DocumentPart):
    """How the weights move: `epochs` through the data, or so many `steps` where that is given.

    A step takes `batch` times `accumulate` rows. The rate rises over the share `warm_up` of all steps and then falls as
    the `schedule` says. `save_every` steps a checkpoint is kept, from which the same command goes on.
    """

    learning_rate: Positive = 1e-5
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warm_up: Annotated[Finite, Field(ge=0, lt=1)] = 0.0
    epochs: Positive = 1.0
    steps: Count | None = None
    batch: Count = 1
    accumulate: Count = 1
    largest_gradient: Positive = 1.0
    save_every: Count = 50


class HeldOut(DocumentPart):
    """On what it is measured what training did: `prompts` of another `scenario`, or of a `share` of the settings.

    To the first `replies` of them free replies are asked for, too.
    """

    scenario: Text | None = None
    share: Annotated[Finite, Field(gt=0, lt=1)] = 0.25
    prompts: Count = 64
    replies: Annotated[int, Field(ge=0, le=100_000)] = 0


class Dpo(DocumentPart):
    """Direct preference optimisation: the `loss` and its `beta`. Source: Rafailov et al. (2023), arXiv 2305.18290."""

    beta: Positive = 0.1
    loss: Literal["sigmoid", "hinge", "ipo"] = "sigmoid"
    longest: Count = 1024


class Grpo(DocumentPart):
    """Group relative policy optimisation (Shao et al. 2024, arXiv 2402.03300): `group` replies to each prompt.

    `beta` weighs the distance to where training began, `epsilon` clips, `iterations` is the number of updates on each
    batch of replies, which have `max_tokens` at most and are drawn at this `temperature`.
    """

    group: Annotated[int, Field(ge=2, le=1024)] = 4
    beta: Annotated[Finite, Field(ge=0)] = 0.04
    epsilon: Annotated[Finite, Field(gt=0, lt=1)] = 0.2
    iterations: Count = 1
    max_tokens: Count = 64
    temperature: Positive = 1.0


class TrainingDocument(Document):
    """The common keys: a `model` in this process, the `adapter` to begin with if any, the `scenario` it is asked in.

    `prompts` is how many prompts it is trained on. `lora: null` trains all weights. `device` is as in a model's name
    (empty: CUDA where there is one), `threads` how many of the CPU's are used (empty: torch's own number). With
    `thinking` it thinks before it answers, for at most so many tokens, where it is trained as where it is measured.
    """

    kind: Literal["training"]
    version: Literal[1]
    name: Name
    model: Text
    adapter: Text | None = None
    scenario: Text
    prompts: Count = 160
    held_out: HeldOut = Field(default_factory=HeldOut)
    lora: Lora | None = Field(default_factory=Lora)
    steps: Steps = Field(default_factory=Steps)
    seed: Annotated[int, Field(ge=0, le=2**53 - 1)] = 0
    device: Annotated[str, Field(pattern=r"^(|cpu|mps|cuda(:[0-9]+)?)$")] = ""
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    thinking: Count | None = None

    @model_validator(mode="after")
    def _trains_weights_that_are_here(self) -> Self:
        if "?" in self.model:
            raise ValueError("model: options are keys of their own here (`adapter`, `device`)")
        try:
            check_engine_name(self.model)
        except UsageError as error:
            raise ValueError(f"model: {error.message}. {error.advice}") from None
        if self.adapter is not None and self.lora is None:
            raise ValueError("lora: null trains all weights, and an adapter is given to begin with; leave one out")
        if self.adapter is not None and "lora" in self.model_fields_set:
            raise ValueError("lora: the adapter to begin with brings its own rank and layers; leave it out")
        return self

    def model_with(self, adapter: str | None) -> str:
        """The name under which an engine opens the model with an adapter, on the training's device."""
        options = [f"adapter={quote(adapter)}"] if adapter else []
        options += [f"device={self.device}"] if self.device else []
        return f"{self.model}?{'&'.join(options)}" if options else self.model


class DpoTraining(TrainingDocument):
    """`type: dpo`: trains on preference pairs, the reply that keeps the rule before the one that breaks it.

    `pairs`: `written` are the shortest replies that name either option; `distilled` are the model's own, asked for
    under an order to obey and one to disregard, which no prompt keeps.
    """

    type: Literal["dpo"]
    pairs: Literal["written", "distilled"] = "written"
    dpo: Dpo = Field(default_factory=Dpo)

    @model_validator(mode="after")
    def _thinks_where_it_wrote(self) -> Self:
        if self.thinking is not None and self.pairs == "written":
            raise ValueError("thinking: written pairs hold no thoughts; take `pairs: distilled`")
        return self


class GrpoTraining(TrainingDocument):
    """`type: grpo`: trains on rewards for the model's own replies, and watches what it is that gets rewarded."""

    type: Literal["grpo"]
    rewards: Rewards = Field(default_factory=Rewards)
    watch: Limits = Field(default_factory=Limits)
    grpo: Grpo = Field(default_factory=Grpo)


class EvolveTraining(TrainingDocument):
    """`type: evolve`: generation after generation the model plays the scenario and is trained on what it earned.

    It is not told what is right: what it did for more income is put before what it did for less. With `by: dpo` it
    plays each of `prompts` prompts `plays` times, drawn from its own probabilities, and a prompt teaches where two of
    them were different and earned differently. With `by: grpo` the income is the reward of its replies.

    In a share `explore` of its plays it tries any option instead, each as likely: whoever never breaks the rule never
    finds out what that earns. `incomes: shuffled` is the control: all plays of a generation exchange what they earned
    at random, so that training goes on with pairs that say nothing of what pays.
    """

    type: Literal["evolve"]
    generations: Annotated[int, Field(ge=1, le=1000)] = 4
    by: Literal["dpo", "grpo"] = "dpo"
    plays: Annotated[int, Field(ge=2, le=1000)] = 8
    explore: Share = 0.0
    incomes: Literal["earned", "shuffled"] = "earned"
    watch: Limits = Field(default_factory=Limits)
    dpo: Dpo = Field(default_factory=Dpo)
    grpo: Grpo = Field(default_factory=Grpo)

    @model_validator(mode="after")
    def _goes_on_from_an_adapter(self) -> Self:
        if self.lora is None:
            raise ValueError("lora: a generation goes on from the adapter of the one before; null trains none")
        if self.by == "grpo" and self.explore:
            raise ValueError("explore: written replies are drawn at their temperature; exploring goes with `by: dpo`")
        if self.by == "grpo" and self.incomes == "shuffled":
            raise ValueError("incomes: what one reply earned is its reward at once; shuffled goes with `by: dpo`")
        if self.by == "dpo" and self.thinking is not None:
            raise ValueError("thinking: the pairs of plays hold no thoughts; take `by: grpo`")
        return self
