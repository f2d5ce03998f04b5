"""The numbers on docs/policies.md, found again."""

import math
import re
from pathlib import Path

import pytest

from agoranomos.documents import Source
from agoranomos.markets import cournot_v0
from agoranomos.policies import POLICIES, list_policies
from agoranomos.policies.facts_table import facts_table
from conformance.policy import play, seated
from policies.general import GENERAL_MARKETS, against

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")


def section(name):
    return re.split(r"^##+ ", PAGE.split(f"### `{name}`\n")[1], flags=re.MULTILINE)[0]


def test_the_table_says_what_every_policy_claims():
    claimed = [policy.name for policy in list_policies() if policy.origin == "library" and POLICIES[policy.name].facts]
    table = facts_table()
    assert table in PAGE, "run docs/generate.py"
    assert all(f"| `{name}` |" in table for name in claimed)
    assert len(table.splitlines()) == 2 + len(claimed)


@pytest.mark.parametrize(
    ("policy", "said"),
    [("nash", "1444.44"), ("divider", "1800"), ("nash-share-cartel", "1581.82"), ("parked-divider", "1777.7")],
)
def test_profits_in_the_papers_duopoly_are_those_on_the_page(policy, said):
    market = cournot_v0.parallel_env(rounds=1)
    play(seated(policy, {}, market, 0), market, 0)
    profit = market.outcome().profit[0]
    assert f"{profit:.{len(said.partition('.')[2])}f}" == said
    assert re.search(rf"earns?\s+(each firm )?{re.escape(said)}", PAGE)


def test_a_price_counts_as_cut_below_25_over_6():
    assert "10/3 (Nash) count as cut below 25/6" in section("tit-for-tat")
    setting = GENERAL_MARKETS["prices"]
    kept, cut = (against("tit-for-tat", {}, setting, [[[25 / 6 + off]], [[5.0]]])[1] for off in (1e-5, -1e-5))
    assert kept == (5.0,)
    assert cut != kept


def test_at_a_temperature_of_1_the_worst_of_the_menu_has_the_odds_1_to_e():
    from agoranomos.policies.hindsight import Tally
    from agoranomos.randomness import Randomness

    assert "the worst has the odds 1 to e" in section("smooth-fictitious-play")
    policy = seated("smooth-fictitious-play", {"temperature": 1.0}, GENERAL_MARKETS["dilemma"](1), 0)[0]
    tally = Tally((3.0, 5.0), (1, 0), (0.0, 0.0), 3.0, 1)
    worse = [policy.choose(tally, 0, Randomness(seed, 1, "left")) for seed in range(8000)].count(0)
    assert worse / (8000 - worse) == pytest.approx(1 / math.e, rel=0.06)


def test_every_parameter_has_the_default_that_the_page_gives_it():
    for name in ("benchmark", "tit-for-tat", "punish-and-return", "imitation", "roth-erev", "smooth-fictitious-play"):
        for parameter, field in POLICIES[name].parameters.model_fields.items():
            if f"`{parameter}` (" not in section(name):
                continue
            said = section(name).split(f"`{parameter}` (")[1].split(")")[0].strip("`")
            wanted = {None: "left out", False: "false"}.get(field.default, str(field.default))
            assert said == wanted, f"{name}: {parameter}"


def test_the_rosters_on_the_page_are_valid():
    from agoranomos.agents.roster import Roster
    from agoranomos.documents import parse_document

    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    rosters = [block for block in blocks if "kind: roster" in block]
    assert rosters
    for block in rosters:
        assert parse_document(Source("policies.md", block), Roster).agents


def test_every_policy_of_the_library_claims_its_facts_but_these():
    """Learners whose habits take longer than a trial to show, who talk, or whose play is a model's or a person's."""
    silent = {
        "answering",
        "cartelist",
        "choosing",
        "deterred",
        "herald",
        "human",
        "ppo",
        "prompted",
        "tool-using",
        "trial-cartelist",
        "trial-expert",
    }
    found = {policy.name for policy in list_policies() if policy.origin == "library"}
    assert {name for name in found if POLICIES[name].facts is None} <= silent
