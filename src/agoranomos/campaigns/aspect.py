"""What arms that are compared may differ in beside their regimes, where their campaign says so under `differs`."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Aspect: TypeAlias = Literal[
    "market",
    "rounds",
    "order",
    "policies",
    "models",
    "information",
    "information.observation",
    "information.leak",
    "prompts",
    "prompts.system",
    "prompts.first",
    "prompts.later",
    "prompts.retry",
    "prompts.summary",
    "prompts.template",
    "schema",
    "options",
    "tokens",
    "tokens.reply",
    "tokens.thoughts",
    "sampling",
    "sampling.temperature",
    "sampling.top_p",
    "retries",
    "retries.attempts",
    "retries.overflow",
    "memory",
    "memory.kind",
    "memory.window",
    "calls",
]
"""One part of an arm as it is rendered, or a group of parts: `prompts` stands for all of `prompts.*`."""

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)

MEANINGS: dict[Aspect, str] = {
    "market": "the market's specification: demand, costs, capacities, shocks, talk, labels",
    "rounds": "the stop rule: how many rounds a run has, and with which chance it goes on",
    "order": "who sits in which seat: the order of the market's agents, and of the roster's policies in them",
    "policies": "what scripted and learning agents are, and parameters of any agent that no other aspect names",
    "models": "the language model of each agent, and what a mock of it answers from",
    "information": "what agents are shown and told",
    "information.observation": "what an agent observes: its parts, how many numbers, and their bounds",
    "information.leak": "facts that a regime's text says and the agent is not shown: a rival's cost, the last round",
    "prompts": "all that is asked, less the text of the regime and the notice",
    "prompts.system": "the system message",
    "prompts.first": "the other messages of round 1",
    "prompts.later": "the messages of later rounds, with the same planted history in every arm",
    "prompts.retry": "what is said after a reply that is no move",
    "prompts.summary": "what is asked where an agent sums up its memory",
    "prompts.template": "the file of the prompt, in which there may be more than these rounds show",
    "schema": "the JSON Schema that a reply must satisfy",
    "options": "the options of a choice, how they are listed, and how one of them is acted on",
    "tokens": "how long replies may be",
    "tokens.reply": "tokens of a reply",
    "tokens.thoughts": "tokens of thought before it",
    "sampling": "how replies are drawn",
    "sampling.temperature": "the temperature",
    "sampling.top_p": "how much of the distribution is kept",
    "retries": "what follows on a reply that cannot be used",
    "retries.attempts": "how often a move is asked for",
    "retries.overflow": "what is done about a prompt that does not fit the model",
    "memory": "what an agent remembers",
    "memory.kind": "the kind of memory, with its parameters",
    "memory.window": "how many past rounds are shown, and how they leave",
    "calls": "model calls of a decision, where every reply is usable, and at most",
}
"""What each of them holds, for people."""


def declared(aspect: str, differs: tuple[str, ...]) -> bool:
    """Whether `differs` names the aspect or the group that it is of."""
    return aspect in differs or aspect.partition(".")[0] in differs
