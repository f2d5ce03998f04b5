"""General learners under an institution: what it levies is what they count, also where they are suspended."""

import numpy as np
import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.markets import cournot_v0
from agoranomos.randomness import Randomness
from agoranomos.workspace.library import library_root
from conformance.policy import seated

GRAPH = library_root() / "institutions" / "cournot-antitrust-hardened.yaml"
DIVISION = {"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])}


def governed(bare):
    return Governed(bare, load_institution(read_text(GRAPH)))


@pytest.mark.parametrize("by_standing", [False, True])
@pytest.mark.parametrize("name", ["fictitious-play", "regret-matching", "smooth-fictitious-play"])
def test_every_fine_that_is_levied_on_a_divider_is_counted_against_the_division(name, by_standing):
    bare = cournot_v0.parallel_env(rounds=80)
    market, policy = governed(bare), seated(name, {"by_standing": by_standing}, bare, 1)[0]
    observations, _ = market.reset(seed=1)
    memory, levied, suspended = policy.start(), 0.0, 0
    while market.agents:
        told, number = market.notices["firm_1"], market.round + 1
        if market.may_act("firm_1"):
            memory = policy.act(observations["firm_1"], told, memory, Randomness(1, number, "firm_1")).memory
        else:
            suspended += 1
            memory = policy.missed(observations["firm_1"], told, memory)
        observations, _, _, _, infos = market.step(DIVISION)
        levied += infos["firm_1"]["fine"]
    memory = policy.missed(observations["firm_1"], market.notices["firm_1"], memory)
    divides = policy.nearest(DIVISION["firm_1"])
    assert suspended > 0
    assert levied > 0
    assert sum(sum(tally.fines) for tally in memory.tallies) == pytest.approx(levied)
    assert sum(tally.fines[divides] for tally in memory.tallies) == pytest.approx(levied)
    assert (len(memory.tallies) > 1) == by_standing
