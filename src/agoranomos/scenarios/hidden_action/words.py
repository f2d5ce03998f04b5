"""What workers and principals are told and asked; who may know what is decided by what is passed in, and by routes."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.market import Observation
from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.delegated import SAID
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.spec import ITEMS, PRINCIPAL, HiddenActionSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.stated import written_stated
from agoranomos.scenarios.wording import wording


def say(spec: HiddenActionSpec, sentence: str, **values: str) -> str:
    """A sentence in the run's paraphrase."""
    return wording("hidden-action").said(sentence, spec.paraphrase, **values)


def percent(chance: float) -> str:
    """A probability in percent, to two decimals."""
    return number(round(100 * chance, 2))


# -- effort ----------------------------------------------------------------------------------------------------------


def phrase(spec: HiddenActionSpec, form: str, level: int) -> str:
    """A level of effort as the file speaks of it: to `act`, what one `did`, or as it is `stated` in a report."""
    if spec.work == "real":
        count = number(spec.checks.counts[level])
        return say(spec, f"{form}_checks", count=count, records=number(spec.checks.records))
    return say(spec, f"{form}_{spec.framing}", level=spec.means.levels[level].name)


def level_words(spec: HiddenActionSpec) -> list[str]:
    """The word by which a written report names each level: its name, or its number of checks."""
    if spec.work == "real":
        return [str(count) for count in spec.checks.counts]
    return [level.name.lower() for level in spec.means.levels]


def report(spec: HiddenActionSpec, level: int) -> str:
    """A report of this level."""
    return phrase(spec, "stated", level)


def declining(spec: HiddenActionSpec) -> str:
    """The option that takes no contract."""
    return say(spec, "decline")


def doing(spec: HiddenActionSpec, level: int, said: int | None, *, reports: bool) -> str:
    """The option of one level, with what is reported of it where it `reports`."""
    act = phrase(spec, "act", level)
    if not reports:
        return say(spec, "accept", act=act)
    if said is None:
        return say(spec, "accept_silent", act=act)
    return say(spec, "accept_report", act=act, did=phrase(spec, "did", said))


def did(spec: HiddenActionSpec, level: int | None, took: bool | None) -> str:
    """What a worker did, of a third person."""
    if took is None:
        return say(spec, "other_idle")
    return say(spec, "other_declined") if level is None else phrase(spec, "did", level)


# -- contracts -------------------------------------------------------------------------------------------------------


def terms(spec: HiddenActionSpec, contract: Contract) -> str:
    """What a contract pays, and what is said of inspections, where anything is."""
    pays = [
        say(spec, name, **{name: number(getattr(contract, name))})
        for name in ("wage", "bonus", "prize")
        if getattr(contract, name)
    ]
    said = [(", and ".join(pays) or say(spec, "nothing")) + "."]
    if contract.inspection and spec.announced:
        said.append(say(spec, "inspection", percent=percent(contract.inspection), fine=_fine(spec, contract)))
    if contract.fine and spec.gives("effort", PRINCIPAL):
        said.append(say(spec, "fine_seen", fine=number(contract.fine)))
    if (contract.inspection and spec.announced) or spec.gives("effort", PRINCIPAL):
        said += _limit(spec, contract)
    return " ".join(said)


def _limit(spec: HiddenActionSpec, *contracts: Contract) -> list[str]:
    """That liability is limited, where a fine of these contracts is more than can be taken."""
    liability = spec.means.liability
    too_high = any(contract.fine > liability for contract in contracts)
    return [say(spec, "fine_limited", least=number(0.0 - liability))] if too_high else []


def offered(spec: HiddenActionSpec, contract: Contract) -> str:
    """A contract as its principal lists it: all of its terms, in the order of the model."""
    named = [f"{name} {number(value)}" for name, value in contract.model_dump().items() if value]
    return ", ".join(named) or "nothing"


def _fine(spec: HiddenActionSpec, contract: Contract) -> str:
    told_apart = spec.gives("effort", PRINCIPAL)
    return " " + say(spec, "fine_added", fine=number(contract.fine)) if contract.fine and not told_apart else ""


# -- workers ---------------------------------------------------------------------------------------------------------


def opening(spec: HiddenActionSpec, worker: str) -> str:
    """The system message of a worker."""
    framing = "checks" if spec.work == "real" else spec.framing
    said = [say(spec, f"role_{framing}")]
    if spec.work == "real":
        checks = spec.checks
        wrong = "1 is" if checks.faults == 1 else f"{checks.faults} are"
        said.append(say(spec, "document", records=number(checks.records), faults=wrong, cost=number(checks.cost)))
    said += [
        say(
            spec,
            "level",
            act=phrase(spec, "act", place),
            cost=number(level.cost),
            percent=percent(level.success),
        )
        for place, level in enumerate(spec.means.levels)
    ]
    said.append(say(spec, "asked", act=phrase(spec, "act", spec.asked)))
    said += _seen_by_principal(spec)
    said += _given_to_workers(spec, worker)
    if spec.goal:
        said.append(say(spec, "goal"))
    return " ".join(said)


def _seen_by_principal(spec: HiddenActionSpec) -> list[str]:
    """What the principal gets to know, as the routes have it."""
    seen = spec.gives("effort", PRINCIPAL)
    said = [say(spec, "effort_seen" if seen else "effort_hidden")]
    said.append(say(spec, "output_seen" if spec.gives("output", PRINCIPAL) else "output_hidden"))
    if spec.reporting:
        read = spec.gives("report", PRINCIPAL)
        said.append(say(spec, "report_read" if read else "report_unread"))
        if read and spec.admission == "forfeits":
            said.append(say(spec, "admission"))
    return said


