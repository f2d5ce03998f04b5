"""The constitution, which tells the rules, and the public notice, which also tells how they are enforced."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.oversight import Estimated, Observation
from agoranomos.institutions.placebos import sanctions_in_words
from agoranomos.institutions.prose_edges import in_words
from agoranomos.institutions.prose_guards import condition, is_plural, update, words
from agoranomos.institutions.prose_rules import duties, signals_told, the_rules
from agoranomos.institutions.prose_rules import in_words as rule_in_words
from agoranomos.institutions.prose_signals import meaning_of
from agoranomos.institutions.prose_text import Mark, Told, counted, listed, number, percent, sentence, spoken, told
from agoranomos.markets.facts import MarketFacts


def constitution(institution: Institution, facts: MarketFacts | None, *, with_penalties: bool = False) -> list[Told]:
    """The rules for agents that are only told: word for word what the public notice says of them.

    Raises `UsageError` for an institution without a rule that demands or forbids.
    """
    if not duties(institution.manifest):
        raise UsageError(
            f"{institution.name} has no rule that says `must` or `must not`, so there is nothing to tell",
            advice="Write one under `rules`.",
        )
    rules = the_rules(institution, facts)
    return [*rules, (), *enforcement(institution, facts)] if with_penalties else rules


def notice(institution: Institution, facts: MarketFacts | None) -> list[Told]:
    """The regime for those who live under it: the rules, how they are watched over, and what follows."""
    manifest = institution.manifest
    title = spoken(manifest.title, "title") if manifest.title else spoken(institution.name, "name")
    lines: list[Told] = [told(Mark("# "), "Public notice: ", title), ()]
    if duties(manifest):
        lines += [told(Mark("## "), "The rules"), (), *the_rules(institution, facts), ()]
    return lines + enforcement(institution, facts)


def enforcement(institution: Institution, facts: MarketFacts | None) -> list[Told]:
    """What is looked at, what is remembered, and what follows from every state."""
    lines: list[Told] = [told(Mark("## "), "How they are watched over"), ()]
    lines += _oversight(institution.manifest)
    lines += _events(institution)
    told_already = signals_told(institution)
    for name in institution.manifest.signals:
        if name not in told_already:
            meaning = meaning_of(institution.manifest, name, facts)
            lines.append(told(Mark("- "), words(name, "signals", name), " holds when this is so: ", meaning, "."))
    lines.append(())
    memory = _memory(institution.manifest)
    if memory:
        lines += [told(Mark("## "), "What is remembered of each agent"), (), *memory, ()]
    lines += [told(Mark("## "), "Where an agent can stand, and what follows"), ()]
    lines += _states(institution)
    ways_back = [
        told(Mark("- "), sentence(rule_in_words(name, rule)))
        for name, rule in institution.manifest.rules.items()
        if rule.deontic == "may"
    ]
    if ways_back:
        lines += [(), told(Mark("## "), "What is open to everyone"), (), *ways_back]
    return lines


def _oversight(manifest: Manifest) -> list[Told]:
    lines = observation_in_words(manifest.observation) if manifest.observation is not None else []
    if manifest.sanctions is not None:
        clause = sanctions_in_words(manifest)
        lines.append(told(f"{clause[0].upper()}{clause[1:]}."))
    if manifest.notices is not None and manifest.notices.shown == "filler":
        lines.append(told("In the place of notices agents read text without content that is as long."))
    for name, audit in manifest.audits.items():
        whom = "for each agent on its own" if audit.of == "agent" else "for the whole market at once"
        chance = percent(audit.probability, "audits", name, "probability")
        audited = told("The audit ", words(name, "audits", name), " takes place in a round with a chance of ", chance)
        lines.append(told(audited, f", {whom}."))
    return [told(Mark("- "), line) for line in lines]


def observation_in_words(seen: Observation) -> list[Told]:
    """What the authority sees, and how well, a sentence each."""
    lines: list[Told] = []
    if seen.sees == "public":
        lines.append(told("The authority sees what everybody sees, and no books of an agent."))
    if seen.lag:
        lines.append(told("The authority sees a round ", counted(seen.lag, "round", "observation", "lag"), " later."))
    for measure, spread in seen.error.items():
        at = ("observation", "error", measure)
        error = told(" with an error of standard deviation ", number(spread, *at), ".")
        lines.append(told("The authority reads ", words(measure, *at), error))
    if seen.benchmarks == "none":
        lines.append(told("The authority does not know the benchmarks of the market."))
    if isinstance(seen.benchmarks, Estimated):
        error = told(number(seen.benchmarks.estimated, "observation", "benchmarks", "estimated"), ".")
        lines.append(told("The authority estimates the benchmarks, with an error of standard deviation ", error))
    return lines


def _events(institution: Institution) -> list[Told]:
    manifest = institution.manifest
    lines: list[Told] = []
    for name, event in manifest.events.items():
        said = told(
            words(name, "events", name), " happens when ", condition(manifest, event.when, "events", name, "when")
        )
        if event.accuses is not None:
            rule = manifest.rules.get(event.accuses)
            under = rule_in_words(event.accuses, rule) if rule is not None else words(event.accuses, "events", name)
            said = told(said, "; it opens a case against the agent (", under, ")")
            cited = [words(signal, "signals", signal) for signal in institution.evidence[name]]
            if cited:
                said = told(said, "; it cites those of these that hold: ", listed(cited))
            if event.pretext:
                pretexts = [spoken(text, "events", name, "pretext", place) for place, text in enumerate(event.pretext)]
                said = told(said, "; in the place of evidence it says: ", listed(pretexts))
        lines.append(told(Mark("- "), said, "."))
    if any(edge.spec.fine is not None and edge.spec.fine.over == "evidence" for edge in institution.edges):
        span = "The rounds of the evidence are as many as the longest window of the signals that decide the case has"
        lines.append(told(Mark("- "), span, "; in a fine on profits a round below nothing counts as nothing."))
    quiet = "A round in which an agent is suspended is no evidence, and nothing happens in it but that times run out."
    return [*lines, told(Mark("- "), quiet)]


def _memory(manifest: Manifest) -> list[Told]:
    lines: list[Told] = []
    for name, value in manifest.parameters.items():
        lines.append(told("The ", words(name, "parameters", name), " is ", number(value, "parameters", name), "."))
    for name, counter in manifest.counters.items():
        path = ("counters", name)
        said = told(words(name, *path), ": at first ", number(counter.initial, *path, "initial"))
        said = told(said, ", at most ", number(counter.max, *path, "max"))
        if counter.next is not None:
            said = told(
                said,
                "; in each round ",
                "they " if is_plural(name) else "it ",
                update(manifest, name, counter.next, *path, "next"),
            )
        lines.append(told(said, "."))
    return [told(Mark("- "), line) for line in lines]


def _states(institution: Institution) -> list[Told]:
    manifest = institution.manifest
    lines: list[Told] = [
        told("In each round the first of the following that applies to an agent's state is done, in this order.")
    ]
    for name, state in manifest.states.items():
        begins = "; every agent begins here" if name == manifest.initial else ""
        label = spoken(state.label, "states", name, "label")
        lines += [(), told("An agent whose state is ", words(name, "states", name), " (", label, f"{begins}):"), ()]
        edges = institution.edges_from[name]
        lines += [told(Mark("- "), in_words(institution, edge), ".") for edge in edges]
        if not edges:
            lines.append(told(Mark("- "), "it stays there for good."))
    return lines
