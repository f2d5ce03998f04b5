"""`agora log show`."""

from __future__ import annotations

import json
import textwrap
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from agoranomos.cli.log_places import is_log, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, visible
from agoranomos.errors import Finding, UsageError, unknown_name

MAX_SUMMARY = 110


def show(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign's ledger.")],
    round_number: Annotated[int | None, typer.Option("--round", min=0, metavar="N", help="Only this round.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Only entries about this agent.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only entries of this kind, such as sanction.")
    ] = None,
    tail: Annotated[int | None, typer.Option("--tail", min=1, metavar="N", help="Only the last N of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the entries of a log, one line each, whether or not its writer lives.

    Nothing is verified: that is `agora log verify`.

    Example:  agora log show logs/CAMPAIGN/runs/ARM/0 --kind sanction
    """
    place = place_of_log(log)
    if not is_log(place):
        raise UsageError(f"{place} is not one log", advice="Give the folder of one run, such as runs/ARM/SEED.")
    wanted = _Wanted(round_number, agent, kind)
    printer = _Json() if as_json else _Lines()
    lying = _Lying(place)
    whole = round_number is None and agent is None and kind is None
    chosen: Iterator[dict[str, Any]] = filter(wanted.holds, lying.entries(tail if whole else None))
    for entry in chosen if tail is None else deque(chosen, tail):
        printer.take(entry, wanted.seats)
    if not printer.shown:
        wanted.require_known()
    printer.end()
    if not as_json:
        told = f"; {lying.unsigned} of them are not signed: their writer died, or is at work" if lying.unsigned else ""
        told += f"; after them {lying.torn}" if lying.torn else ""
        say(f"{printer.shown} of {lying.size} entries{told}; not verified (agora log verify {log})")


class _Lying:
    """The entries as they lie in the folder, one at a time; those after the signed ones may end in a torn one."""

    def __init__(self, place: Path) -> None:
        from agoranomos.logs.unverified import newest_checkpoint

        self._place = place
        newest = newest_checkpoint(place)
        self._signed = newest.size if newest is not None else 0
        self.size = 0
        self.torn = ""

    @property
    def unsigned(self) -> int:
        """How many follow the last signed one."""
        return max(0, self.size - self._signed)

    def entries(self, tail: int | None) -> Iterator[dict[str, Any]]:
        """Entry 0, and then all, or those from which on `tail` are left; raises `Finding` for what is no entry."""
        from agoranomos.institutions.parts import Joiner
        from agoranomos.logs import LogFault
        from agoranomos.logs.unverified import lines_as_they_lie

        joiner = Joiner()
        try:
            for index, line in enumerate(lines_as_they_lie(self._place)):
                self.size = index + 1
                whole = joiner.take(line)
                if whole is not None and (tail is None or whole.first == 0 or index >= self._signed - tail):
                    yield self._entry(whole.first, whole.line)
        except LogFault as fault:
            if self.size < self._signed:
                raise
            self.torn = fault.message
        if joiner.waits and not self.torn:
            self.torn = "parts of an entry whose last part is missing"
        if self.size < self._signed:
            raise Finding(f"entry {self.size} is missing: {self._signed} are signed", advice=self._verify)

    def _entry(self, index: int, line: bytes) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            raise Finding(f"entry {index} is not JSON", advice=self._verify) from None
        if not isinstance(entry, dict) or not isinstance(entry.get("body"), dict) or "kind" not in entry:
            raise Finding(f"entry {index} is no entry of a run or a ledger", advice=self._verify)
        return {**entry, "kind": str(entry["kind"]), "seq": index}

    @property
    def _verify(self) -> str:
        return f"Run: agora log verify {self._place}"


class _Wanted:
    """The filters, and what they could have been: a misspelt one is an error, not an empty answer."""

    def __init__(self, round_number: int | None, agent: str | None, kind: str | None) -> None:
        self._round, self._agent, self._kind = round_number, agent, kind
        self._kinds = {"opened", "round", "transition", "sanction", "announced", "notice", "switched", "closed"}
        self._agents: set[str] = set()
        self.seats: tuple[str, ...] = ()

    def holds(self, entry: dict[str, Any]) -> bool:
        """Whether the entry is wanted."""
        if entry["seq"] == 0:
            self.seats = seats_of(entry)
            self._agents.update(self.seats)
        self._kinds.add(entry["kind"])
        agents = agents_of(entry) if self._agent is not None else set()
        self._agents |= agents
        return (
            (self._round is None or entry.get("round") == self._round)
            and (self._kind is None or entry["kind"] == self._kind)
            and (self._agent is None or self._agent in agents)
        )

    def require_known(self) -> None:
        """Raise `UsageError` for a filter that names nothing that the log holds."""
        if self._kind is not None and self._kind not in self._kinds:
            raise unknown_name("kind", self._kind, self._kinds)
        if self._agent is not None and self._agent not in self._agents:
            raise unknown_name("agent", self._agent, self._agents)


class _Lines:
    """One line an entry, as it comes."""

    def __init__(self) -> None:
        self.shown = 0

    def take(self, entry: dict[str, Any], seats: tuple[str, ...]) -> None:
        if not self.shown:
            say(_row("entry", "round", "kind", "what"))
        self.shown += 1
        say(_row(str(entry["seq"]), str(entry.get("round", "")), entry["kind"], _summary(entry, seats)))

    def end(self) -> None:
        """Nothing follows."""


class _Json:
    """A JSON array, an element at a time."""

    def __init__(self) -> None:
        self.shown = 0

    def take(self, entry: dict[str, Any], seats: tuple[str, ...]) -> None:
        text = json.dumps(entry, indent=2, ensure_ascii=True, allow_nan=False)
        print(("," if self.shown else "[") + f"\n{textwrap.indent(text, '  ')}", end="")
        self.shown += 1

    def end(self) -> None:
        print("\n]" if self.shown else "[]")


def _row(entry: str, number: str, kind: str, what: str) -> str:
    return f"{entry:>7}  {number:>5}  {visible(kind):<10}  {what}"


def seats_of(opened: dict[str, Any]) -> tuple[str, ...]:
    """The names of a run's agents in the market's order, from its entry 0; none of a ledger."""
    facts = opened["body"].get("facts")
    return tuple(str(name) for name in facts.get("agents", ())) if isinstance(facts, dict) else ()


def agents_of(entry: dict[str, Any]) -> set[str]:
    """The agents an entry is about; a round is about every agent with a case in it or a decision on record."""
    body = entry["body"]
    named = [body, *body.get("cases", ()), *body.get("decisions", ()), *body.get("roster", ())]
    return {str(part["agent"]) for part in named if isinstance(part, dict) and "agent" in part}


def _summary(entry: dict[str, Any], seats: tuple[str, ...]) -> str:
    body = entry["body"]
    if entry["kind"] == "opened" and "facts" in body:
        institution = (body.get("institution") or {}).get("name", "no institution")
        institution += "".join(f", {_switched(one)}" for one in body.get("switches", ()))
        text = f"{body['facts'].get('market')}, {institution}, seed {body.get('seed')}, {body.get('rounds')} rounds"
        forked = body.get("forked")
        text = f"forked from {forked.get('origin')} after round {forked.get('round')}: {text}" if forked else text
    elif entry["kind"] == "round":
        text = _round(body, seats)
    elif entry["kind"] == "transition":
        text = f"{body.get('agent')} {body.get('edge')} on {body.get('event')}"
        text += f"; blocked: {body['blocked']}" if body.get("blocked") else ""
    elif entry["kind"] == "sanction":
        text = f"{body.get('agent')} {body.get('sanction')} under {body.get('rule')}{_amount(body)}"
    elif entry["kind"] == "announced":
        text = f"{body.get('agent')} {body.get('sanction')} under {body.get('rule')}{_amount(body)}, announced only"
    elif entry["kind"] == "notice":
        text = (
            f"{body.get('agent')} from round {body.get('effective_round')}: {' '.join(str(body.get('text')).split())}"
        )
    elif entry["kind"] == "switched":
        text = f"from round {body.get('effective_round')}: {body.get('institution') or 'no institution'}"
    elif entry["kind"] == "attested":
        signers = ", ".join(str(one.get("actor")) for one in body.get("signatures", ()))
        text = f"signed by {signers}, who had seen {(body.get('seen') or {}).get('size')} entries"
    else:
        text = " ".join(f"{key}={_short(value)}" for key, value in body.items())
    text = visible(text)
    return text if len(text) <= MAX_SUMMARY else text[: MAX_SUMMARY - 3] + "..."


def _switched(one: dict[str, Any]) -> str:
    name = (one.get("institution") or {}).get("name", "none")
    return f"{name} from round {one.get('first_round')}"


def _round(body: dict[str, Any], seats: tuple[str, ...]) -> str:
    actions = body.get("actions", [])
    names = seats if len(seats) == len(actions) else tuple(str(index) for index in range(len(actions)))
    parts = [f"{name} {', '.join(_units(q) for q in row)}" for name, row in zip(names, actions, strict=True)]
    cases = [f"case against {case.get('agent')}" for case in body.get("cases", ())]
    return "; ".join([*parts, *cases])


def _amount(body: dict[str, Any]) -> str:
    if body.get("amount_e6"):
        return f": {_units(body['amount_e6'])}"
    if body.get("rounds"):
        return f": {body['rounds']} rounds"
    return ""


def _units(value: Any) -> str:
    return f"{value / 1e6:,.2f}" if isinstance(value, int) else str(value)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
