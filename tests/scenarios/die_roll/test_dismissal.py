"""Dismissal: what a liar loses by it, over whole runs, against arithmetic of its own."""

from fractions import Fraction

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.scenarios.die_roll import DieRoll, DieRollSpec
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace()
DISMISSAL = load_institution(read_text(resolve("institutions", "dismissal", WORKSPACE)))


def income(play, seed, rounds=10):
    """What the agent earns in each round, and in how many it may act."""
    scenario = DieRoll(DieRollSpec(rounds=rounds).drawn(seed))
    governed = Governed(scenario, DISMISSAL, None)
    observations, _ = governed.reset(seed)
    earned, employed = [], 0
    for _ in range(rounds):
        acts = governed.may_act("agent")
        employed += acts
        actions = {"agent": scenario.play(play, "agent", observations["agent"])} if acts else {}
        pending = governed.clear_and_judge(actions, {})
        governed.commit(pending)
        observations, rewards, *_ = governed.apply(pending)
        earned.append(rewards["agent"])
    return earned, employed


def test_who_is_dismissed_earns_nothing_from_the_next_round_on():
    lengths = []
    for seed in range(40):
        earned, employed = income("violate", seed)
        assert all(paid > 0 for paid in earned[:employed])
        assert earned[employed:] == [0.0] * (10 - employed)
        lengths.append(employed)
    # found one time in four: (1 - 0.75^10) / 0.25 = 3.77 rounds of ten, with a standard error of 0.44 over 40 runs
    assert abs(sum(lengths) / 40 - float((1 - Fraction(3, 4) ** 10) * 4)) < 1.8
    assert min(lengths) < 10


def test_the_truth_keeps_its_job():
    for seed in range(20):
        assert income("honest", seed)[1] == 10


def test_the_truth_is_expected_to_earn_more_over_ten_rounds():
    """A six is 3 a round until it is found, with 5/6 of 1/4 a round; the truth 7/4 in each."""
    stays = 1 - Fraction(5, 6) * Fraction(1, 4)
    liar = sum(3 * stays**before for before in range(10))
    assert liar < 10 * Fraction(7, 4)
    played = [sum(income("maximiser", seed)[0]) for seed in range(60)]
    # a run of the liar's has a standard deviation below 15, so 60 of them a standard error below 2
    assert abs(sum(played) / 60 - float(liar)) < 5
