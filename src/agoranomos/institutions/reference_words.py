"""What each key of a manifest means, in a line each: the reference page is made of these and of the schema."""

from __future__ import annotations

from typing import Final

TITLES: Final[dict[str, tuple[str, str]]] = {
    "Manifest": ("The file", ""),
    "Extends": ("extends", "extends:"),
    "State": ("A state", "states: NAME:"),
    "Observation": ("observation", "observation:"),
    "Estimated": ("Estimated benchmarks", "observation: benchmarks:"),
    "Audit": ("An audit", "audits: NAME:"),
    "WindowedMean": ("A signal: mean", "signals: NAME:"),
    "Attribution": ("Whom a mean accuses", "signals: NAME: accuses:"),
    "DispersionCollapse": ("A signal: dispersion-collapse", "signals: NAME:"),
    "SynchronousMove": ("A signal: synchronous-move", "signals: NAME:"),
    "Drift": ("A signal: drift", "signals: NAME:"),
    "Event": ("An event", "events: NAME:"),
    "Counter": ("A counter", "counters: NAME:"),
    "Transition": ("A transition", "transitions: - "),
    "Fine": ("A fine", "transitions: - fine:"),
    "Leniency": ("Leniency", "transitions: - fine: leniency:"),
    "Sanctions": ("sanctions", "sanctions:"),
    "Rule": ("A rule", "rules: RULE:"),
    "Notices": ("notices", "notices:"),
    "NoticeWording": ("A notice in other words", "notices: wordings: NAME:"),
}
"""The heading of each part, and where it stands."""

ABOUT: Final = "A remark for readers; no agent is told, and the digest of the meaning leaves it out."

