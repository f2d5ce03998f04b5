"""Every prompt is what it was: all paraphrases under all regimes of visibility, all kinds of contracts and feedback."""

from itertools import product
from pathlib import Path

import pytest

from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action import words
from agoranomos.scenarios.hidden_action.spec import PRINCIPAL
from agoranomos.scenarios.wording import wording

PROMPTS = Path(__file__).parent / "prompts.txt"
TREATED = (
    "asked",
    "effort_seen",
    "effort_hidden",
    "output_seen",
    "output_hidden",
    "report_read",
    "report_unread",
    "admission",
    "given",
    "wage",
    "bonus",
    "prize",
    "inspection",
    "fine_limited",
)


def regimes():
    """Each regime with its keys: who sees what, crossed; then contracts, framings and seats."""
    for effort, output, report in product((True, False), repeat=3):
        given = {"effort": effort, "output": output, "report": report}
        routes = {item: (PRINCIPAL,) if sees else () for item, sees in given.items()}
        name = " ".join(f"{item}-{'seen' if sees else 'hidden'}" for item, sees in given.items())
        yield name, {"contract": {"wage": 5}, "routes": routes}
    yield "no reports", {"reporting": False}
    yield "forgiven", {"admission": "forgiven", "goal": False}
    yield "all terms", {"workers": 2, "contract": {"wage": 1, "bonus": 2, "prize": 3, "inspection": 0.25, "fine": 4}}
    yield "fine for what is seen", {"contract": {"wage": 1, "fine": 2}, "routes": {"effort": (PRINCIPAL,)}}
    owed = {"contract": {"wage": 5, "inspection": 0.5, "fine": 10}}
    yield "fine that can be paid", {**owed, "technology": {"liability": 10}}
    yield "fine that can be paid in part", {**owed, "technology": {"liability": 4}}
    yield "no pay", {"contract": {}}
    yield "unannounced", {"announced": False}
    yield "models", {"framing": "models"}
    yield "real", {"work": "real"}
    yield "real, two faults", {"work": "real", "checks": {"faults": 2, "counts": (0, 4, 10)}}
    yield "written", {"statements": "written"}
    yield "texts", {"options": "texts"}
    yield "open", {"workers": 3, "routes": dict.fromkeys(("effort", "report", "pay"), ("worker_1", "worker_3"))}
    yield "principal", {"principal": "seat", "menu": ({"wage": 5}, {"bonus": 5, "inspection": 0.5, "fine": 1}, {})}


def all_prompts():
    parts: list[str] = []
    asked: set[str] = set()
    for (name, keys), place in product(regimes(), range(5)):
        spec_of = {**keys, "wording": place, "order_seed": 1}
        scenario = hidden_action_v0.parallel_env(**spec_of)
        observations, _ = scenario.reset(seed=6)
        agents = [agent for agent in scenario.possible_agents if agent in ("worker_1", PRINCIPAL)]
        for agent in agents:
            opening, question = scenario.opening(agent), scenario.question(agent, observations[agent])
            parts.append(f"=== {name}, {place}, {agent}\n{opening}\n")
            if question not in asked:
                parts.append(f"--\n{question}\n")
            asked.add(question)
    everything = {"others_actions": "nothing", "detection": "always"}
    for keys in ({}, {"framing": "models"}, {"work": "real"}):
        to_all = ("worker_1", "worker_2", PRINCIPAL)
        scenario = hidden_action_v0.parallel_env(
            workers=2,
            contract={"wage": 5, "inspection": 0.5},
            sees=everything,
            wording=0,
            routes=dict.fromkeys(("effort", "output", "report", "inspection", "pay"), to_all),
            **keys,
        )
        for actions in (((1, 0), (2, 2)), ((1, 2), (0, 0)), ((0, 0), None), (None, (1, 1))):
            scenario.reset(seed=1)
            observations = scenario.step(dict(zip(scenario.agents, actions, strict=True)))[0]
            for agent, seen in observations.items():
                parts.append(f"=== feedback {actions} {agent}\n{scenario.feedback(agent, seen)}\n")
    scenario = hidden_action_v0.parallel_env(principal="seat", menu=({}, {"wage": 1}), wording=0)
    for action in ((2, 2), (0, 0)):
        scenario.reset(seed=1)
        seen = scenario.step({"worker_1": action, PRINCIPAL: 0})[0][PRINCIPAL]
        parts.append(f"=== feedback {action} principal\n{scenario.feedback(PRINCIPAL, seen)}\n")
    return "".join(parts)


def test_every_prompt_is_what_it_was():
    assert all_prompts() == PROMPTS.read_text(encoding="utf-8")


@pytest.mark.parametrize("sentence", TREATED)
def test_what_carries_a_treatment_is_said_in_five_ways(sentence):
    said = wording("hidden-action").sentences[sentence]
    assert len(set(said)) == 5


