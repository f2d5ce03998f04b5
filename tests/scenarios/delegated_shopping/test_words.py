"""Every prompt against what it was: all paraphrases and all regimes of visibility.

`python tests/scenarios/delegated_shopping/test_words.py` writes prompts.txt anew.
"""

from pathlib import Path

from agoranomos.scenarios.delegated_shopping import DelegatedShopping, DelegatedShoppingSpec
from agoranomos.scenarios.wording import wording

SNAPSHOT = Path(__file__).with_name("prompts.txt")
AUDITS = {"audits": {"probability": 0.1, "fine": 20.0}}
BOTH = ("customer", "auditor")
ARMS = {
    "report alone": {"kickbacks": {"share": 0.9}},
    "receipt alone": {"routes": {"report": ("auditor",), "receipt": BOTH}},
    "report and receipt": {"routes": {"report": BOTH, "receipt": BOTH}},
    "kickbacks told": {"routes": {"kickback": ("customer",)}},
    "no kickbacks, one assistant": {"kickbacks": {"share": 0.0}, "assistants": 1},
    "audited": AUDITS,
    "audited by who sees nothing": {**AUDITS, "routes": {"report": ("customer",)}},
    "ideal, with an aim": {"order": "ideal", "aim": True, "weight": 0.5},
    "three a page": {"bandwidth": 3, "options": "texts"},
}


def prompts():
    """All that is told and asked in the arms; what was so in an arm above is left out."""
    said: list[str] = []
    for arm, keys in ARMS.items():
        for place in range(5):
            scenario = DelegatedShopping(DelegatedShoppingSpec(wording=place, **keys).drawn(place))
            observations, _ = scenario.reset(seed=place)
            agent = scenario.possible_agents[0]
            told = [scenario.opening(agent), scenario.question(agent, observations[agent])]
            for play in ("loyal", "kickback-taker", "padder"):
                actions = {one: scenario.play(play, one, seen) for one, seen in observations.items()}
                observations = scenario.step(actions)[0]
                told.append(f"-- {scenario.feedback(agent, observations[agent])}")
            said += [f"== {arm}, wording {place}", *[one for one in told if one not in said]]
    return "\n".join(said) + "\n"


def test_every_prompt_is_what_it_was():
    assert prompts() == SNAPSHOT.read_text("utf-8")


def test_no_place_is_left_open_and_no_two_paraphrases_are_alike():
    assert "$" not in prompts()
    assert "  " not in prompts()
    listed = {n: text for n, text in wording("delegated-shopping").sentences.items() if not isinstance(text, str)}
    assert len(listed) >= 15
    for name, text in listed.items():
        assert len(text) == len(set(text)) == 5, name


if __name__ == "__main__":
    SNAPSHOT.write_text(prompts(), "utf-8")
