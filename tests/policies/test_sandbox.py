from __future__ import annotations

import pytest
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agoranomos.policies.sandbox import PromptEnvironment

TRIES = [
    "{{ seen.price }}",
    "{{ seen['price'] }}",
    "{{ words.append('x') }}",
    "{{ words.index('a') }}",
    "{{ table.clear() }}",
    "{{ table.get('a') }}",
    "{{ seen.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ rule.__globals__ }}",
    "{{ rule.func_code }}",
    "{{ kind.mro() }}",
    "{{ bound.__self__ }}",
    "{{ bound.im_func }}",
    "{{ going.gi_frame }}",
    "{{ going.gi_code }}",
    "{{ '{0.__class__}'.format(seen) }}",
    "{{ '{a.__class__}'.format_map({'a': seen}) }}",
    "{{ 'a'.upper() }}",
]


class Seen:
    price = 3

    def worth(self) -> int:
        return self.price


def values() -> dict:
    return {
        "seen": Seen(),
        "words": ["a"],
        "table": {"a": 1},
        "rule": values,
        "kind": Seen,
        "bound": Seen().worth,
        "going": (n for n in ()),
    }


def outcome(environment: ImmutableSandboxedEnvironment, text: str) -> str:
    try:
        return environment.from_string(text).render(values())
    except SecurityError as error:
        return f"refused: {error}"


@pytest.mark.parametrize("text", TRIES)
def test_what_is_judged_once_is_judged_as_by_jinja_itself(text: str) -> None:
    environment = PromptEnvironment()
    expected = outcome(ImmutableSandboxedEnvironment(), text)
    assert [outcome(environment, text) for _ in range(2)] == [expected] * 2


def test_one_type_s_attribute_says_nothing_of_another_s() -> None:
    environment = PromptEnvironment()
    assert environment.from_string("{{ seen.append }}").render(seen={"append": 3}) == "3"
    with pytest.raises(SecurityError):
        environment.from_string("{{ seen.append(1) }}").render(seen=[])
