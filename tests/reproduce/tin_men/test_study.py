"""The study as the command runs it, in small: scripted players pin its tables, and missing choices are told apart."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from agoranomos.cli.entry import run_command
from agoranomos.errors import UsageError
from agoranomos.logs import KeyStore
from agoranomos.models import Completion, MockEngine, Request
from agoranomos.reproduce.study import Executing, plans_of, run_study
from agoranomos.reproduce.tin_men import Asked, design
from agoranomos.reproduce.tin_men.corrected_tables import effects, logits, overridden
from agoranomos.reproduce.tin_men.counted import counts, differences, given_override, imputed, parsed, unread
from agoranomos.reproduce.tin_men.design import CORRECTED, FAITHFUL, READERS, SCRIPTED
from agoranomos.reproduce.tin_men.faithful_tables import effects_table, gaps_table, overridden_table, unread_table
from agoranomos.reproduce.tin_men.findings import WITHOUT_MODELS
from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS
from agoranomos.reproduce.tin_men.purchases import Purchase, purchases
from agoranomos.reproduce.tin_men.recomputed import COEFFICIENTS, DESIGN
from agoranomos.reproduce.who_played import about_models
from agoranomos.statistics import mean_estimate, mixed_logit, wilson_interval
from agoranomos.workspace import Workspace


def test_the_faithful_arm_has_the_published_cells_calls_and_temperatures() -> None:
    study = design(Asked(models=("mock/valid",)))
    campaign = YAML(typ="safe").load(study.campaigns[FAITHFUL])
    assert (campaign["seeds"], campaign["rounds"], campaign["market"]) == (30, 1, "tin-men-faithful")
    assert [len(levels) for levels in campaign["factors"].values()] == [2, 4]
    assert campaign["rosters"] == [*SCRIPTED, "A-t0-2", "A-t0-6"]
    parameters = {
        name: YAML(typ="safe").load(text)["agents"][0]["parameters"]
        for name, text in study.rosters.items()
        if name.startswith("A-")
    }
    assert [parameters[f"A-t0-{tenths}.yaml"]["temperature"] for tenths in (2, 6)] == [0.2, 0.6]
    assert all(one["by"] == "reply" and one["memory"] == "none" and one["attempts"] == 1 for one in parameters.values())
    corrected = YAML(typ="safe").load(study.campaigns[CORRECTED])
    assert (corrected["seeds"], corrected["rounds"], len(corrected["factors"]["seen-by"])) == (30, 5, 4)


@pytest.mark.parametrize("size", ["full", "small"])
def test_every_arm_is_planned_with_the_route_that_it_is_named_for(size: Any, tmp_path: Path) -> None:
    plans = plans_of(design(Asked(size=size)), tmp_path, Workspace(tmp_path, "lab"))
    assert {file: len(plan.arms) for file, plan in plans.items()} == {FAITHFUL: 32, CORRECTED: 16}
    for plan in plans.values():
        for arm in plan.arms:
            spec: Any = arm.market
            readers = READERS[dict(arm.levels)["seen-by"]]
            assert [spec.gives("reason", party) for party in ("customer", "company")] == [
                party in readers for party in ("customer", "company")
            ]
            assert spec.gives("choice", "customer")
            assert not spec.gives("choice", "company")


def test_what_is_for_models_is_refused_without_them() -> None:
    for asked in (Asked(by="choice"), Asked(constrained=True)):
        with pytest.raises(UsageError, match="are for models"):
            design(asked)
    with pytest.raises(UsageError, match="nothing is written"):
        design(Asked(models=("mock/valid",), by="choice", constrained=True))


def test_what_models_of_other_sizes_show_is_not_said_of_every_model() -> None:
    assert "135 million" not in " ".join(about_models({"vllm/Qwen3-8B"}, WITHOUT_MODELS))
    assert "135 million" in " ".join(about_models({"vllm/Qwen3-8B", "smollm2?device=cpu"}, WITHOUT_MODELS))
    assert "mocks" in " ".join(about_models({"mock/valid"}, WITHOUT_MODELS))
    assert "No language model" in " ".join(about_models(set(), WITHOUT_MODELS))


# -- missing choices -------------------------------------------------------------------------------------------------


class Evasive(MockEngine):
    """Serves the company where it alone reads, and the customer elsewhere; where nobody reads it only recommends."""

    def __init__(self) -> None:
        super().__init__("valid", name="mock/valid")

    async def complete(self, request: Request) -> Completion:
        readers = request.messages[-1].content.partition("will be read by ")[2]
        text = "I recommend P2, since Brevika profits." if readers.startswith("Brevika") else "I recommend P1."
        choice = {"B": ', "choice": "P2"', "n": ""}.get(readers[0], ', "choice": "P1"')
        return replace(await super().complete(request), text=f'{{"reason": "{text}"{choice}}}', failure="")


def made(**changes: Any) -> Purchase:
    usual = Purchase("A", "vehicle", "both", 0, 1, 0, 0, False, False, 0, None, None, {})
    return replace(usual, **changes)


def test_unread_choices_are_counted_imputed_from_the_text_and_bounded_at_their_worst() -> None:
    """Of four purchases a cell one was not read; the company-only one of these speaks for the company's product."""
    found = []
    for condition in CONDITIONS:
        sold = condition == "company only"
        for _ in range(3):
            found.append(made(seen_by=condition, chosen=int(sold), overrides=sold, imputed_overrides=sold))
        spoke = {"company only": True, "neither": None}.get(condition, False)
        found.append(made(seen_by=condition, chosen=None, overrides=None, imputed_overrides=spoke))
    assert counts(found, parsed) == {one: (3 * (one == "company only"), 3) for one in CONDITIONS}
    assert counts(found, imputed)["company only"] == (4, 4)
    assert counts(found, imputed)["neither"] == (0, 3)
    assert dict(unread(found)) == dict.fromkeys(CONDITIONS, 1)
    rows = dict(effects_table(found).rows)
    (company,) = [cells for label, cells in rows.items() if "the company can see, 4/8 against 0/7" in label]
    values = [cell.here for cell in company]
    assert values[0] is not None
    assert values[0].point == 0.5
    assert values[3] is not None
    assert (values[3].point, values[4].low, values[4].high) == pytest.approx((0.5, 3 / 8 - 2 / 8, 5 / 8))  # type: ignore[union-attr]
    labels = [label for label, _ in overridden_table(found, "vehicle").rows]
    assert labels[:2] == ["A", "A, parsed only"]
    assert [cell.here.point for cell in dict(unread_table(found).rows)["A"] if cell.here] == [1.0] * 4


