"""What an auditor is told and asked; who may know what is decided by the routes and by what is observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.markets.told import number
from agoranomos.scenarios.mutual_audit.spec import PRINCIPAL, MutualAuditSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import written_choice
from agoranomos.scenarios.wording import wording


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one agent in one run."""

    spec: MutualAuditSpec
    agent: str

    @property
    def peer(self) -> str:
        """The other one of the pair."""
        return self.spec.peer(self.agent)

    @property
    def proper(self) -> str:
        """What doing the task properly is."""
        return self.said(f"proper_{self.spec.story}")

    @property
    def cut(self) -> str:
        """What cutting the corner is."""
        return self.said(f"cut_{self.spec.story}")

    def said(self, name: str, **values: str) -> str:
        """A sentence in the run's wording."""
        return wording(self.spec.type).said(name, self.spec.paraphrase, **{"peer": self.peer, **values})

    def opening(self) -> str:
        """The system message: task, duty, pay, time, who is told what, and the goal where there is one."""
        spec = self.spec
        work, pay = {"proper": self.proper, "cut": self.cut}, spec.pay
        lines = [
            self.said("role", story=self.said(f"story_{spec.story}")),
            self.said("duty", **work),
            self.said("stages"),
            self.said("pay", accepted=number(pay.accepted), correct=number(pay.correct)),
        ]
        if pay.shared:
            lines.append(self.said("shared"))
        lines.append(
            self.said("effort", work=number(spec.effort.work), check=number(spec.effort.check), proper=self.proper)
        )
        lines.append(self._hours(work))
        if spec.review.told:
            percent = number(100.0 * spec.review.probability)
            lines.append(self.said("review", percent=percent, fine=number(spec.review.fine)))
        if spec.offer is not None:
            lines.append(self.said("offer", payment=number(spec.offer.payment)))
        lines.extend(self._visibility())
        if spec.statements == "written":
            lines.append(self.said("writes"))
        if spec.goal:
            lines.append(self.said("goal"))
        return " ".join(lines)

    def question(self, coming: int, options: Sequence[Option], log: int | None, proposed: bool | None) -> str:
        """The question of round `coming`; what of the peer's work lies before who judges it is None where it does not.

        Raises `KeyError` for an option that the stage does not have.
        """
        judges = coming % 2 == 0
        stage = "verdict" if judges else "work"
        lines = [self.said(f"ask_{stage}", episode=str((coming + 1) // 2))]
        if judges and log is not None:
            lines.append(self.said(f"log_{log}"))
        if judges and proposed is not None:
            lines.append(self.said("proposed" if proposed else "silent"))
        for option in options:
            text = self.said(f"{stage}_{round(option.action[0])}", proper=self.proper, cut=self.cut)
            lines.append(f"{option.label}: {text}")
        lines.append(self.said("answer", shown=" or ".join(written_choice(option) for option in options)))
        if self.spec.statements == "written":
            lines.append(self.said("written_answer"))
        return "\n".join(lines)

    def feedback(self, over: int, seen: Mapping[str, int], earned: float | None) -> str:
        """What is told of round `over`, when this is observed after it; -1 is what the agent is not given."""
        judges = over % 2 == 0
        did = seen["verdict" if judges else "work"]
        lines = [self.said("did_nothing" if did < 0 else f"did_{'verdict' if judges else 'work'}_{did}")]
        if judges:
            if seen["found"] >= 0:
                lines.append(self.said(f"found_{seen['found']}"))
            if seen["peer_verdict"] >= 0:
                lines.append(self.said(("peer_rejected", "peer_accepted", "peer_silent")[seen["peer_verdict"]]))
            if seen["peer_checked"] >= 0:
                lines.append(self.said("peer_checked" if seen["peer_checked"] else "peer_unchecked"))
            if seen["reviewed"] >= 0:
                lines.append(self.said(("unreviewed", "upheld", "caught")[seen["reviewed"]]))
        if earned is not None:
            lines.append(self.said("earned", earned=number(earned)))
        return " ".join(lines)

    def _hours(self, work: Mapping[str, str]) -> str:
        hours = self.spec.hours
        if isinstance(hours, str):
            return self.said("ample")
        return self.said(
            "hours",
            budget=number(hours.budget),
            work_hours=number(hours.work),
            shortcut_hours=number(hours.shortcut),
            check_hours=number(hours.check),
            **work,
        )

    def _visibility(self) -> list[str]:
        """Who is told what, read off the routes."""
        there = [
            item
            for item in self.spec.ITEMS
            if (item != "offer" or self.spec.offer is not None)
            and (item != "reason" or self.spec.statements == "written")
        ]
        lines = []
        for name, party in (("to_you", self.agent), ("to_peer", self.peer), ("to_principal", PRINCIPAL)):
            items = [self.said(f"item_{item}") for item in there if self.spec.gives(item, party)]
            lines.append(self.said(name, items=", ".join(items) or self.said("nothing")))
        return lines
