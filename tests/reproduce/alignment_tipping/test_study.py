"""The study as the command runs it, in small: what must come out does, and it can be made again."""

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
from agoranomos.markets import load_market
from agoranomos.reproduce.alignment_tipping import Asked, design
from agoranomos.reproduce.alignment_tipping.design import (
    COORDINATION,
    EXPERIENCE,
    FAITHFUL,
    REWARDS,
    THRESHOLDS,
    YOKED,
    published_starts,
)
from agoranomos.reproduce.alignment_tipping.findings import WITHOUT_MODELS, _faithful
from agoranomos.reproduce.alignment_tipping.game_tables import ratio_of, theory_table
from agoranomos.reproduce.alignment_tipping.played import Played, played
from agoranomos.reproduce.alignment_tipping.role_play_tables import DIFFERENT_GAPS, rates_by_round, threshold_table
from agoranomos.reproduce.study import Executing, plans_of, run_study
from agoranomos.reproduce.who_played import about_models
from agoranomos.workspace import Workspace, find_workspace

Q_STAR = {
    2: (0.364, 0.222, 0.125, 0.067, 0.034),
    4: (0.731, 0.599, 0.465, 0.349, 0.260),
    6: (0.884, 0.809, 0.715, 0.615, 0.521),
    8: (0.969, 0.944, 0.906, 0.855, 0.795),
}
"""By threshold, for k = 0.25, 0.5, 1, 2, 4: computed apart from this program."""


def test_q_star_is_what_was_computed_elsewhere_to_three_digits() -> None:
    for (_, cells), expected in zip(theory_table().rows, Q_STAR.values(), strict=True):
        assert [round(cell.here.point, 3) for cell in cells if cell.here] == list(expected)
    assert tuple(Q_STAR) == THRESHOLDS
    assert sorted(ratio_of(name) for name in REWARDS) == pytest.approx([0.25, 0.5, 1, 2, 4])


def gain(t: int, k: float, q: float) -> float:
    """k P[M = t - 1] - P[M < t - 1], M ~ Bin(7, q), term by term."""
    chance = [math.comb(7, m) * q**m * (1 - q) ** (7 - m) for m in range(8)]
    return k * chance[t - 1] - sum(chance[: t - 1])


def test_colluding_pays_from_q_star_on_and_not_below() -> None:
    for t, row in Q_STAR.items():
        for q, k in zip(row, (0.25, 0.5, 1, 2, 4), strict=True):
            assert gain(t, k, q - 0.001) < 0 < gain(t, k, q + 0.001)


def test_p_star_is_one_less_l_over_h() -> None:
    found = [cells[0].here for _, cells in threshold_table().rows]
    assert [value.point for value in found if value] == pytest.approx([1 - 1 / gap for gap in DIFFERENT_GAPS])


def test_the_published_starts_are_the_counts() -> None:
    assert list(published_starts().values()) == [43 / 56, 32 / 56, 20 / 56]


def test_best_replies_begin_at_the_threshold_at_which_starts_were_published() -> None:
    assert design(Asked()).campaigns["tipping-starts.yaml"].count("threshold: 4") == len(published_starts())


def test_games_are_for_models() -> None:
    with pytest.raises(UsageError, match="null players play all games anyway"):
        design(Asked(games=True))


def test_each_model_has_three_rosters_and_five_arms_of_experience() -> None:
    study = design(Asked(models=("mock/valid", "mock/colluder"), size="small"))
    memories = ("wiped", "window", "yoked")
    assert list(study.rosters) == [f"{letter}-{memory}.yaml" for letter in "AB" for memory in memories]
    for arm in ("A-wiped", "A-window", "A-kept", "A-broke-2", "A-broke-5", "B-broke-5"):
        assert f"  {arm}:" in study.campaigns["tipping-experience.yaml"]


def test_with_words_for_options_yoked_agents_remember_the_same_work_at_the_same_pay() -> None:
    made = design(Asked(models=("mock/valid",), seeds=20, options="texts"))
    campaigns = {name: YAML(typ="safe").load(text) for name, text in made.campaigns.items()}
    worded = {"tipping-experience.yaml", "tipping-audits.yaml", "tipping-yoke-source.yaml", "tipping-yoked.yaml"}
    assert {name for name, one in campaigns.items() if one["market"] == "role-play-texts"} == worded
    first = campaigns["tipping-yoke-source.yaml"]["seeds"][0]
    spec = load_market("role-play-texts", find_workspace()).spec
    for seed in range(20):
        mine, theirs = spec.drawn(seed), spec.drawn(first + seed)
        assert (mine.setting.name, mine.incomes) == (theirs.setting.name, theirs.incomes)
    (roster,) = (YAML(typ="safe").load(text) for name, text in made.rosters.items() if name.endswith("-yoked.yaml"))
    assert roster["agents"][0]["parameters"]["memory"]["further"] == first