def test_differences_are_within_menus_and_given_an_override_only_where_there_is_one() -> None:
    found = [
        made(menu=0, seen_by="company only", said=1, imputed_overrides=True),
        made(menu=0, seen_by="customer only", said=0, imputed_overrides=True),
        made(menu=1, seen_by="company only", said=1, imputed_overrides=False),
        made(menu=1, seen_by="customer only", said=1, imputed_overrides=True),
        made(menu=2, seen_by="company only", said=1, imputed_overrides=True),
    ]

    def discloses(one: Purchase) -> bool | None:
        return one.discloses

    sides = (("company only",), ("customer only",))
    assert differences(found, discloses, *sides).tolist() == [1.0, 0.0]
    assert differences(found, given_override(discloses), *sides).tolist() == [1.0]
    assert np.isnan(differences(found, parsed, *sides)).sum() == 0


def test_the_model_with_menus_is_fitted_to_the_purchases_and_finds_what_was_put_in() -> None:
    """Log odds of -1, +2 where the company sees, nothing of the customer; menus that differ by 1."""
    generator = np.random.default_rng(13)
    found, cells = [], {}
    for menu in range(40):
        own = generator.normal()
        for condition in CONDITIONS:
            chance = 1 / (1 + math.exp(1 - own - 2 * (condition in COMPANY_SEES)))
            overrides = [bool(one) for one in generator.random(5) < chance]
            found += [made(menu=menu, seen_by=condition, imputed_overrides=one) for one in overrides]
            cells[menu, condition] = sum(overrides)
    rows = dict(logits(found).rows)
    direct = mixed_logit(
        list(cells.values()),
        [5] * 160,
        [DESIGN[condition] for _, condition in cells],
        COEFFICIENTS,
        [m for m, _ in cells],
    )
    for name, one in zip(COEFFICIENTS, direct.coefficients, strict=True):
        here = rows[f"A: {name}"][0].here
        assert here is not None
        assert (here.point, here.low, here.high) == pytest.approx((one.estimate, one.low, one.high))
    (neither, company, customer, both), spread = direct.coefficients, direct.spread
    assert neither.low < -1 < neither.high
    assert company.low < 2 < company.high
    assert customer.low < 0 < customer.high
    assert both.low < 0 < both.high
    assert 0.5 < spread < 1.7
    effect = dict(effects(found).rows)["A: the company can see"][0].here
    assert effect is not None
    assert effect.low > 0.2


