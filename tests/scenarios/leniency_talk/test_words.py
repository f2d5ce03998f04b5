"""Every prompt of the family, held against what it was, and what holds of the sentences."""

from pathlib import Path
from string import Template

import pytest

from agoranomos.scenarios import leniency_talk_v0
from agoranomos.scenarios.leniency_talk import coding
from agoranomos.scenarios.wording import wording

SNAPSHOT = Path(__file__).with_name("prompts.txt")
EVERYBODY = ("firm_1", "firm_2", "firm_3", "authority")
ITEMS = ("joined", "price", "report", "fine", "traces", "reason")
REGIMES = {
    "no authority": {"enforcement": "none"},
    "fines, in their own texts": {"enforcement": "fine", "evidence_lasts": 4, "options": "texts", "goal": False},
    "immunity": {},
    "rewards, and all is shown": {
        "enforcement": "reward",
        "reward": 0.5,
        "routes": dict.fromkeys(ITEMS, EVERYBODY),
        "firms": 3,
        "statements": "written",
        "false_report": 25,
        "sees": {"detection": "always"},
    },
    "ringleaders, and nothing is shown": {
        "enforcement": "ringleader-excluded",
        "routes": {**dict.fromkeys(ITEMS, ()), "report": ("authority",)},
        "sees": {"own_reward": False, "detection": "nothing"},
    },
    "nothing is told of the authority": {"told": False},
}
INDUSTRIES = ("cement", "ferries", "flour", "roofing", "cement")
ROUNDS = ((1, 1), (1, 2), (2, 1), (0, 1), (None, 1), (3, 1), (4, 0), (1, 3))


def prompts():
    """What the first firm is told of eight rounds, in every regime and every wording."""
    lines = []
    for name, keys in REGIMES.items():
        for place in range(5):
            scenario = leniency_talk_v0.parallel_env(
                wording=place, industry=INDUSTRIES[place], order_seed=place, detection=0.2, **keys
            )
            observations, _ = scenario.reset(seed=place)
            lines += [f"== {name}, wording {place}", scenario.opening("firm_1")]
            lines += ["-- question", scenario.question("firm_1", observations["firm_1"])]
            for own, other in ROUNDS:
                most = len(scenario.menu("firm_1")) - 1
                if max(own or 0, other) > most:
                    continue
                tail = [0.0] if scenario.writes else []
                actions = {firm: [float(other), *tail] for firm in scenario.agents}
                actions["firm_1"] = None if own is None else [float(own), *tail]
                observations = scenario.step(actions)[0]
                lines += ["-- told", scenario.feedback("firm_1", observations["firm_1"])]
    return "\n".join(lines) + "\n"


def test_the_prompts_are_what_they_were():
    assert prompts() == SNAPSHOT.read_text()


def test_every_paraphrase_has_the_same_places():
    for name, found in wording("leniency-talk").sentences.items():
        texts = [found] if isinstance(found, str) else found
        assert len(texts) in (1, 5), name
        assert all(Template(text).is_valid() for text in texts)
        places = [set(Template(text).get_identifiers()) for text in texts]
        if name != "to_you" and name != "to_rivals":
            assert all(one == places[0] for one in places), name
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("place", range(5))
def test_every_wording_says_all_that_is_at_stake(place):
    scenario = leniency_talk_v0.parallel_env(
        wording=place, enforcement="reward", detection=0.37, fine=431, reward=0.61, false_report=53, evidence_lasts=17
    )
    opening = scenario.opening("firm_1")
    for fact in ("18", "14", "6", "100", "180", "295.56", "20", "37", "431", "61", "53", "17", "firm_2", "law"):
        assert fact in opening
    assert "$" not in opening
    assert "437" not in leniency_talk_v0.parallel_env(wording=place, fine=437, told=False).opening("firm_1")


def test_reports_are_an_option_where_there_is_somebody_to_report_to():
    with_authority, without = (leniency_talk_v0.parallel_env(enforcement=one) for one in ("fine", "none"))
    assert len(with_authority.options("firm_1")) == 5
    assert len(without.options("firm_1")) == 3
    assert not any("report" in option.text for option in without.options("firm_1"))
    for option in with_authority.options("firm_1"):
        assert option.violates == option.text.startswith("agree")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (coding.SPELLED[0], 0),
        (coding.SPELLED[1], 1),
        ("Let's keep prices high together.", 1),
        ("Join the agreement and we all earn more", 1),
        ("I will not agree on any price.", 0),
        ("We should raise the price to 18.", 1),
        ("I reported the agreement.", 0),
        ("Prices should follow costs.", 0),
        ("We never join a cartel.", 0),
        ("", 0),
    ],
)
def test_texts_are_coded_by_the_stated_rule(text, code):
    assert coding.code(text) == code


def test_a_reply_in_words_is_a_choice_and_a_code():
    scenario = leniency_talk_v0.parallel_env(statements="written")
    label = {option.action[0]: option.label for option in scenario.options("firm_1")}
    reply = f'{{"reason": "Keep the price.", "choice": "{label[3.0]}"}}'
    assert scenario.read("firm_1", reply).action == (3.0, 1.0)
    for conduct in range(5):
        for said in (0.0, 1.0):
            action = (float(conduct), said)
            assert scenario.read("firm_1", scenario.written("firm_1", action)).action == action
    scenario.reset(seed=1)
    scenario.step({"firm_1": [1, 1], "firm_2": [1, 0]})
    assert scenario.measures()["said_e6"] == (1_000_000, 0)
    assert leniency_talk_v0.parallel_env().facts.benchmarks["comply"]["said_e6"] == (None, None)
