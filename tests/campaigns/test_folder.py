from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.campaigns import CampaignFolder
from agoranomos.campaigns import folder as module
from agoranomos.campaigns.folder import write_atomically
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.models import MockEngine
from campaigns.laboratory import MOCK, Lab


def test_a_folder_holds_text_plan_and_environment(lab: Lab) -> None:
    made = lab.plan()
    root = lab.folder(made).root
    assert root.name == f"small-{made.digest[:8]}"
    assert (root / "campaign.yaml").read_text() == MOCK
    assert CampaignFolder(root).read_plan() == made.document
    (environment,) = json.loads((root / "env.json").read_bytes())["environments"]
    assert environment["packages"]["numpy"]


def test_every_environment_that_a_campaign_saw_is_kept_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan()
    lab.folder(made)
    lab.folder(made)
    monkeypatch.setattr(module.platform, "python_version", lambda: "9.9.9")
    root = lab.folder(made).root
    seen = json.loads((root / "env.json").read_bytes())["environments"]
    assert [one["python"] == "9.9.9" for one in seen] == [False, True]


def test_what_answered_under_a_models_name_is_noted_once_and_kept(lab: Lab) -> None:
    made = lab.plan()
    weights = {"mock/valid": '{"weights":"a"}'}

    class Weighed(MockEngine):
        identity = weights["mock/valid"]

    lab.run(made, limit=1, open_engine=lambda _: Weighed())
    folder = lab.folder(made)
    folder.note_models(weights)
    folder.note_models({"mock/valid": '{"weights":"b"}', "mock/slow": "", "dice/fair": "no JSON"})
    lab.folder(made)
    known = json.loads((folder.root / "env.json").read_bytes())
    assert known["models"] == {"mock/valid": [{"weights": "a"}, {"weights": "b"}], "dice/fair": ["no JSON"]}
    assert len(known["environments"]) == 1


def test_a_missing_piece_is_written_again(lab: Lab) -> None:
    made = lab.plan()
    folder = lab.folder(made)
    folder.plan_file.unlink()
    assert lab.folder(made).plan_file.read_bytes() == made.json


def test_a_damaged_plan_is_a_finding_and_none_is_wrong_usage(lab: Lab, tmp_path: Path) -> None:
    folder = CampaignFolder(tmp_path)
    with pytest.raises(UsageError, match=r"holds no plan\.json"):
        folder.read_plan()
    folder.plan_file.write_text("{")
    with pytest.raises(Finding, match="not JSON"):
        folder.read_plan()
    folder.plan_file.write_text("[]")
    with pytest.raises(Finding, match="holds no plan"):
        folder.read_plan()
    folder.plan_file.unlink()
    folder.plan_file.mkdir()
    with pytest.raises(MachineError, match="cannot read"):
        folder.read_plan()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(MachineError, match="cannot write"):
        write_atomically(tmp_path / "missing" / "status.json", b"new")


def test_a_lock_is_free_again_after_use(lab: Lab) -> None:
    folder = lab.folder(lab.plan())
    with folder.locked(), pytest.raises(UsageError, match="another"), folder.locked():
        pass
    with folder.locked():
        pass