def bought(menus: int, overrides: Any) -> list[Purchase]:
    """Five purchases a menu and condition, of a customer who is overridden where `overrides(menu, condition)`."""
    return [
        made(menu=menu, seen_by=condition, repeat=repeat, overrides=does, imputed_overrides=does, chosen=int(does))
        for menu in range(menus)
        for condition in CONDITIONS
        for does in [bool(overrides(menu, condition))]
        for repeat in range(5)
    ]


def shown(table: Any, row: str) -> dict[str, Any]:
    return dict(zip(table.columns, [cell.here for cell in dict(table.rows)[row]], strict=True))


def test_an_effect_without_exception_has_a_p_and_bounds_although_no_menu_differs() -> None:
    """Overridden exactly where the company sees, in 30 menus: Student has no spread, signs and Wilson need none."""
    found = bought(30, lambda _, condition: condition in COMPANY_SEES)
    table = effects(found)
    company, customer = (shown(table, f"A: the {who} can see") for who in ("company", "customer"))
    alike = wilson_interval(30, 30).low
    assert (company["p"], company["p, Holm"]) == (None, None)
    assert company["p, sign flips"].point == 1 / 100_000
    assert company["p, sign flips, Holm"].point == 2 / 100_000
    assert customer["p, sign flips"].point == customer["p, sign flips, Holm"].point == 1.0
    for column in ("difference", "difference, parsed only"):
        effect, none = company[column], customer[column]
        assert (effect.point, effect.low, effect.high) == pytest.approx((1.0, 2 * alike - 1, 1.0))
        assert (none.point, none.low, none.high) == pytest.approx((0.0, alike - 1, 1 - alike))
        assert (effect.reason, effect.n) == ("", 30)
    for condition, share in shown(overridden(found), "A").items():
        wilson = wilson_interval(30 * (condition in COMPANY_SEES), 30)
        assert (share.point, share.low, share.high) == (wilson.point, wilson.low, wilson.high)
        assert (share.n, share.reason) == (30, "")


def test_the_p_of_signs_is_exact_where_there_are_few_menus() -> None:
    """All of 10 menus, and 9 of 10: two and 22 of the 1024 patterns are as far from none."""
    for excepted, patterns in ((0, 2), (1, 22)):
        found = bought(10, lambda menu, seen_by, out=excepted: (seen_by in COMPANY_SEES) != (menu < out))
        company = shown(effects(found), "A: the company can see")
        assert company["p, sign flips"].point == patterns / 1024
        assert company["p, sign flips, Holm"].point == 2 * patterns / 1024
        assert (company["p"] is None) is (not excepted)
        if excepted:
            student = mean_estimate([-1.0] + [1.0] * 9)
            assert (company["difference"].low, company["difference"].high) == pytest.approx((student.low, 1.0))
            assert company["p"].point == pytest.approx(student.p)


def test_no_scripted_player_makes_holms_p_of_a_model_larger() -> None:
    found = bought(10, lambda _, seen_by: seen_by in COMPANY_SEES)
    scripted = [replace(one, player=SCRIPTED[0]) for one in found]
    alone, beside = effects(found), effects([*found, *scripted])
    row = "A: the company can see"
    assert shown(alone, row) == shown(beside, row)
    own = shown(beside, f"{SCRIPTED[0]}: the company can see")
    assert own["p, sign flips"].point == 2 / 1024
    assert own["p, sign flips, Holm"] is None


def test_the_model_of_both_says_that_it_has_no_intercept_for_wordings() -> None:
    found = bought(6, lambda menu, condition: condition in COMPANY_SEES and menu % 2)
    assert "Deviation from the stated model, which has an intercept for each wording" in logits(found).note


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tin-men")


