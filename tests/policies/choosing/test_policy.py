"""What a choosing agent asks, how it acts on the answer, and what it tells the record."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.institutions.notices import Notice
from agoranomos.markets import cournot_v0, matrix_v0
from agoranomos.models import Distribution, Question, prompt_sha256
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.choosing import Choosing, ChoosingParameters, menu_of
from agoranomos.policies.choosing.record import mode, recorded, sampled
from agoranomos.policies.choosing.template import parse_question
from agoranomos.policies.prompted import Remembering
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import WindowMemory
from agoranomos.policies.prompted.seat_memory import samples
from agoranomos.randomness import Randomness
from policies.choosing.asking import Answers, chooser, decide, no_answer, seen, with_probabilities

DILEMMA = matrix_v0.parallel_env()
FIRST = DILEMMA.possible_agents[0]


def test_a_question_names_every_option_and_has_a_seed_and_a_caller() -> None:
    engine = Answers((0.5, 0.5))
    policy = chooser(engine, DILEMMA, told="Be kind.", temperature=0.7)
    notice = Notice(FIRST, 1, "active", 0, "CLEAR", "Status: CLEAR.", 0)
    decide(policy, seen(DILEMMA, FIRST), notice=notice)
    (question,) = engine.questions
    system, user = question.messages
    assert question.options == ("cooperate", "defect")
    assert "- cooperate\n- defect" in system.content
    assert "Be kind." in system.content
    assert "Status: CLEAR." in user.content
    assert question.lead == "I choose: "
    assert question.temperature == 0.7
    assert question.caller == ("row", 1, 0)
    assert question.seed == Randomness(7, 1, "row").integer("model")


def test_under_letters_the_list_is_left_to_the_letters() -> None:
    engine = Answers((0.5, 0.5))
    decide(chooser(engine, DILEMMA, labelled=True, orders="rotated"), seen(DILEMMA, FIRST))
    (question,) = engine.questions
    assert question.labelled
    assert question.orders == "rotated"
    assert "cooperate" not in "".join(m.content for m in question.messages).replace("0 is cooperate", "")


def test_the_most_probable_option_is_played_with_mode_and_the_first_of_equals() -> None:
    for shares, played in (((0.4, 0.6), 1.0), ((0.6, 0.4), 0.0), ((0.5, 0.5), 0.0)):
        decision = decide(chooser(Answers(shares), DILEMMA, act="mode"), seen(DILEMMA, FIRST))
        assert decision.action.tolist() == [played]
        assert decision.account.chosen == int(played)


def test_options_are_drawn_with_their_probabilities_and_by_name_alone() -> None:
    shares = (0.1, 0.0, 0.25, 0.65)
    choice = ChoiceRecord(("a", "b", "c", "d"), tuple(round(1e6 * math.log(p)) if p else None for p in shares))
    drawn = Counter(sampled(choice, Randomness(seed, 3, "row")) for seed in range(4000))
    assert drawn[1] == 0
    expected = [4000 * p for p in shares if p]
    assert stats.chisquare([drawn[k] for k in (0, 2, 3)], expected).pvalue > 1e-4
    assert sampled(choice, Randomness(5, 3, "row")) == sampled(choice, Randomness(5, 3, "row"))
    agents = [sampled(choice, Randomness(seed, 3, "column")) for seed in range(50)]
    rounds = [sampled(choice, Randomness(seed, 4, "row")) for seed in range(50)]
    first = [sampled(choice, Randomness(seed, 3, "row")) for seed in range(50)]
    assert first != agents
    assert first != rounds


def test_what_is_drawn_is_drawn_from_what_is_recorded() -> None:
    """So that a resumed run, which has the recorded digits alone, draws the same."""
    generator = np.random.default_rng(1)
    for seed in range(200):
        shares = generator.dirichlet(np.ones(5))
        question = Question((), tuple("abcde"))
        whole = recorded(with_probabilities(question, shares))
        read = tuple(-math.inf if log is None else log / 1e6 for log in whole.log_probabilities_e6)
        again = recorded(Distribution(question.options, read, (read,), "direct", 0, 0, math.nan))
        assert again == whole
        assert sampled(whole, Randomness(seed)) == sampled(again, Randomness(seed))
        assert mode(whole) == int(np.argmax(shares))


def test_the_account_holds_the_whole_distribution() -> None:
    def answer(question: Question) -> Distribution:
        return with_probabilities(question, (0.2, 0.8), (0.4, 0.6), reasoning=("first", "second \ud800"))

    engine = Answers(answer)
    policy = chooser(engine, DILEMMA, labelled=True, orders="rotated", reasoning=32, act="mode")
    decision = decide(policy, seen(DILEMMA, FIRST))
    (call,) = decision.account.calls
    assert call.scored == "after_reasoning"
    assert call.reply == ""
    assert call.prompt_sha256 == prompt_sha256(engine.questions[0])
    assert call.choice.options == ("cooperate", "defect")
    assert np.allclose(call.choice.probabilities, (0.3, 0.7), atol=1e-6)
    assert call.choice.reasoning == ("first", "second ?")
    assert len(call.choice.by_order_e6) == 2
    assert decision.seconds == (0.25,)


def test_one_order_is_not_recorded_twice() -> None:
    (call,) = decide(chooser(Answers((0.2, 0.8)), DILEMMA), seen(DILEMMA, FIRST)).account.calls
    assert call.scored == "direct"
    assert call.choice.by_order_e6 == ()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (no_answer, "timeout"),
        (lambda question: with_probabilities(question, (math.nan, 0.5)), "invalid"),
        (lambda question: with_probabilities(question, (0.2, 0.2)), "invalid"),
        (lambda question: replace(with_probabilities(question, (0.5, 0.5)), options=("a",)), "invalid"),
        (lambda question: replace(with_probabilities(question, (0.5, 0.5)), options=("a", "b")), "invalid"),
    ],
)
def test_an_answer_that_is_no_distribution_is_a_failure_and_the_move_is_repaired(answer, failure: str) -> None:
    market = cournot_v0.parallel_env()
    agent = market.possible_agents[0]
    broken = chooser(Answers(answer), market)
    if failure == "timeout":
        first = decide(broken, seen(market, agent))
        assert first.account.repaired
        assert first.action.tolist() == [50.0, 50.0]  # the middle of what it can do
        assert first.account.calls[0].choice is None
        assert first.account.calls[0].scored == "direct"
    memory = replace(broken.start(), last=3)
    decision = decide(broken, seen(market, agent), memory) if failure == "timeout" else None
    if decision is not None:
        assert decision.action.tolist() == list(broken.menu[3].action)
    small = chooser(Answers(answer), DILEMMA)
    call = decide(small, seen(DILEMMA, FIRST)).account.calls[0]
    assert (call.failure, call.choice) == (failure, None)


def test_a_suspended_round_is_noted_and_what_was_chosen_is_remembered() -> None:
    policy = chooser(Answers((0.0, 1.0)), DILEMMA)
    memory = decide(policy, seen(DILEMMA, FIRST)).memory
    assert memory.last == 1
    missed = policy.missed(seen(DILEMMA, FIRST, 1), None, memory)
    assert missed.last == 1
    assert missed.notes.missing == 2
    after = decide(policy, seen(DILEMMA, FIRST, 2), missed, round_number=3).memory
    assert [one.suspended for one in after.notes.history] == [False, True]


def test_a_mock_that_plays_a_rule_is_told_the_option_nearest_to_it() -> None:
    engine = Answers((0.5, 0.5))
    decide(chooser(engine, DILEMMA), seen(DILEMMA, FIRST))
    player = engine.questions[0].player
    assert player("nash") == "defect"
    assert player("colluder") == "cooperate"
    with pytest.raises(UsageError, match="nasch"):
        player("nasch")
    market = cournot_v0.parallel_env()
    engine = Answers(lambda question: with_probabilities(question, [1 / len(question.options)] * len(question.options)))
    decide(chooser(engine, market), seen(market, market.possible_agents[0]))
    assert engine.questions[0].player("nash") == "A 50, B 25"  # 46.67 and 26.67


def test_the_description_says_what_each_option_stands_for() -> None:
    policy = chooser(Answers((0.5, 0.5)), DILEMMA, told="Be kind.")
    described = policy.describe()
    assert described["menu"] == [
        {"option": "cooperate", "action_e6": [0]},
        {"option": "defect", "action_e6": [1_000_000]},
    ]
    assert described["parameters"]["temperature"] == "1.0"
    assert described["told"]["text"] == "Be kind."


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"temperature": 0.0}, "more than 0"),
        ({"levels": 1}, "at least 2"),
        ({"orders": "rotated"}, "no letters"),
        ({"options": ((0,), (7,))}, "no action of this agent"),
        ({"act": "best"}, "'sample' or 'mode'"),
    ],
)
def test_parameters_that_cannot_be_meant_are_refused(parameters, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chooser(Answers((0.5, 0.5)), DILEMMA, **parameters)


def test_too_many_options_for_letters_are_refused_before_a_run() -> None:
    with pytest.raises(UsageError, match="cannot stand under letters"):
        chooser(Answers(()), cournot_v0.parallel_env(), levels=7, labelled=True)


def test_it_needs_an_engine() -> None:
    kind = find_policy("choosing")
    with pytest.raises(UsageError, match="needs an engine"):
        kind.bind(kind.parse({}), None)


HEAD = "---\nkind: question\nversion: 1\n---\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "{% block user %}{{ nothing }}{% endblock %}", "'nothing' is undefined"),
        (HEAD + "{% block user %}{{ history[0].price[3] }}{% endblock %}", "has no element"),
        (HEAD + "{% block system %}x{% endblock %}", "`user` is missing"),
        (HEAD + "{% block user %}x{% endblock %}{% block retry %}x{% endblock %}", "unknown block 'retry'"),
        ("{% block user %}x{% endblock %}", "kind: question"),
    ],
)
def test_a_template_that_cannot_be_meant_is_refused_before_a_run(text: str, words: str) -> None:
    with pytest.raises((DocumentError, UsageError), match=words):
        _with_template(text)


def test_a_template_may_speak_of_one_type_of_market() -> None:
    text = HEAD.replace("version: 1", "version: 1\nmarket: cournot") + "{% block user %}x{% endblock %}"
    with pytest.raises(UsageError, match="markets of type cournot"):
        _with_template(text)


def _with_template(text: str) -> Choosing:
    template = parse_question(Source("mine.md", text), "mine")
    seat = Seat(FIRST, 0, DILEMMA, 7)
    shape = DILEMMA.action_shape(FIRST)
    return Choosing(
        ChoosingParameters(),
        Firm.of(seat, template.form.market),
        shape,
        menu_of(shape, math.inf, 2),
        Answers(()),
        template,
        None,
        ByRule(seat),
        Remembering(FIRST, WindowMemory()),
        samples(Remembering(FIRST, WindowMemory()), seat),
    )
