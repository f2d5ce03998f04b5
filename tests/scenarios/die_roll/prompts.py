"""Every prompt of die-roll that a treatment or a route changes, in all paraphrases: what `prompts.txt` holds."""

from __future__ import annotations

from itertools import product
from typing import get_args

from agoranomos.scenarios.die_roll import DieRoll, DieRollSpec
from agoranomos.scenarios.die_roll.spec import Asked, Guardrail, Interface

ITEMS = ("roll", "report", "statement")


def conditions():
    """The keys of each condition on top of the default file, by a name.

    Whatever one of the two others is not given of a round is given to the other: all that each can be given.
    """
    yield "unasked", {"asks": "nothing"}
    for interface, asks in product(get_args(Interface), get_args(Asked)[1:]):
        yield f"{interface} {asks}", {"interface": interface, "asks": asks}
    yield "platform", {"instructs": "platform"}
    for guardrail in get_args(Guardrail)[1:]:
        yield guardrail, {"guardrail": guardrail}
    yield "checked", {"check": {"probability": "threshold", "fine": 2.0}}
    yield "checked untold", {"check": {"probability": "threshold", "fine": 2.0, "told": False}}
    yield "unpaid", {"share": 0.0}
    yield "written", {"responsibility": "asked", "statements": "written"}
    for given in product((True, False), repeat=3):
        routes = {item: ("principal",) if own else ("payer",) for item, own in zip(ITEMS, given, strict=True)}
        name = "principal has " + " ".join(item for item, own in zip(ITEMS, given, strict=True) if own)
        routes["roll"] = ("agent", *routes["roll"])
        yield name, {"responsibility": "asked", "routes": routes}


def prompts() -> str:
    """The opening of all of them, and in one paraphrase the question and what is told of rounds.

    The rounds are one with a false report and one with none. What is the same in all conditions stands in the first.
    """
    lines = []
    for place, (name, fields) in enumerate(conditions()):
        lines.append(f"=== {name}")
        for wording in range(DieRollSpec.WORDINGS):
            made = DieRoll(DieRollSpec(wording=wording, rolls=(2, 5), shown=(1, 3, 4, 6), **fields))
            observations, _ = made.reset(seed=1)
            lines.append(f"--- {wording}\n{made.opening('agent')}")
            if wording == 0 or place == 0 or "guardrail" in fields:
                question = made.question("agent", observations["agent"])
                lines.append(question if "routes" not in fields else question.splitlines()[0])
            if wording == 0:
                observations, *_ = made.step({"agent": made.play("confessor", "agent", observations["agent"])})
                lines.append(made.feedback("agent", observations["agent"]))
                observations, *_ = made.step({"agent": None})
                lines.append(made.feedback("agent", observations["agent"]))
    return "\n".join(lines) + "\n"