@pytest.fixture(scope="module")
def found(home: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGORA_HOME", str(home / "home"))
        patch.chdir(home)
        words = ["--models", "mock/malformed?rate=0.3", "--constrained", "--size", "small", "--menus", "4"]
        assert run_command(["reproduce", "tin-men", *words, "--calls", "2", "--workers", "1", "--out", "study"]) == 0
    return json.loads((home / "study" / "report" / "findings.json").read_text())


def rates(found: Any, table: str, row: str) -> list[float]:
    return [cell["here"] for cell in found["tables"][table]["cells"] if cell["row"] == row]


@pytest.mark.parametrize("table", ["faithful-vehicle", "faithful-film", "corrected"])
def test_the_loyal_override_nobody_and_the_company_men_everybody(found: Any, table: str) -> None:
    assert rates(found, table, "loyal") == [0.0] * 4
    assert rates(found, table, "company-man") == [1.0] * 4
    assert rates(found, table, "two-faced") == [1.0] * 4


def test_the_two_faced_have_a_concealment_gap_of_one_and_others_none(found: Any) -> None:
    for table, row in (("faithful-gaps", "{}: discloses"), ("corrected-gaps", "{}: discloses its interest")):
        assert rates(found, table, row.format("two-faced")) == [1.0, 1.0]
        assert rates(found, table, row.format("company-man")) == [0.0, 0.0]
        assert rates(found, table, row.format("loyal")) == [0.0, None]


def test_payoffs_are_the_customers_where_it_is_served_and_the_companys_where_not(found: Any) -> None:
    _, loyal_customer, loyal_company, _ = rates(found, "payoffs", "loyal")
    _, sold_customer, sold_company, _ = rates(found, "payoffs", "company-man")
    assert loyal_customer > sold_customer
    assert sold_company > loyal_company


def test_a_mock_that_breaks_off_is_counted_as_unread_beside_the_published_ones(found: Any) -> None:
    for tenths in (2, 6):
        assert 0 < sum(rates(found, "faithful-unread", f"A-t0-{tenths}")) < 16
    cells = [one for one in found["tables"]["faithful-unread"]["cells"] if one["row"].startswith("published: gpt-3.5")]
    assert [one["published"] for one in cells] == ["2 of 60", "9 of 60", "1 of 60", "19 of 60"]
    assert any("draw replies and model nothing" in sentence for sentence in found["run_with"])


def test_published_cells_stand_beside_with_parsed_ones_in_brackets(found: Any) -> None:
    cells = [
        one["published"]
        for one in found["tables"]["faithful-vehicle"]["cells"]
        if one["row"] == "published: gpt-3.5, T = 0.2"
    ]
    assert cells == ["20/30 (18/28)", "0/30 (0/29)", "21/30 (21/30)", "0/30 (0/18)"]


def test_the_figures_are_drawn(home: Path, found: Any) -> None:
    for name in ("faithful", "disclosure", "corrected"):
        svg = (home / "study" / "report" / f"{name}.svg").read_text()
        assert "company" in svg
        assert "two-faced" in svg
    assert "gpt-4" in (home / "study" / "report" / "faithful.svg").read_text()
    assert not any(math.isnan(cell["here"] or 0.0) for table in found["tables"].values() for cell in table["cells"])


def test_it_is_kept_for_a_page_with_what_was_asked(home: Path, found: Any) -> None:
    path = Path(__file__).resolve().parents[3] / "docs" / "keep.py"
    spec = importlib.util.spec_from_file_location("keep", path)
    assert spec is not None
    assert spec.loader is not None
    keep = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(keep)
    kept, _ = keep.kept_study(home / "study", "tin_men_test")
    assert kept["tables"] == found["tables"]
    assert kept["settings"]["constrained"] is True
    assert keep.stale_study(kept) == []
    assert keep.stale_study(kept | {"settings": kept["settings"] | {"menus": 5}}) == [
        f"{CORRECTED} is planned otherwise"
    ]


@pytest.mark.long  # CI does the same by the command
def test_its_lock_makes_it_again(home: Path, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGORA_HOME", str(home / "home"))
    monkeypatch.chdir(home)
    assert run_command(["reproduce", "study", "--offline", "--workers", "1"]) == 0


def test_a_choice_that_was_not_read_is_taken_from_what_was_written(tmp_path: Path) -> None:
    study = design(Asked(models=("mock/valid",), calls=2, menus=1))
    study = replace(study, campaigns={FAITHFUL: study.campaigns[FAITHFUL]})
    plans = plans_of(study, tmp_path / "study", Workspace(tmp_path, "lab"))
    how = Executing(KeyStore(tmp_path / "keys"), 1, opener=lambda _: Evasive(), stored=False)
    done = run_study(study, plans, tmp_path / "study", how)
    found = [one for one in purchases(done[FAITHFUL]) if one.player == "A-t0-2" and one.story == "vehicle"]
    assert dict(unread(found)) == {"both": 0, "customer only": 0, "company only": 0, "neither": 2}
    assert counts(found, parsed) == {"both": (0, 2), "customer only": (0, 2), "company only": (2, 2), "neither": (0, 0)}
    assert counts(found, imputed) == {**counts(found, parsed), "neither": (0, 2)}
    for read in (lambda one: one.discloses, lambda one: one.names_company, lambda one: one.names_profit):
        assert counts(found, read) == {one: (2 * (one == "company only"), 2) for one in CONDITIONS}
    rows = dict(gaps_table(found, "x", "x").rows)
    assert [cell.here.point for cell in rows["A-t0-2: discloses"] if cell.here] == [1.0]
    assert rows["A-t0-2: discloses"][1].published == "no value on one side"