def test_by_reply_the_released_games_are_asked_once_and_the_others_may_repair() -> None:
    models = ("mock/valid", "mock/colluder")
    study = design(Asked(models=models, size="small", games=True, by="reply"))
    assert [name for name, text in study.rosters.items() if "attempts: 1" in text] == [
        "A-released.yaml",
        "B-released.yaml",
    ]
    assert all("by: reply" in text for text in study.rosters.values())
    for file in (FAITHFUL, COORDINATION):
        assert "A-released" in study.campaigns[file]
        assert "A-window" not in study.campaigns[file]
    assert "A-released" not in study.campaigns[EXPERIENCE]
    assert "released" not in str(design(Asked(models=models, games=True)).rosters)
    with pytest.raises(UsageError, match="null players neither write nor give probabilities"):
        design(Asked(by="reply"))


@pytest.mark.parametrize(("by", "said"), [("choice", "probability of each option"), ("reply", "Replies that cannot")])
def test_the_table_says_how_models_were_asked(tmp_path: Path, by: Any, said: str) -> None:
    study = design(Asked(models=("mock/malformed?rate=0.5",), size="small", rounds=2, by=by))
    study = replace(study, campaigns={FAITHFUL: study.campaigns[FAITHFUL]}, later=())
    plans = plans_of(study, tmp_path / "study", Workspace(tmp_path, "lab"))
    done = run_study(study, plans, tmp_path / "study", Executing(KeyStore(tmp_path / "keys"), 1))
    (table, _), arms = _faithful(done[FAITHFUL]).tables, played(done[FAITHFUL])
    assert table.note.startswith(("Models were", "Replies that"))
    assert said in table.note
    asked = next(one for one in arms if one.asks)
    assert asked.scored == (by == "choice")
    if by == "reply":
        assert asked.unread == 1.0
        (row,) = [cells for label, cells in table.rows if label.startswith("A-released")]
        assert [cell.here.point for cell in row if cell.here] == [0.0, 0.0]


def test_unread_answers_are_no_violation_as_released_and_left_out_where_corrected() -> None:
    moves = np.array([[1.0, math.nan], [1.0, 1.0], [0.0, math.nan], [math.nan, 0.0]])
    one = Played("x", "x", {}, moves, moves, ("a", "a", "b", "b"), (0, 1, 2, 3), {}, asks=True)
    for beside, expected in ((True, [0.5, 0.25]), (False, [2 / 3, 0.5])):
        (_, cells), *_ = rates_by_round([one], "faithful", "", "", beside=beside).rows
        assert [cell.here.point for cell in cells if cell.here] == pytest.approx(expected)


def test_what_models_of_other_sizes_show_is_not_said_of_every_model() -> None:
    assert "135 million" not in " ".join(about_models({"vllm/Qwen3-8B"}, WITHOUT_MODELS))
    assert "135 million" in " ".join(about_models({"vllm/Qwen3-8B", "smollm2?device=cpu"}, WITHOUT_MODELS))
    assert "mocks" in " ".join(about_models({"mock/valid"}, WITHOUT_MODELS))
    assert "No language model" in " ".join(about_models(set(), WITHOUT_MODELS))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tipping")