def _given_to_workers(spec: HiddenActionSpec, worker: str) -> list[str]:
    """What this worker and each other one is told of everybody, as the routes have it."""
    said = []
    for other in spec.workers if len(spec.workers) > 1 else ():
        items = [item for item in ITEMS if spec.gives(item, other) and (item != "report" or spec.reporting)]
        if items:
            who = "you are" if other == worker else f"{other} is"
            listed = ", ".join(say(spec, f"item_{item}") for item in items)
            sentence = say(spec, "given", who=who, items=listed)
            said.append(sentence)
    return said


def question(spec: HiddenActionSpec, contract: Contract, options: Sequence[Option], *, writes: bool) -> str:
    """The contract of the coming round, and how to answer."""
    said = [
        f"{say(spec, 'offer')} {terms(spec, contract)}",
        say(spec, "outside", outside=number(spec.means.outside_option)),
        say(spec, "ask"),
    ]
    lettered = spec.options == "letters"
    if not writes:
        return "\n".join([*said, *put(options, lettered=lettered)])
    listed = [f"{option.label}: {option.text}" for option in options] if lettered else []
    shown = " or ".join(written_stated(option, SAID, "...") for option in options)
    return "\n".join([*said, *listed, f"{say(spec, 'write')} Answer with {shown}."])


def feedback(spec: HiddenActionSpec, seen: Observation, earned: float | None, others: Sequence[str]) -> str:
    """What a worker is told of a round: what it did, what came of it, and what it is given of others."""
    chose, said = int(seen["chose"][0]), int(seen["said"][0])
    if chose < 0:
        told = [say(spec, "fed_declined" if chose == -1 else "fed_idle")]
    else:
        told = [say(spec, "fed_accepted", did=phrase(spec, "did", chose))]
        if said >= 0:
            told.append(say(spec, "fed_reported", did=phrase(spec, "did", said)))
    output, found = int(seen["output"][0]), int(seen["inspection"][0])
    if output >= 0:
        told.append(say(spec, "fed_success" if output else "fed_failure"))
    if found >= 0:
        told.append(say(spec, ("fed_not_inspected", "fed_in_order", "fed_found")[found]))
    if earned is not None:
        told.append(say(spec, "fed_earned", earned=number(round(earned, 6))))
    return " ".join([*told, *others])


def of_others(spec: HiddenActionSpec, others: Sequence[str], seen: Observation) -> list[str]:
    """A sentence about each of the others of whom anything is given."""
    told = []
    for place, other in enumerate(others):
        known = {item: float(seen[f"others_{item}"][place]) for item in ITEMS if f"others_{item}" in seen}
        clauses = _clauses(spec, known)
        if clauses:
            told.append(f"{other}: {', '.join(clauses)}.")
    return told


def _clauses(spec: HiddenActionSpec, known: dict[str, float]) -> list[str]:
    said = []
    for item, value in known.items():
        code = int(value)
        if item == "effort":
            worked = say(spec, "other_effort", did=phrase(spec, "did", code)) if code >= 0 else ""
            said.append(worked or say(spec, "other_declined" if code == -1 else "other_idle"))
        elif item == "output" and code >= 0:
            said.append(say(spec, "other_success" if code else "other_failure"))
        elif item == "report" and spec.reporting:
            told = say(spec, "other_reported", did=phrase(spec, "did", code)) if code >= 0 else ""
            said.append(told or say(spec, "other_silent"))
        elif item == "inspection" and code >= 0:
            said.append(say(spec, ("other_not_inspected", "other_in_order", "other_found")[code]))
        elif item == "pay":
            said.append(say(spec, "other_paid", pay=number(round(value, 6))))
    return said


# -- principals ------------------------------------------------------------------------------------------------------


def principal_opening(spec: HiddenActionSpec) -> str:
    """The system message of a principal with a seat."""
    items = [item for item in ITEMS if spec.gives(item, PRINCIPAL) and (item != "report" or spec.reporting)]
    listed = "".join(f", {say(spec, f'item_{item}')}" for item in items)
    said = [
        say(spec, "principal_role", value=number(spec.means.value)),
        *[
            say(
                spec,
                "principal_level",
                act=phrase(spec, "act", place),
                cost=number(level.cost),
                percent=percent(level.success),
            )
            for place, level in enumerate(spec.means.levels)
        ],
        say(
            spec,
            "principal_terms",
            act=phrase(spec, "act", spec.asked),
            inspection=number(spec.means.inspection_cost),
        ),
        say(spec, "principal_given", items=listed),
        *_limit(spec, *spec.menu),
    ]
    return " ".join([*said, say(spec, "goal")] if spec.goal else said)


def principal_question(spec: HiddenActionSpec, options: Sequence[Option]) -> str:
    """The contracts that can be offered for the next round."""
    return "\n".join([say(spec, "principal_ask"), *put(options, lettered=spec.options == "letters")])


def principal_feedback(
    spec: HiddenActionSpec, seen: Observation, workers: Sequence[str], earned: float | None, told: Sequence[str]
) -> str:
    """What a principal is told of a round: who took the contract, what it is given of each, what it earned."""
    took = [worker for worker, one in zip(workers, seen["accepted"].tolist(), strict=True) if one == 1.0]
    said = [say(spec, "principal_took", took=", ".join(took)) if took else say(spec, "principal_nobody"), *told]
    if earned is not None:
        said.append(say(spec, "fed_earned", earned=number(round(earned, 6))))
    return " ".join(said)
