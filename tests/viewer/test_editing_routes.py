"""The editor's API: every answer is JSON with a status that says what went wrong, and GET changes nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agoranomos.viewer.app import viewer_app
from agoranomos.viewer.editing_certificate import certified, fitting
from agoranomos.viewer.editing_file import edited_file
from agoranomos.viewer.editing_routes import LONGEST_TEXT, Editor, editing_routes
from agoranomos.viewer.editing_template import template
from agoranomos.workspace import library_root
from agoranomos.workspace.folder import Workspace
from viewer.asked import ask
from viewer.conftest import HOST, PORT, TOKEN

Asking = Callable[..., tuple[int, Any]]
TEXT = template("mine")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT)
    return file


@pytest.fixture
def api(path: Path) -> Iterator[Asking]:
    """Asks the API; gives status and JSON."""
    page = path.parent / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    editor = Editor(edited_file(str(path), Workspace(path.parent, "lab")))
    app = viewer_app(editing_routes(editor), token=TOKEN, port=PORT, page=page)

    def asking(address: str, body: Any = None, *, raw: bytes | None = None) -> tuple[int, Any]:
        headers = [(b"host", HOST.encode())]
        sent = raw if raw is not None else json.dumps(body).encode()
        if body is None and raw is None:
            answer = ask(app, f"/{TOKEN}/api/{address}".encode(), headers=headers)
        else:
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
            answer = ask(app, f"/{TOKEN}/api/{address}".encode(), "POST", headers, [sent])
        return answer.status, json.loads(answer.body)

    yield asking
    editor.close()


def test_the_file_is_opened_as_it_is_now(api: Asking, path: Path) -> None:
    status, opened = api("edit")
    assert (status, opened["text"], opened["path"], opened["refusal"]) == (200, TEXT, str(path), "")
    path.write_text("kind: other\n")
    again = api("edit")[1]
    assert again["text"] == "kind: other\n"
    assert again["digest"] != opened["digest"]


def test_a_text_is_examined_and_checked_and_nothing_is_written(api: Asking, path: Path) -> None:
    text = TEXT.replace("signals:\n", "parameters: {spare: 3}\nsignals:\n")
    status, found = api("edit/examine", {"text": text})
    assert status == 200
    assert [one["rule"] for one in found["findings"]] == ["decorative-key"]
    status, checked = api("edit/check", {"text": text})
    assert (status, checked["state"], checked["standings"]) == (200, "done", 2)
    status, checked = api("edit/check", {"text": "kind: ["})
    assert (status, checked["state"]) == (200, "failed")
    assert path.read_text() == TEXT


def test_saving_answers_with_the_new_digest_once(api: Asking, path: Path) -> None:
    digest = api("edit")[1]["digest"]
    new = template("other")
    status, saved = api("edit/save", {"text": new, "digest": digest})
    assert status == 200
    assert path.read_text() == new
    assert api("edit")[1]["digest"] == saved["digest"]
    status, refused = api("edit/save", {"text": TEXT, "digest": digest})
    assert status == 409
    assert "was changed on disk" in refused["error"]
    assert path.read_text() == new


def test_a_text_that_is_no_institution_is_saved_as_a_draft_only(api: Asking, path: Path) -> None:
    digest = api("edit")[1]["digest"]
    status, refused = api("edit/save", {"text": "kind: [", "digest": digest})
    assert status == 422
    assert "no valid institution" in refused["error"]
    assert path.read_text() == TEXT
    assert api("edit/save", {"text": "kind: [", "digest": digest, "draft": True})[0] == 200
    assert path.read_text() == "kind: ["


def test_octets_are_kept_as_they_are(api: Asking, path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    assert api("edit/save", {"text": text, "digest": api("edit")[1]["digest"]})[0] == 200
    assert path.read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("edit/examine", [], 400),
        ("edit/examine", {}, 400),
        ("edit/examine", {"text": 1}, 400),
        ("edit/examine", {"text": "x" * (LONGEST_TEXT + 1)}, 400),
        ("edit/save", {"text": TEXT}, 400),
        ("edit/save", {"text": TEXT, "digest": 1}, 400),
        ("edit/save", {"text": "\ud800", "digest": "", "draft": True}, 400),
        ("edit/save", {"text": TEXT, "digest": "", "draft": "yes"}, 400),
        ("edit/certify", {"text": TEXT, "market": ["cournot-duopoly"]}, 400),
        ("edit/nothing", {"text": TEXT}, 404),
    ],
)
def test_what_is_no_request_is_refused(api: Asking, path: Path, address: str, body: Any, status: int) -> None:
    answered, refused = api(address, body)
    assert answered == status
    assert refused["error"]
    assert path.read_text() == TEXT


def test_a_text_with_half_of_a_pair_is_examined(api: Asking) -> None:
    status, found = api("edit/examine", raw=b'{"text": "kind: \\ud800"}')
    assert status == 200
    assert found["findings"][0]["message"] == "half of a surrogate pair"


HERE = Workspace(library_root(), "library")
SMALL = TEXT.replace("window: 5", "window: 1")


def test_a_certificate_is_the_programs_own_with_its_map_and_the_best_plans_edges() -> None:
    from agoranomos.deterrence.certificate import certify
    from agoranomos.documents import Source
    from agoranomos.institutions import load_institution
    from agoranomos.markets import load_market

    reported: list[tuple[str, int]] = []
    found = certified(SMALL, "mine.yaml", "cournot-duopoly", HERE, progress=lambda *said: reported.append(said))
    own = certify(
        load_institution(Source("mine.yaml", SMALL)), load_market("cournot-duopoly", HERE), plans=["nash", "division"]
    )
    assert found["kind"] == "market"
    assert found["gains"]["best"] == own.best_plan.gain_per_round
    assert found["holds"] == own.holds
    assert len(found["map"]["gain"]) == len(found["map"]["probabilities"])
    assert {len(row) for row in found["map"]["gain"]} == {len(found["map"]["fines"])}
    assert found["map"]["gain"][0][0] == pytest.approx(own.nash_profit * 0.25, rel=0.2)
    assert all(0 < share <= 1 for share in found["edges"].values())
    assert len(found["trace"]["steps"]) > 1
    assert reported


def test_markets_that_it_cannot_govern_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    from agoranomos.viewer import editing_certificate
    from agoranomos.workspace import list_names

    few = {"cournot-duopoly", "public-goods", "bertrand-investment", "tin-men"}
    monkeypatch.setattr(
        editing_certificate, "list_names", lambda kind, here: [one for one in list_names(kind, here) if one.name in few]
    )
    assert fitting(SMALL, "mine.yaml", HERE) == [{"name": "cournot-duopoly", "kind": "market"}]


class Turnstile:
    """A lock that tells of each who comes to it."""

    def __init__(self) -> None:
        self.lock, self.came = threading.Lock(), threading.Semaphore(0)

    def __enter__(self) -> None:
        self.came.release()
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def test_of_texts_that_wait_their_turn_the_newest_is_examined(path: Path) -> None:
    editor = Editor(edited_file(str(path), Workspace(path.parent, "lab")))
    turnstile = Turnstile()
    editor._examining = turnstile  # type: ignore[assignment]
    found: dict[str, Any] = {}
    threads = [
        threading.Thread(target=lambda text=text: found.update({text: editor.examine(text)})) for text in ("old", TEXT)
    ]
    with turnstile.lock:  # as if a long text were being read
        for thread in threads:
            thread.start()
            assert turnstile.came.acquire(timeout=60)
    for thread in threads:
        thread.join(60)
    assert found["old"] == {"superseded": True}
    assert found[TEXT]["valid"]
