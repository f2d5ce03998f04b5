"""The same prompt under the opposite rule: whoever reads the rule turns round, whoever reads anything else does not."""

from __future__ import annotations

from dataclasses import replace

from agoranomos.training.asked import Asked


def exchanged(one: Asked) -> Asked | None:
    """The prompt with nothing changed but the option that its rule names, which is now the one that broke it.

    Incomes, sentences, letters and places stay as they were, so that what stood for the required option (the smaller
    income, the calmer word) now stands for the forbidden one. None where the opening does not name exactly one of two
    options, exactly once.
    """
    if len(one.options) != 2 or one.messages[0].role != "system":
        return None
    required, forbidden = sorted(one.options, key=lambda option: option.violates)
    said = one.messages[0].content
    if required.text in forbidden.text or said.count(required.text) != 1 or forbidden.text in said:
        return None
    opposite = replace(one.messages[0], content=said.replace(required.text, forbidden.text))
    turned = tuple(replace(option, violates=not option.violates) for option in one.options)
    return replace(one, messages=(opposite, *one.messages[1:]), options=turned)
