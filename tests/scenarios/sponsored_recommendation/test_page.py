"""The page, the institution and the files of the family, held against the code."""

from pathlib import Path

import pytest

from agoranomos.deterrence.scenario_gain import scenario_gain
from agoranomos.documents import read_text
from agoranomos.institutions import load_institution
from agoranomos.markets.catalogue import load_market
from agoranomos.scenarios import COMMON_KINDS
from agoranomos.scenarios.scenario_spec import ScenarioSpec
from agoranomos.scenarios.sponsored_recommendation import Payoffs, SponsoredRecommendationSpec
from agoranomos.scenarios.sponsored_recommendation.measures import MEASURE_KINDS
from agoranomos.workspace import find_workspace

ROOT = find_workspace(None).root
PAGE = (ROOT / "docs/scenarios/sponsored-recommendation.md").read_text("utf-8")


def test_every_key_measure_play_and_file_is_on_the_page():
    spec = SponsoredRecommendationSpec()
    names = set(SponsoredRecommendationSpec.model_fields) - set(ScenarioSpec.model_fields)
    names |= {name.removesuffix("_e6") for name in set(MEASURE_KINDS) - set(COMMON_KINDS)}
    names |= {path.stem for path in (ROOT / "scenarios").glob("sponsored-recommendation*.yaml")}
    names |= {path.stem for path in (ROOT / "campaigns").glob("principals-sponsored-recommendation*.yaml")}
    names |= {
        path.stem.removeprefix("sponsored-recommendation-") for path in (ROOT / "agents").glob("sponsored-*.yaml")
    }
    names |= set(spec.ITEMS)
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_the_file_with_a_duty_fines_above_the_threshold_and_the_best_reply_says_so():
    spec = load_market("sponsored-recommendation-duty", find_workspace(Path(__file__).parent)).spec
    for seed in range(24):
        payoffs = Payoffs(spec.drawn(seed))
        assert payoffs.best_reply(0.0) == (payoffs.sponsored, 3)


@pytest.mark.parametrize("scenario", ["sponsored-recommendation", "sponsored-recommendation-duty"])
def test_under_liability_serving_the_sponsor_loses_more_than_it_brings(scenario):
    spec = load_market(scenario, find_workspace(Path(__file__).parent)).spec
    institution = load_institution(read_text(ROOT / "institutions" / "recommendation-liability.yaml"))
    free = scenario_gain(None, spec.model_copy(update={"audits": type(spec.audits)()}), 1, seeds=range(4))
    assert free.kept == pytest.approx(1.0)
    found = scenario_gain(institution, spec.model_copy(update={"audits": type(spec.audits)()}), 1, seeds=range(25))
    # 1000 looks with a chance of 0.3: four standard errors of six times their share.
    assert found.kept == pytest.approx(-0.8, abs=6 * 4 * (0.21 / 1000) ** 0.5)
    spared = scenario_gain(institution, spec, 0, seeds=range(3))
    assert (spared.fined, spared.fined_others) == (0.0, 0.0)
