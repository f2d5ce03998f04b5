"""Who answered in a study, noted while it runs; and engines that answer only what is kept, when it is rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from agoranomos.campaigns.folder import write_atomically
from agoranomos.errors import Finding
from agoranomos.models import Caller, Capabilities, Completion, Distribution, Engine, Question, Request, WrappedEngine
from agoranomos.models.calls.store import StoredCalls


class AnsweringModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that answered: its name as rosters write it, who that was, what it could do, and how many calls at once.

    `identity` is the engine's own; empty of a mock, which is a part of this program and is asked again.
    """

    name: str
    identity: str
    capabilities: dict[str, Any]
    width: int


class Answering:
    """The folder `calls/` of a study: the call store, and which models filled it."""

    def __init__(self, folder: Path) -> None:
        self.calls = folder / "calls"
        self._file = self.calls / "models.json"

    def note(self, engine: Engine) -> None:
        """Keep who answers under this name; raises `Finding` where somebody else did before."""
        said = AnsweringModel(engine.name, engine.identity, asdict(engine.capabilities), engine.width)
        known = self.models()
        before = known.get(engine.name)
        if before is not None and before.identity != said.identity:
            raise Finding(
                f"{engine.name} is not what answered in this study before",
                advice="Weights, tokenizer or template changed since. Put the old ones back, or begin in a new folder.",
            )
        self.calls.mkdir(parents=True, exist_ok=True)
        known[engine.name] = said
        write_atomically(self._file, msgspec.json.format(msgspec.json.encode(list(known.values())), indent=1) + b"\n")

    def models(self) -> dict[str, AnsweringModel]:
        """The models that answered so far, by name."""
        if not self._file.is_file():
            return {}
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=list[AnsweringModel])
        except msgspec.MsgspecError as error:
            raise Finding(f"{self._file} is damaged: {error}") from None
        return {model.name: model for model in found}


@dataclass(frozen=True)
class NotedEngines:
    """Opens engines and notes who they are."""

    opener: Callable[[str], Engine]
    answering: Answering

    def open(self, name: str) -> Engine:
        """The engine of that name."""
        engine = self.opener(name)
        self.answering.note(engine)
        return engine


class StoredEngine(WrappedEngine):
    """Answers from the call store what a model answered once, and asks nobody else."""

    def __init__(self, model: AnsweringModel, stored: StoredCalls) -> None:
        self._model = model
        self._stored = stored

    @property
    def name(self) -> str:
        """As rosters name the model."""
        return self._model.name

    @property
    def identity(self) -> str:
        """Who answered."""
        return self._model.identity

    @property
    def width(self) -> int:
        """As many at once as the model took."""
        return self._model.width

    @property
    def capabilities(self) -> Capabilities:
        """Those that the model had."""
        return Capabilities(**self._model.capabilities)

    async def complete(self, request: Request) -> Completion:
        """The reply that was kept; raises `MissingAnswer`."""
        found = self._stored.find(request)
        if not isinstance(found, Completion):
            raise MissingAnswer(self.name, request.caller)
        return found

    async def choose(self, question: Question) -> Distribution:
        """The distribution that was kept; raises `MissingAnswer`."""
        found = self._stored.find(question)
        if not isinstance(found, Distribution):
            raise MissingAnswer(self.name, question.caller)
        return found

    def beside(self, other: Engine) -> Engine:
        """`other`: what no model answered is no part of the store, and is worked out again."""
        return other


class MissingAnswer(Finding):
    """A call of a study has no answer in its call store."""

    def __init__(self, model: str, caller: Caller) -> None:
        agent, number, attempt = caller
        super().__init__(
            f"the call store holds no answer of {model} to call {attempt + 1} of {agent} in round {number}",
            advice="No model is asked. Calls that failed on the way (a timeout, a lost connection) were never kept; "
            "otherwise the store is not the one of this study, or was pruned.",
        )
