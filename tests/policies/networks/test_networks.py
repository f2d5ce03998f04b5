"""What a network sees and chooses, and the file that holds it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces

from agoranomos.errors import MachineError, UsageError
from agoranomos.markets import cournot_v0, matrix_v0
from agoranomos.policies.networks import (
    Actor,
    Features,
    Menu,
    Range,
    Trained,
    choices_of,
    features_of,
    read_trained,
    write_trained,
)
from agoranomos.randomness import Randomness

TWO = (("quantity", 1),)


def actor(bias: list[float], choices: Menu | Range, deviation: float = 0.1) -> Actor:
    """A network that gives `bias` plus a tenth of what it sees."""
    layers = ((np.eye(1), np.zeros(1)), (np.full((len(bias), 1), 0.1), np.array(bias)))
    parts = len(bias) if isinstance(choices, Range) else 0
    return Actor(Features(TWO, 0), choices, np.zeros(1), np.ones(1), layers, np.full(parts, np.log(deviation)))


def test_everything_but_what_grows_with_time_is_seen() -> None:
    market = cournot_v0.parallel_env()
    features = features_of(market, "firm_1", 3)
    assert dict(features.parts) == {"price": 2, "profit": 2, "quantity": 2, "round_profit": 1, "share": 2}
    assert features.size == 12
    market.reset(seed=1)
    seen = market.step({"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])})[0]["firm_1"]
    row = features.row(seen, 1)
    assert row.shape == (12,)
    assert row[-3:].tolist() == [0, 1, 0]
    assert features_of(market, "firm_1").row(seen, 7).tolist() == row[:-3].tolist()
    with pytest.raises(UsageError, match="3 states, and meets state 4"):
        features.row(seen, 3)


def test_choices_follow_the_action_space() -> None:
    duopoly = cournot_v0.parallel_env()
    quantities = choices_of(duopoly, "firm_1")
    assert isinstance(quantities, Range)
    assert quantities.action(np.array([-1.0, 0.5])).tolist() == [0.0, 75.0]
    assert quantities.action(np.array([-7.0, 9.0])).tolist() == [0.0, 100.0]
    listed = choices_of(duopoly, "firm_1", menu=True)
    assert isinstance(listed, Menu)
    assert np.array_equal(listed.rows, duopoly.game().menus[0])
    actions = choices_of(matrix_v0.parallel_env(), "row")
    assert isinstance(actions, Menu)
    assert actions.rows.tolist() == [[0.0], [1.0]]


def test_several_whole_numbers_are_a_menu_unless_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    market = matrix_v0.parallel_env()
    monkeypatch.setattr(market, "action_space", lambda agent: spaces.MultiDiscrete([2, 3]))
    found = choices_of(market, "row")
    assert isinstance(found, Menu)
    assert found.rows.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    monkeypatch.setattr(market, "action_space", lambda agent: spaces.MultiDiscrete([200, 200]))
    with pytest.raises(UsageError, match="200 x 200 actions"):
        choices_of(market, "row")


def test_draws_follow_the_probabilities() -> None:
    menu = actor(np.log([0.7, 0.2, 0.1]).tolist(), Menu(np.array([[0.0], [1.0], [2.0]])))
    counts = np.zeros(3)
    for number in range(4000):
        counts[int(menu.drawn(np.zeros(1), Randomness(3, number))[0])] += 1
    # Three standard deviations of a count are at most 87.
    np.testing.assert_allclose(counts, [2800, 800, 400], atol=87)
    assert menu.likeliest(np.zeros(1)).tolist() == [0.0]
    between = actor([0.0], Range(np.array([10.0]), np.array([20.0])))
    drawn = np.array([between.drawn(np.zeros(1), Randomness(3, number))[0] for number in range(2000)])
    assert drawn.mean() == pytest.approx(15.0, abs=0.05)
    assert drawn.std() == pytest.approx(0.5, abs=0.03)
    assert between.likeliest(np.zeros(1)).tolist() == [15.0]


def test_the_file_reads_back_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    actors = {
        "a": actor([0.5, -0.5], Menu(np.array([[0.0], [1.0]]))),
        "b": actor([0.25], Range(np.array([0.0]), np.array([9.0]))),
    }
    digest = write_trained(tmp_path / "folder" / "one.npz", Trained(actors, {"market": "street"}))
    assert write_trained(tmp_path / "two.npz", Trained(actors, {"market": "street"})) == digest
    found = read_trained(tmp_path / "two.npz")
    assert found.sha256 == digest
    assert found.about == {"market": "street"}
    seen = np.array([0.3])
    for agent, one in actors.items():
        assert found.actors[agent].features == one.features
        assert found.actors[agent].outputs(seen).tolist() == one.outputs(seen).tolist()
        for number in range(5):
            drawn = Randomness(1, number)
            assert found.actors[agent].drawn(seen, drawn).tolist() == one.drawn(seen, drawn).tolist()


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    good = tmp_path / "good.npz"
    write_trained(good, Trained({"a": actor([0.5, 0.5], Menu(np.array([[0.0], [1.0]])))}, {}))
    with pytest.raises(UsageError, match="cannot read the weights"):
        read_trained(tmp_path / "missing.npz")
    faulty = {
        "text.npz": b"kind: market\n",
        "short.npz": good.read_bytes()[:200],
        "empty.npz": b"",
    }
    for name, data in faulty.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError, match="holds no trained networks"):
            read_trained(tmp_path / name)
    claims = tmp_path / "claims.npz"  # an array of eight terabytes, in a hundred bytes
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    with zipfile.ZipFile(claims, "w") as archive, archive.open("description.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, header)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="holds no trained networks"):
        read_trained(claims)
    np.savez(tmp_path / "pickled.npz", description=np.array([{"kind": 1}], dtype=object))
    np.savez(tmp_path / "other.npz", weight=np.zeros(3))
    for name in ("pickled.npz", "other.npz"):
        with pytest.raises(UsageError, match="holds no trained networks"):
            read_trained(tmp_path / name)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("0.weight1.npy", np.ones((3, 1))),
        ("0.bias1.npy", np.full(2, np.nan)),
        ("0.scale.npy", np.zeros(1)),
        ("0.log_deviation.npy", np.zeros(3)),
    ],
)
def test_layers_that_do_not_fit_or_are_not_finite_are_refused(member: str, change: np.ndarray, tmp_path: Path) -> None:
    good = tmp_path / "good.npz"
    write_trained(good, Trained({"a": actor([0.5, 0.5], Menu(np.array([[0.0], [1.0]])))}, {}))
    with zipfile.ZipFile(good) as archive, zipfile.ZipFile(tmp_path / "bad.npz", "w") as changed:
        for name in archive.namelist():
            if name != member:
                changed.writestr(name, archive.read(name))
        with changed.open(member, "w") as file:
            np.lib.format.write_array(file, change, allow_pickle=False)
    with pytest.raises(UsageError, match="holds no trained networks"):
        read_trained(tmp_path / "bad.npz")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot write"):
        write_trained(tmp_path / "file" / "one.npz", Trained({}, {}))