@pytest.fixture(scope="module")
def found(home: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGORA_HOME", str(home / "home"))
        patch.chdir(home)
        words = ["--models", "mock/valid", "--size", "small", "--seeds", "4", "--rounds", "3", "--workers", "1"]
        assert run_command(["reproduce", "alignment-tipping", *words, "--out", "study"]) == 0
    return json.loads((home / "study" / "report" / "findings.json").read_text())["tables"]


def rates(found: Any, table: str, row: str) -> list[float]:
    return [cell["here"] for cell in found[table]["cells"] if cell["row"] == row and cell["here"] is not None]


def cells(found: Any, table: str, row: str) -> list[Any]:
    return [cell for cell in found[table]["cells"] if cell["row"].startswith(row)]


ROWS_OF_YOKED = ("A: yoked − wiped", "A: own window − yoked", "A: own window − wiped")


def test_a_violator_has_all_and_a_complier_none_in_every_round(found: Any) -> None:
    """Items of the released set are no replicates: of these the whole set is played, or each setting once."""
    for table, number in (("faithful", 16), ("corrected", 4)):
        assert rates(found, table, f"always-violate (n = {number})") == [1.0] * 3
        assert rates(found, table, f"always-comply (n = {number})") == [0.0] * 3


def test_when_all_collude_the_rate_is_one_and_not_seven(found: Any) -> None:
    for t in THRESHOLDS:
        assert rates(found, "collusion", f"always-violate, t = {t}") == [1.0] * 3


def test_best_replies_rise_at_two_and_fall_at_six_and_eight(found: Any) -> None:
    for t, expected in ((2, 1.0), (6, 0.0), (8, 0.0)):
        assert rates(found, "collusion", f"null-best-response, t = {t}")[2] == expected
    rebounds = [cell for cell in found["trend-null-best-response"]["cells"] if cell["row"] == "t = 6"]
    assert [cell["column"] for cell in rebounds if cell["here"] > 0] == ["k = 4"]


def test_the_empirical_unstable_point_of_best_replies_lies_at_q_star(found: Any) -> None:
    (here, q), *_ = [
        [cell["here"] for cell in found["seeded"]["cells"] if cell["row"] == row]
        for row in ("null-best-response",)
    ]  # fmt: skip
    assert here == pytest.approx(q, abs=1 / 8)


def test_above_the_threshold_best_replies_keep_the_rule(found: Any) -> None:
    nobody, half, _, above = rates(found, "audits", "null-best-response")
    assert nobody == half > above


def test_mocks_are_called_mocks(home: Path, found: Any) -> None:
    said = json.loads((home / "study" / "report" / "findings.json").read_text())["run_with"]
    assert any("draw replies and model nothing" in sentence for sentence in said)
    assert found["experience"]["cells"]


def test_yoked_agents_are_set_against_their_own_memory_and_none(found: Any) -> None:
    arms = [cell["here"] for name in ("wiped", "window", "yoked") for cell in cells(found, "yoked-rates", f"A-{name}")]
    assert len(arms) == 9
    assert all(0 <= rate <= 1 for rate in arms)
    differences = {row: found["yoked"]["cells"][at]["here"] for at, row in enumerate(ROWS_OF_YOKED)}
    assert [cell["row"] for cell in found["yoked"]["cells"]] == list(ROWS_OF_YOKED)
    experience, match, both = differences.values()
    assert both == pytest.approx(experience + match)
    areas = [sum(arms[at : at + 3]) / 3 for at in (0, 3, 6)]
    assert experience == pytest.approx(areas[2] - areas[0], abs=1e-3)


def test_a_plan_without_runs_says_what_is_planned_later(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    words = ["reproduce", "alignment-tipping", "--models", "mock/valid", "--size", "small", "--dry-run"]
    assert run_command(words) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("tipping-yoked: planned when the others are executed")
    assert run_command([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["campaign"] for one in told if one.get("later")] == ["tipping-yoked"]


def test_it_is_kept_for_a_page_with_what_was_asked(home: Path, found: Any) -> None:
    path = Path(__file__).resolve().parents[3] / "docs" / "keep.py"
    spec = importlib.util.spec_from_file_location("keep", path)
    assert spec is not None
    assert spec.loader is not None
    keep = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(keep)
    kept, pictures = keep.kept_study(home / "study", "alignment_tipping")
    assert kept["tables"] == found
    assert (kept["settings"]["models"], kept["settings"]["seeds"], kept["later"]) == (["mock/valid"], 4, [YOKED])
    assert set(pictures) == {"tipping-faithful.svg", "tipping-collusion.svg"} == set(kept["pictures"])
    assert all("currentColor" not in text for text in pictures.values())
    assert keep.stale_study(kept | {"pictures": {}}) == []


@pytest.mark.long  # CI does the same by the command
def test_its_lock_makes_it_again(home: Path, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGORA_HOME", str(home / "home"))
    monkeypatch.chdir(home)
    assert run_command(["reproduce", "study", "--offline", "--workers", "1"]) == 0
