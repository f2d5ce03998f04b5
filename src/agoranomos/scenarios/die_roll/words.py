"""What the agent is told and asked, from the templates in `policies/words/die-roll.yaml`.

Nothing here but sentences; who may know what is decided by what is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.die_roll.payoffs import ADMITS, CLAIMS, NOTHING, STATEMENTS
from agoranomos.scenarios.die_roll.spec import AGENT, FACES, DieRollSpec, asked_report
from agoranomos.scenarios.die_roll.theory import Terms
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.wording import wording

GOALS = {"honest": 0, "partial": 3, "maximise": 6}
"""Where the slider stands for what is asked."""

ITEM_WORDS = {"roll": "the roll", "report": "the number that you report", "statement": "what you say of it"}


def opening(spec: DieRollSpec, terms: Terms) -> str:
    """The system message: the task, who is paid, the instruction, who is given what, the check, the guardrail."""
    said = [_said(spec, "role", cents=cents(spec.cents))]
    if spec.share:
        said.append(_said(spec, "shares", kept=percent(spec.share)))
    said.extend(_routes(spec))
    if not terms.reads:
        said.append(_said(spec, "paid-as-rolled" if terms.chance else "paid-the-mean"))
    elif spec.check.told and terms.chance:
        said.append(_said(spec, "audited", chance=percent(float(terms.chance)), fine=cents(spec.check.fine)))
    if spec.responsibility == "asked":
        said.append(_said(spec, "asked-to-write" if spec.statements == "written" else "asked-to-say"))
    said.extend(_instruction(spec))
    return " ".join([*said, *_guardrail(spec, "system")])


def question(spec: DieRollSpec, options: Sequence[Option], round_number: int, roll: int) -> str:
    """The question of a round."""
    said = [_said(spec, "question", round=str(round_number), roll=str(roll)), *_guardrail(spec, "user")]
    return "\n".join([" ".join(said), *put(options, lettered=spec.options == "letters")])


def feedback(
    spec: DieRollSpec,
    *,
    roll: int,
    report: int | None,
    statement: int | None,
    none: bool,
    detected: bool | None,
    earned: float | None,
) -> str:
    """What is told of a round: of the `report` and the `statement` where they are given to the agent (else None).

    `none` says that there was no report; `detected` and `earned` are None where nothing is said of them.
    """
    said = [_said(spec, "was", roll=str(roll))]
    if none:
        said.append(_said(spec, "no-report"))
    if report is not None:
        said.append(_said(spec, "reported", report=str(report)))
    if statement in (CLAIMS, ADMITS):
        assert statement is not None
        said.append(_said(spec, f"said-{STATEMENTS[statement]}"))
    if detected is not None:
        said.append(_said(spec, "found" if detected else "not-found"))
    if earned is not None:
        said.append(_said(spec, "earned" if earned >= 0 else "lost", amount=cents(abs(earned))))
    return " ".join(said)


def option(spec: DieRollSpec, report: int, statement: int) -> str:
    """An entry of the menu."""
    name = "option" if statement == NOTHING else f"option-{STATEMENTS[statement]}"
    return _said(spec, name, report=str(report))


def spelled(spec: DieRollSpec, statement: int) -> str:
    """A text that is coded as `statement`."""
    return "" if statement == NOTHING else _said(spec, f"spelled-{STATEMENTS[statement]}")


def cents(amount: float) -> str:
    """An amount of money."""
    return f"{number(amount)} {'cent' if amount == 1 else 'cents'}"


def percent(share: float) -> str:
    """A share in percent, to four digits."""
    return f"{share * 100:.4g}%"


def _said(spec: DieRollSpec, sentence: str, **values: str) -> str:
    return wording("die-roll").said(sentence, spec.paraphrase, **values)


def _routes(spec: DieRollSpec) -> list[str]:
    """A sentence a party on what the routes give it."""
    said = []
    for party in spec.parties():
        if party == AGENT:
            continue
        items = [ITEM_WORDS[item] for item in spec.ITEMS if spec.gives(item, party)]
        name = f"the {party}"
        text = _said(spec, "sees" if items else "sees-nothing", party=name, items=", ".join(items))
        said.append(text[0].upper() + text[1:])
    return said


def _instruction(spec: DieRollSpec) -> list[str]:
    """Who instructs, and what is asked, by the interface of the file."""
    if spec.asks == "nothing":
        return []
    lead = _said(spec, f"instructed-{spec.instructs}")
    if spec.interface == "plain":
        return [lead, _said(spec, f"plain-{spec.asks}")]
    if spec.interface == "goal":
        return [lead, _said(spec, "goal", goal=str(GOALS[spec.asks]))]
    rolls, row = (FACES, "rule-row") if spec.interface == "rules" else (spec.shown_rolls(), "example-row")
    rows = [_said(spec, row, roll=str(roll), report=str(asked_report(spec.asks, roll))) for roll in rolls]
    return [lead, _said(spec, spec.interface, rows=" ".join(rows))]


def _guardrail(spec: DieRollSpec, place: str) -> list[str]:
    where, _, kind = spec.guardrail.partition("-")
    return [_said(spec, f"guardrail-{kind}")] if where == place else []
