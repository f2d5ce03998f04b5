"""Hostile names, titles and lines reach a page as data: JSON or plain text, whole, and of a type that nothing runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from urllib.parse import quote

import pytest
from ruamel.yaml import YAML

from viewer.asked import ask
from viewer.conftest import TOKEN, Made, Viewer
from viewer.corpus import CORPUS, NAMES, ON_ONE_LINE

Over = Callable[..., Viewer]


def test_titles_and_names_come_whole_and_as_json(copied: Made, over: Over) -> None:
    shown = over(copied.logs, copied.workspace)
    document = YAML(typ="safe").load((copied.scripted / "campaign.yaml").read_text())
    plan = json.loads((copied.scripted / "plan.json").read_bytes())
    for text in CORPUS:
        (copied.scripted / "campaign.yaml").write_text(json.dumps({**document, "title": text}))
        plan["campaign"]["name"] = text
        (copied.scripted / "plan.json").write_text(json.dumps(plan))
        answer = shown.get("campaigns")
        assert answer.headers["content-type"] == "application/json"
        assert answer.content.isascii()
        row = next(row for row in answer.json()["campaigns"] if row["id"] == copied.scripted.name)
        assert row["name"] == text
        assert row["title"] in (text, "")
    assert shown.json(f"campaigns/{copied.scripted.name}")["name"] == CORPUS[-1]


@pytest.mark.parametrize("name", NAMES)
def test_folders_may_have_hostile_names(copied: Made, over: Over, name: str) -> None:
    copied.mock.rename(copied.logs / name)
    shown = over(copied.logs, copied.workspace)
    ids = {row["id"] for row in shown.json("campaigns")["campaigns"]}
    assert name in ids
    answer = ask(shown.app, f"/{TOKEN}/api/campaigns/{quote(name, safe='')}".encode())
    if "\\" in name or not name.isprintable():
        assert answer.status in (200, 400), "an address holds no control characters, whatever is escaped"
    else:
        assert answer.status == 200
        assert json.loads(answer.body)["id"] == name


def test_lines_come_as_plain_text(copied: Made, over: Over) -> None:
    shutil.rmtree(copied.mock)
    file = copied.scripted / "runs" / "free.divider" / "0" / "entries" / f"{0:012d}.jsonl"
    file.write_bytes(b"".join(text.encode() + b"\n" for text in ON_ONE_LINE))
    shown = over(copied.logs, copied.workspace)
    answer = shown.get(shown.run(copied.scripted, "free.divider", 0, "entries"))
    assert answer.content == file.read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_what_is_asked_for_is_not_said_back_as_markup(viewer: Viewer) -> None:
    for text in ON_ONE_LINE:
        answer = viewer.get(f"campaigns/{quote(text, safe='')}")
        assert answer.status_code in (400, 404)
        assert answer.headers["content-type"].split(";")[0] in ("application/json", "text/plain")
