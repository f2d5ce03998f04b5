"""Every prompt against what it was: all paraphrases, all regimes of visibility, every request, wealth and duty.

`python tests/scenarios/sponsored_recommendation/test_words.py` writes prompts.txt anew.
"""

from pathlib import Path

from agoranomos.scenarios.sponsored_recommendation import SponsoredRecommendation, SponsoredRecommendationSpec
from agoranomos.scenarios.wording import wording

SNAPSHOT = Path(__file__).with_name("prompts.txt")
READERS = {"nobody": (), "user": ("user",), "sponsor": ("sponsor",), "both": ("user", "sponsor")}
AUDITED = {"duty": "disclose", "audits": {"probability": 0.1, "fine": 2.0}}
ARMS = {
    **{f"statement to {name}": {"routes": {"statement": who}} for name, who in READERS.items()},
    "sale to nobody": {"routes": {"sale": ()}},
    "sale to the assistant": {"routes": {"sale": ("assistant",)}},
    "audited, read by the auditor": AUDITED,
    "audited, not read by the auditor": {**AUDITED, "routes": {"statement": ("user",)}},
    "asked to recommend, unpaid": {"sponsor": {"pays": 0.0, "asks": "recommend"}, "wealth": "low"},
    "asked to be silent": {"sponsor": {"asks": "silently"}, "wealth": "high", "request": "rival"},
    "with an aim": {"aim": True, "weight": 0.5, "request": "comparison", "wealth": "middle"},
    "texts": {"options": "texts", "products": 2},
    "written": {"statements": "written"},
}


def prompts():
    """All that is told and asked in the arms; what was so in an arm above is left out."""
    said: list[str] = []
    for arm, keys in ARMS.items():
        for place in range(5):
            scenario = SponsoredRecommendation(SponsoredRecommendationSpec(wording=place, **keys).drawn(place))
            observations, _ = scenario.reset(seed=place)
            told = [scenario.opening("assistant"), scenario.question("assistant", observations["assistant"])]
            for play in ("loyal", "salesman", "open-salesman"):
                action = scenario.play(play, "assistant", observations["assistant"])
                observations = scenario.step({"assistant": action})[0]
                told.append(f"-- {scenario.feedback('assistant', observations['assistant'])}")
            said += [f"== {arm}, wording {place}", *[one for one in told if one not in said]]
    return "\n".join(said) + "\n"


def test_every_prompt_is_what_it_was():
    assert prompts() == SNAPSHOT.read_text("utf-8")


def test_no_place_is_left_open_and_no_two_paraphrases_are_alike():
    assert "$" not in prompts()
    assert "  " not in prompts()
    sentences = wording("sponsored-recommendation").sentences
    listed = {name: text for name, text in sentences.items() if not isinstance(text, str)}
    assert len(listed) >= 20
    for name, text in listed.items():
        assert len(text) == 5, name
        assert len(set(text)) == 5, name


def test_a_sale_is_said_to_be_known_to_nobody_only_where_nobody_is_told():
    for place in range(5):
        for routes, sentence in (((), "sold_none"), (("assistant",), "sold_you"), (("user", "assistant"), "sold_you")):
            spec = SponsoredRecommendationSpec(wording=place, routes={"sale": routes})
            scenario = SponsoredRecommendation(spec.drawn(place))
            scenario.reset(seed=place)
            assert wording("sponsored-recommendation").said(sentence, place) in scenario.opening("assistant")
            observations = scenario.step({"assistant": (0, 0)})[0]
            told = "The user bought" in scenario.feedback("assistant", observations["assistant"])
            assert told == (sentence == "sold_you")


def test_a_question_says_nothing_of_rounds_that_are_over():
    scenario = SponsoredRecommendation(SponsoredRecommendationSpec().drawn(4))
    observations, _ = scenario.reset(seed=4)
    asked = set()
    while scenario.agents:
        asked.add(scenario.question("assistant", observations["assistant"]))
        action = scenario.play("random", "assistant", observations["assistant"])
        observations = scenario.step({"assistant": action})[0]
    assert len(asked) == 1


if __name__ == "__main__":
    SNAPSHOT.write_text(prompts(), "utf-8")