def test_an_inspection_that_is_not_announced_is_in_no_word():
    contract = {"wage": 5, "inspection": 0.4}
    for place in range(5):
        texts = []
        for announced in (True, False):
            scenario = hidden_action_v0.parallel_env(contract=contract, announced=announced, wording=place)
            seen = scenario.reset(seed=1)[0]["worker_1"]
            texts.append((scenario.opening("worker_1") + scenario.question("worker_1", seen)).lower())
        assert "inspect" in texts[0]
        assert "inspect" not in texts[1]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("seat", ["worker_1", PRINCIPAL])
def test_limited_liability_is_told_where_a_fine_is_told_that_is_more_than_can_be_taken(place, seat):
    def told(*, fine, liability, **keys):
        contract = {"wage": 5, "inspection": 1, "fine": fine}
        if seat == PRINCIPAL:
            keys = {**keys, "principal": "seat", "menu": ({"wage": 5}, contract)}
        scenario = hidden_action_v0.parallel_env(
            contract=contract, technology={"liability": liability}, wording=place, **keys
        )
        seen = scenario.reset(seed=1)[0][seat]
        limit = wording("hidden-action").said("fine_limited", place, least=f"{-liability or 0}")
        return limit in scenario.opening(seat) + " " + scenario.question(seat, seen)

    assert [told(fine=10, liability=most) for most in (0, 4, 9, 10, 11)] == [True, True, True, False, False]
    assert not told(fine=0, liability=0)
    assert told(fine=10, liability=4, announced=False) == (seat == PRINCIPAL), "a fine that is not told has no limit"
    routes = {"effort": (PRINCIPAL,)}
    assert told(fine=10, liability=4, announced=False, routes=routes)


@pytest.mark.parametrize("liability", [0, 4, 12])
def test_nobody_ends_a_round_with_less_than_the_limit_that_is_told(liability):
    scenario = hidden_action_v0.parallel_env(
        contract={"wage": 5, "inspection": 1, "fine": 10}, technology={"liability": liability}
    )
    scenario.reset(seed=1)
    seen, rewards, *_ = scenario.step({"worker_1": (1, 0)})
    assert rewards["worker_1"] == -min(liability, 10)
    earned = f"{-min(liability, 10) or 0}"
    assert scenario.feedback("worker_1", seen["worker_1"]).endswith(f"You earned {earned}.")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I gave high effort.", 2.0),
        ("It was LOW effort, sorry.", 1.0),
        ("", 0.0),
        ("All went well.", 0.0),
        ("Not low but high.", 0.0),
        ("I was highly motivated and slow.", 0.0),
        ("A high-minded worker.", 0.0),
    ],
)
def test_a_written_report_is_coded_by_the_level_that_it_names(text, code):
    scenario = hidden_action_v0.parallel_env(statements="written")
    assert scenario.coded("worker_1", (1.0, 0.0), text) == (1.0, code)
    assert scenario.coded("worker_1", (0.0, 0.0), text) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I checked 8 of the 10 records.", 2.0),
        ("Checked 4 of 8.", 1.0),
        ("4 or 8, who knows", 0.0),
        ("I checked 10.", 0.0),
    ],
)
def test_a_written_report_of_checks_is_coded_by_their_number(text, code):
    scenario = hidden_action_v0.parallel_env(statements="written", work="real")
    assert scenario.coded("worker_1", (1.0, 0.0), text) == (1.0, code)


@pytest.mark.parametrize("keys", [{}, {"framing": "models"}, {"work": "real"}], ids=["effort", "models", "real"])
def test_what_a_scripted_worker_writes_is_read_as_what_it_says(keys):
    scenario = hidden_action_v0.parallel_env(statements="written", **keys)
    for action in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (2.0, 2.0)):
        assert scenario.read("worker_1", scenario.written("worker_1", action)).action == action


def test_a_principal_writes_nothing_but_its_choice():
    scenario = hidden_action_v0.parallel_env(principal="seat", menu=({}, {"wage": 1}), statements="written")
    assert scenario.reply_schema(PRINCIPAL)["required"] == ["choice"]
    for place in (0.0, 1.0):
        assert scenario.read(PRINCIPAL, scenario.written(PRINCIPAL, (place,))).action == (place,)
    assert scenario.reply_schema("worker_1")["required"] == ["reason", "choice"]


def test_the_words_of_the_terms_are_those_of_the_contract():
    scenario = hidden_action_v0.parallel_env(contract={"wage": 7, "bonus": 3}, wording=0)
    assert words.terms(scenario.spec, scenario.spec.contract) == "a wage of 7, and 3 more if the work succeeds."


if __name__ == "__main__":
    PROMPTS.write_text(all_prompts(), encoding="utf-8")
