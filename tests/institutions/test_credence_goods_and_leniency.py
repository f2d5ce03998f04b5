"""Institutions for credence goods and for cartels: the innocent are let be, the guilty pay, and may come back."""

from pathlib import Path

import numpy as np

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.markets import credence_goods_v0, leniency_cartel_v0
from agoranomos.markets.credence_goods import CredenceGoodsSpec
from agoranomos.markets.leniency_cartel import LeniencyCartelSpec
from agoranomos.workspace import Workspace
from conformance.institution import InstitutionConformance

FOLDER = Path(__file__).parents[2] / "institutions"
HONEST, UNDERTREATS, OVERCHARGES = ([3, 7, 0, 1, 0, 1.0], [3, 7, 0, 0, 0, 1.0], [3, 7, 0, 1, 1, 1.0])


class _CredenceGoods(InstitutionConformance):
    runs = 60
    offence = UNDERTREATS
    agents = CredenceGoodsSpec().experts

    def market(self, rounds):
        return credence_goods_v0.parallel_env(rounds=rounds)

    def innocent(self, rng):
        return {agent: np.array(HONEST) for agent in self.agents}

    def guilty(self):
        return {agent: np.array(self.offence) for agent in self.agents}


class TestLiability(_CredenceGoods):
    file = FOLDER / "credence-goods-liability.yaml"


class TestVerifiability(_CredenceGoods):
    file = FOLDER / "credence-goods-verifiability.yaml"
    offence = OVERCHARGES


class _Cartel(InstitutionConformance):
    runs = 60
    agents = LeniencyCartelSpec().firms

    def market(self, rounds):
        return leniency_cartel_v0.parallel_env(rounds=rounds)

    def innocent(self, rng):
        """Any prices, in silence."""
        return {agent: np.array([0.0, rng.integers(13)]) for agent in self.agents}

    def guilty(self):
        return {agent: np.array([10.0, 9.0]) for agent in self.agents}


class TestAntitrust(_Cartel):
    file = FOLDER / "leniency-antitrust.yaml"
    rounds = 20
    patience = 150
    """An agreement may be found out long after the last talk; ten silent rounds follow."""


def fines(institution, reports, rounds=60):
    """What each firm of a cartel pays in all; `reports` says in which round who comes forward."""
    governed = Governed(leniency_cartel_v0.parallel_env(rounds=rounds), institution)
    governed.reset(seed=3)
    paid = dict.fromkeys(governed.possible_agents, 0.0)
    while governed.agents:
        number = governed.round + 1
        actions = {agent: np.array([10.0 if number == 1 else 0.0, 9.0]) for agent in governed.agents}
        pending = governed.clear_and_judge(actions, reports=reports.get(number, ()))
        governed.commit(pending)
        infos = governed.apply(pending)[-1]
        for agent in paid:
            paid[agent] += infos[agent]["fine"]
    return paid


def test_the_first_report_is_spared_by_the_programme_only(tmp_path):
    workspace = Workspace(tmp_path, "test")
    without, lenient = (
        load_institution(read_text(FOLDER / f"leniency-{name}.yaml"), workspace) for name in ("antitrust", "programme")
    )
    assert fines(without, {3: ["firm_2"]}) == {"firm_1": 200, "firm_2": 200}
    assert fines(lenient, {3: ["firm_2"]}) == {"firm_1": 200, "firm_2": 0}
    assert fines(lenient, {3: ["firm_2", "firm_1"]}) == {"firm_1": 100, "firm_2": 100}
