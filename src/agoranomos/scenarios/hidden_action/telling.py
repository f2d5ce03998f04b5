"""Hidden action in words, and as menus: what a worker or a principal can do, is told, and is heard to say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agoranomos.markets.market import Observation
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.hidden_action import theory, words
from agoranomos.scenarios.hidden_action.outcome import Outcome
from agoranomos.scenarios.hidden_action.spec import PRINCIPAL, HiddenActionSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.scenario import Scenario

DECLINE, NOTHING = 0.0, 0.0
"""The first part of a worker's action that takes no contract, the second that reports nothing.

Level k of effort is k + 1 in either part.
"""

NOT_SEEN, DECLINED, IDLE = -1.0, -1.0, -2.0
"""Stand for what is not known, for a contract that was declined, and for a worker that did neither."""

_OUT_OF = re.compile(r"\bof\s+\d+")


class HiddenActionInWords(Delegated[Outcome]):
    """The menus, plays and words of the scenario; words follow from the specification and from what is observed."""

    spec: HiddenActionSpec

    # -- menus and plays ---------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """For a worker: declining, and each level of effort with each report of it. For a principal: its contracts.

        A worker can report nothing, the level that it gave, or the highest.
        """
        spec = self.spec
        if agent == PRINCIPAL:
            return tuple(
                Option("", words.offered(spec, contract), (float(place),), False)
                for place, contract in enumerate(spec.menu)
            )
        said = [Option("", words.declining(spec), (DECLINE, NOTHING), False)]
        for level in range(len(spec.means.levels)):
            for report in self._reports(level):
                code = NOTHING if report is None else float(report + 1)
                text = words.doing(spec, level, report, reports=spec.reporting and not self.writes)
                said.append(Option("", text, (float(level + 1), code), level < spec.asked))
        return tuple(said)

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The named plays under the first round's contract; see `plays_under`."""
        return self.plays_under(agent, 0)

    def plays_under(self, agent: str, offered: int) -> Mapping[str, Sequence[float]]:
        """The named plays of a worker under the contract at this place among the offers.

        `comply` and `diligent` do what is wanted and report it; `violate` and `shirker` give the least effort and
        report nothing, `honest-shirker` reports it, `liar` reports the highest; `decline` takes no contract; `nash` and
        `best-reply` choose the level that is a best reply and report nothing. A principal offers what is worth most to
        it, whatever its play is called.
        """
        names = ("comply", "diligent", "violate", "shirker", "honest-shirker", "liar", "decline", "nash", "best-reply")
        if agent == PRINCIPAL:
            return dict.fromkeys(names, (float(theory.most_profitable(self.spec)),))
        wanted, top = self.spec.asked, len(self.spec.means.levels) - 1
        best = theory.equilibrium(self.spec, self.spec.offers[offered])
        reply = (DECLINE, NOTHING) if best is None else (best + 1.0, NOTHING)
        diligent = (wanted + 1.0, self._code(wanted))
        shirker = (1.0, NOTHING)
        plays = (
            diligent,
            diligent,
            shirker,
            shirker,
            (1.0, self._code(0)),
            (1.0, self._code(top)),
            (DECLINE, NOTHING),
            reply,
            reply,
        )
        return dict(zip(names, plays, strict=True))

    def _code(self, level: int) -> float:
        return level + 1.0 if self.spec.reporting else NOTHING

    def _reports(self, level: int) -> tuple[int | None, ...]:
        """What can be reported with a level, as the menu lists it: nothing, the truth, the highest."""
        if self.writes or not self.spec.reporting:
            return (None,)
        top = len(self.spec.means.levels) - 1
        return (None, level) if level == top else (None, level, top)

    # -- what is written ---------------------------------------------------------------------------------------------

    @property
    def writes(self) -> bool:
        """Whether workers report in their own words."""
        return self.spec.statements == "written" and self.spec.reporting

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """`action` with the level that the text reports: the only one whose name (or number of checks) stands in it.

        A text that names several levels, or none, reports nothing. "Of 10" is no number of checks.
        """
        if action[0] == DECLINE:
            return (DECLINE, NOTHING)
        plain = _OUT_OF.sub(" ", text.lower())
        named = [
            level
            for level, word in enumerate(words.level_words(self.spec))
            if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain)
        ]
        return (action[0], named[0] + 1.0 if len(named) == 1 else NOTHING)

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """A report of what the statement of `action` stands for; empty where it reports nothing."""
        return "" if action[1] == NOTHING else words.report(self.spec, int(action[1]) - 1)

    def read_by(self, agent: str) -> tuple[str, ...]:
        """The workers whose reports the agent is given, where they are written; never its own."""
        given = self.writes and self.spec.gives("report", agent)
        return tuple([worker for worker in self.spec.workers if worker != agent]) if given else ()

    def reply_schema(self, agent: str) -> dict[str, Any]:
        """Of a choice, and of the text of a report where workers write one."""
        return Scenario.reply_schema(self, agent) if agent == PRINCIPAL else super().reply_schema(agent)

    def read(self, agent: str, reply: str, *, finished: bool = True) -> Answer:
        """What a reply chooses, with the code of the report that it makes."""
        if agent == PRINCIPAL:
            return Scenario.read(self, agent, reply, finished=finished)
        return super().read(agent, reply, finished=finished)

    def written(self, agent: str, action: Sequence[float]) -> str:
        """The reply that says `action`."""
        return Scenario.written(self, agent, action) if agent == PRINCIPAL else super().written(agent, action)

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """Who the agent is, what effort costs and brings, what is asked for, and who gets to know what."""
        return words.principal_opening(self.spec) if agent == PRINCIPAL else words.opening(self.spec, agent)

    def question(self, agent: str, observation: Observation) -> str:
        """The contract of the coming round, or for a principal those that it can offer, and how to answer."""
        options = self.options(agent)
        if agent == PRINCIPAL:
            return words.principal_question(self.spec, options)
        contract = self.spec.offers[self.offered(observation)]
        return words.question(self.spec, contract, options, writes=self.writes)

    def feedback(self, agent: str, observation: Observation) -> str:
        """What the agent did, and what it is given of the round."""
        if not observation["round"][0]:
            return ""
        earned = float(observation["round_profit"][0]) if self.shows_profit else None
        others = [worker for worker in self.spec.workers if worker != agent]
        told = words.of_others(self.spec, others, observation)
        if agent == PRINCIPAL:
            return words.principal_feedback(self.spec, observation, others, earned, told)
        return words.feedback(self.spec, observation, earned, told)

    @staticmethod
    def offered(observation: Observation) -> int:
        """The place of the coming round's contract among the offers."""
        return int(observation["contract"][0])