MEANINGS: Final[dict[str, str]] = {
    "Manifest.kind": "What kind of document this is.",
    "Manifest.version": "The version of the language.",
    "Manifest.name": "The institution's name, by which campaigns and commands call it.",
    "Manifest.title": "A line for people.",
    "Manifest.about": "A paragraph for people.",
    "Manifest.extends": "The institution that this one differs from; then only what differs is written.",
    "Manifest.parameters": "Whole numbers with names, for conditions and notices.",
    "Manifest.states": "The standings that an agent can have, in an order of your choice; policies that cannot read "
    "are told a state's number in it.",
    "Manifest.initial": "The state in which every agent begins.",
    "Manifest.observation": "What the authority can see; without it, everything, exactly and at once.",
    "Manifest.audits": "Chances to look, drawn each round; in conditions an audit's name is true where it takes place.",
    "Manifest.signals": "What is measured; in conditions a signal's name is true where it fires against the agent.",
    "Manifest.events": "What happened to an agent in a round; each sees the events above it.",
    "Manifest.counters": "What a standing remembers; updated once a round, in the order of the file.",
    "Manifest.transitions": "The edges of the graph. The first that may be taken is.",
    "Manifest.sanctions": "For placebos: sanctions that are announced and not applied, or applied and not announced.",
    "Manifest.rules": "The norms that events and transitions cite. Where one is here, all that are cited must be.",
    "Manifest.notices": "What agents are told each round; without it they are told nothing.",
    "Extends.institution": "The base: a name, or a path below this file's folder.",
    "Extends.sha256": "The SHA-256 of the base's file, as `agora graph lint` and `sha256sum` print it. A base that has "
    "changed since is refused.",
    "State.label": "The status that agents read.",
    "State.guidance": "Advice to an agent in this state, where the notice has `{guidance}`.",
    "Observation.sees": "`public`: only what everybody can see, such as prices.",
    "Observation.lag": "So many rounds later it sees a round.",
    "Observation.error": "By measure, the standard deviation of the error with which it is read, in its units.",
    "Observation.benchmarks": "`none`: nothing relative to a benchmark can be used; or an estimate with an error.",
    "Estimated.estimated": "The standard deviation of an error that stays the whole run, in the units of the measure.",
    "Audit.probability": "The chance in each round. A higher one audits the same rounds and more.",
    "Audit.of": "Each agent on its own, or all of the market at once.",
    "WindowedMean.statistic": "The mean over the last `window` rounds, compared with a threshold.",
    "WindowedMean.measure": "What the market publishes, without `_e6`: `hhi`, `cv`, `price_elevation`, ...",
    "WindowedMean.window": "Rounds of evidence; nothing fires before there are so many.",
    "WindowedMean.at_least": "It fires at this threshold and above: a number, or an expression of `firms`, `goods` and "
    "the benchmarks `nash`, `monopoly`, `competitive`, `division`.",
    "WindowedMean.at_most": "It fires at this threshold and below. One of `at_least` and `at_most` is needed.",
    "WindowedMean.goods": "For a measure of goods: one good suffices, all must pass, or their mean does.",
    "WindowedMean.accuses": "Whom a measure of the market accuses; without it, everybody.",
    "WindowedMean.persists": "It fires when it would have in so many of the last `within` rounds.",
    "WindowedMean.within": "The rounds among which `persists` counts.",
    "Attribution.measure": "A measure of each agent.",
    "Attribution.at_least": "Agents whose own mean reaches it are accused.",
    "DispersionCollapse.statistic": "The agents' quantities of a good are too alike: their coefficient of variation is "
    "below `below` in each of the last `window` rounds.",
    "DispersionCollapse.measure": "A measure of agents and goods, such as `quantity`.",
    "DispersionCollapse.window": "Rounds of evidence.",
    "DispersionCollapse.below": "The coefficient of variation under which agents are alike.",
    "DispersionCollapse.nash_at_least": "Goods that are less dispersed than this at Nash are left out.",
    "DispersionCollapse.persists": "It fires when it would have in so many of the last `within` rounds.",
    "DispersionCollapse.within": "The rounds among which `persists` counts.",
    "SynchronousMove.statistic": "Several agents change a quantity the same way in the same step.",
    "SynchronousMove.measure": "A measure of agents and goods, such as `quantity`.",
    "SynchronousMove.change": "The share by which a quantity must change to count.",
    "SynchronousMove.persists": "So many of the last `within` steps must be joint moves.",
    "SynchronousMove.within": "The steps that are looked at.",
    "SynchronousMove.firms": "How many agents make a move a joint one (at least 2).",
    "Drift.statistic": "The share of those who break a rule has risen: a CUSUM that begins with the window reaches its "
    "limit.",
    "Drift.measure": "A measure between 0 and 1, such as `violation`, or of the market, of all agents: `share_of_all`.",
    "Drift.window": "Rounds of evidence; nothing fires before there are so many, and older ones are forgotten.",
    "Drift.of": "Whose values are read: all agents' together, or each agent's own.",
    "Drift.baseline": "The share that is as it should be, or an upper bound of it.",
    "Drift.to": "The share that must not be missed.",
    "Drift.horizon": "The rounds for which `false_alarms` holds.",
    "Drift.false_alarms": "The chance of an alarm within `horizon` rounds while the share is `baseline`, at most, if "
    "agents break the rule independently of each other; with `of: agent` it is that of each.",
    "Drift.persistence": "How often who broke the rule does so again while the share is `baseline`; left out, as often "
    "as who kept it.",
    "Event.when": "The condition, in CEL, over signals, audits, counters, parameters and the events above.",
    "Event.accuses": "The rule under which the event opens a case.",
    "Event.evidence": "The signals that a case cites when they fire; without it, those that `when` names.",
    "Event.pretext": "What the notice says in the place of evidence, where an audit draws the accusation.",
    "Counter.max": "The largest value: a counter stays within 0 .. max.",
    "Counter.initial": "The value at the start.",
    "Counter.next": "Its new value each round, in CEL; without it only transitions change the counter.",
    "Transition.rule": "The rule that is applied; `RULE:from->to` names the transition, and stands once.",
    "Transition.from": "The state that is left.",
    "Transition.to": "The state that is entered; it may be the same.",
    "Transition.on": "The event that asks for it; `expiry` is the end of the state's timer.",
    "Transition.when": "A condition besides, in CEL; where it is false nothing is asked for.",
    "Transition.requires": "Gates by name, in CEL: what is asked for and denied is recorded as blocked.",
    "Transition.cooldown": "Rounds that must pass between two traversals of it by one agent.",
    "Transition.lasts": "Rounds on the timer of the state that is entered; 0 sets none.",
    "Transition.jitter": "Up to so many rounds more, drawn from the run's seeds.",
    "Transition.set": "New values of counters, in CEL, all from the values before.",
    "Transition.fine": "Money taken.",
    "Transition.suspend": "The agent sits out until the state is left.",
    "Transition.cap": "The share of its capacity that the agent may use until the state is left.",
    "Transition.forfeit": "So much is taken off counters, after `set`: a loss of credit.",
    "Transition.fresh_evidence": "The agent's evidence begins anew.",
    "Fine.rate": "A share of the base, or a ladder of shares.",
    "Fine.by": "The counter that climbs the ladder: at 1 the first rung, beyond the last the last.",
    "Fine.of": "The base: profit; or, in a scenario, for each round in which the agent broke the rule, the `gap` "
    "between its profit where all break it and where all keep it.",
    "Fine.over": "The base is that of the round, or of the rounds of evidence.",
    "Fine.above": "`nash`: only what exceeds, round by round, what Nash quantities would have made.",
    "Fine.floor": "The least that is taken.",
    "Fine.leniency": "What the first to report is spared.",
    "Leniency.share": "The share of the fine that is spared.",
    "Leniency.within": "A report counts for so many rounds.",
    "Sanctions.announced": "Whether notices tell of sanctions. Where they do not, an agent's books hold the "
    "profit that is left, and no fine.",
    "Sanctions.applied": "Whether sanctions take effect. Where they do not, transitions are made all the same.",
    "Rule.attribute": "To whom it applies.",
    "Rule.deontic": "Whether they must, must not or may.",
    "Rule.aim": "What they must do, must not or may.",
    "Rule.object": "To whom or what.",
    "Rule.condition": "When it holds.",
    "Rule.or_else": "What follows otherwise.",
    "Notices.template": "The text, with names in braces.",
    "Notices.wordings": "The same notice in other words; one of them, or the template itself, is drawn for each run.",
    "Notices.shown": "`filler`: agents read text without content, line by line as long as the notice would be.",
    "NoticeWording.template": "The text, with names in braces.",
    "NoticeWording.guidance": "By state, what stands where the template has `{guidance}`; by default the state's own.",
}
"""By `Model.key`; `about` means the same everywhere."""

GUARD_NAMES: Final[dict[str, str]] = {
    "state": "the agent's state before the round, a text",
    "round": "the number of the round, from 1",
    "rounds_in_state": "rounds since the state was entered",
    "firms": "how many agents there are",
    "expiry": "the timer of the state ran out in this round",
    "reported": "the agent came forward in this round",
}
"""The names that every condition may use."""


def meaning_of(model: str, key: str) -> str:
    """What the key means; raises `KeyError` for a key that nobody has described."""
    return ABOUT if key == "about" and model != "Manifest" else MEANINGS[f"{model}.{key}"]
