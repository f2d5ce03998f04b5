"""Campaigns under an institution that extends another: planned, run, verified and replayed, though the base is gone."""

from __future__ import annotations

import hashlib

import pytest

from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import DocumentError
from agoranomos.institutions import replay
from campaigns.laboratory import SCRIPTED, Lab
from institutions.playing import HARDENED, text_of

CAMPAIGN = SCRIPTED.replace("institution: cournot-antitrust}", "institution: mine}").replace(
    "  told: {told: antitrust-constitution}\n", ""
)


def write_institutions(lab: Lab) -> None:
    folder = lab.workspace.folder("institutions")
    folder.mkdir(exist_ok=True)
    base = text_of(HARDENED).replace("name: cournot-antitrust-hardened", "name: house")
    (folder / "house.yaml").write_text(base)
    (folder / "mine.yaml").write_text(
        "kind: institution\nversion: 1\nname: mine\nextends:\n  institution: house\n"
        f"  sha256: {hashlib.sha256(base.encode()).hexdigest()}\n"
        "signals: {elevated_prices: {at_least: 0.15}}\n"
    )


def test_a_run_is_verified_without_its_institutions_files(lab: Lab) -> None:
    write_institutions(lab)
    made = lab.plan(CAMPAIGN, "rosters=[ladder-gamer]")
    assert lab.run(made).failures == ()
    folder = lab.workspace.folder("institutions")
    for name in ("house", "mine"):
        (folder / f"{name}.yaml").unlink()
    for (arm, _), (_, lines) in lab.entries(made).items():
        assert replay(lines).institution == ("mine" if arm == "governed" else "")
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is None


def test_a_plan_names_the_base_that_changed(lab: Lab) -> None:
    write_institutions(lab)
    digest = lab.plan(CAMPAIGN).digest
    base = lab.workspace.folder("institutions") / "house.yaml"
    text = base.read_text()
    base.write_text(text.replace("lasts: 15", "lasts: 14"))
    with pytest.raises(DocumentError, match=r"the base house .* is not the one that was pinned"):
        lab.plan(CAMPAIGN)
    base.write_text(text)
    assert lab.plan(CAMPAIGN).digest == digest
