"""Who is refused: other sites, other hosts, a missing token, paths that climb, and what is too long or malformed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.viewer.app import new_token, viewer_app
from agoranomos.viewer.guard import HEADERS, MOST_BODY, MOST_TARGET, POLICY, POLICY_OF_DATA
from agoranomos.viewer.parameters import posted
from agoranomos.viewer.refusals import Conflict
from agoranomos.viewer.routes import Shown, campaign_routes
from viewer.asked import Answer, Header, ask
from viewer.conftest import HOST, PORT, TOKEN, Made, Viewer

Over = Callable[..., Viewer]
OWN: Header = (b"host", HOST.encode())
LIST = f"/{TOKEN}/api/campaigns".encode()
SECRET = b"nobody may read this"


async def _echo(request: Any) -> Any:
    from starlette.responses import JSONResponse

    return JSONResponse(await posted(request, "text"))


async def _conflict(_: Any) -> Any:
    raise Conflict("changed meanwhile", advice="Load it again.")


async def _broken(_: Any) -> Any:
    raise RuntimeError("a fault of our own")


def _app(root: Path, made: Made, page: Path) -> Any:
    from starlette.routing import Route

    more = [
        Route("/echo", _echo, methods=["POST"]),
        Route("/conflict", _conflict),
        Route("/broken", _broken),
    ]
    return viewer_app([*campaign_routes(Shown(root, made.workspace)), *more], token=TOKEN, port=PORT, page=page)


@pytest.fixture(scope="module")
def app(made: Made, page: Path) -> Any:
    return _app(made.logs, made, page)


@pytest.fixture(scope="module")
def beside(made: Made, page: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The app over a folder with a secret beside it, and links to the secret in it."""
    import shutil

    place = tmp_path_factory.mktemp("beside")
    (place / "secret.txt").write_bytes(SECRET)
    (place / "secret").mkdir()
    (place / "secret" / "secret.txt").write_bytes(SECRET)
    shutil.copytree(made.logs, place / "logs")
    (place / "logs" / "link").symlink_to(place / "secret")
    (place / "logs" / "secret.txt").symlink_to(place / "secret.txt")
    return _app(place / "logs", made, page)


def assert_guarded(answer: Answer, policy: str) -> None:
    for name, value in HEADERS.items():
        assert answer.header(name) == value
    assert answer.header("content-security-policy") == policy
    assert not any(name.lower().startswith(b"access-control") for name, _ in answer.headers)


@pytest.mark.parametrize(
    ("target", "status", "policy"),
    [
        (f"/{TOKEN}/", 200, POLICY),
        (f"/{TOKEN}", 307, POLICY),
        (f"/{TOKEN}/assets/app.js", 200, POLICY),
        (f"/{TOKEN}/assets/none.js", 404, POLICY),
        (f"/{TOKEN}/nothing", 404, POLICY),
        (f"/{TOKEN}/api/campaigns", 200, POLICY_OF_DATA),
        (f"/{TOKEN}/api/campaigns?a=b", 400, POLICY_OF_DATA),
        (f"/{TOKEN}/api/campaigns/none", 404, POLICY_OF_DATA),
        (f"/{TOKEN}/api/none", 404, POLICY_OF_DATA),
        (f"/{TOKEN}/api/echo", 405, POLICY_OF_DATA),
        (f"/{TOKEN}/api/conflict", 409, POLICY_OF_DATA),
        (f"/{TOKEN}/api/broken", 500, POLICY_OF_DATA),
        ("/", 403, POLICY),
        ("/" + "x" * MOST_TARGET, 414, POLICY),
        (f"/{TOKEN}/../x", 400, POLICY),
    ],
)
def test_every_answer_carries_the_headers(app: Any, target: str, status: int, policy: str) -> None:
    answer = ask(app, target.encode())
    assert answer.status == status
    assert_guarded(answer, policy)
    if policy == POLICY_OF_DATA and status >= 400:
        assert set(json.loads(answer.body)) == {"error", "advice"}


def test_the_policy_lets_nothing_run_that_is_not_ours() -> None:
    said = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert said["default-src"] == "'none'"
    assert said["script-src"] == "'self'"
    assert said["connect-src"] == "'self'"
    assert not any(word in POLICY for word in ("unsafe", "http:", "https:", "*"))


def test_tokens_cannot_be_guessed() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) >= 32


@pytest.mark.parametrize(
    "host",
    [
        b"attacker.example",
        b"attacker.example:8000",
        b"127.0.0.1",
        b"127.0.0.1:8001",
        b"localhost",
        b"localhost:80",
        b"127.0.0.1:8000.attacker.example",
        b"127.0.0.1:8000@attacker.example",
        b"127.0.0.2:8000",
        b"[::1]:8000",
        b"0.0.0.0:8000",
        b"",
        b"127.0.0.1:8000, attacker.example",
    ],
)
def test_another_host_s_name_is_refused(app: Any, host: bytes) -> None:
    """A page of a name that was made to point here (DNS rebinding) asks under that name."""
    assert ask(app, LIST, headers=[(b"host", host)]).status == 421


@pytest.mark.parametrize("host", [HOST.encode(), f"localhost:{PORT}".encode(), f"LOCALHOST:{PORT}".encode()])
def test_its_own_names_are_answered(app: Any, host: bytes) -> None:
    assert ask(app, LIST, headers=[(b"host", host)]).status == 200


def test_a_host_that_is_missing_or_given_twice_is_refused(app: Any) -> None:
    assert ask(app, LIST, headers=[]).status == 421
    assert ask(app, LIST, headers=[OWN, OWN]).status == 400
    assert ask(app, LIST, headers=[OWN, (b"host", b"attacker.example")]).status == 400


@pytest.mark.parametrize(
    "origin",
    [
        b"http://attacker.example",
        b"https://127.0.0.1:8000",
        b"http://127.0.0.1",
        b"http://127.0.0.1:8001",
        b"http://127.0.0.1:8000.attacker.example",
        b"null",
        b"",
        b"file://",
    ],
)
def test_another_site_s_page_is_refused(app: Any, origin: bytes) -> None:
    assert ask(app, LIST, headers=[OWN, (b"origin", origin)]).status == 403


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"", b"none, cross-site"])
def test_what_the_browser_says_comes_from_elsewhere_is_refused(app: Any, site: bytes) -> None:
    assert ask(app, LIST, headers=[OWN, (b"sec-fetch-site", site)]).status == 403
    assert ask(app, LIST, headers=[OWN, (b"sec-fetch-site", b"same-origin"), (b"sec-fetch-site", site)]).status == 400


def test_its_own_page_is_answered(app: Any) -> None:
    own = [OWN, (b"origin", f"http://{HOST}".encode()), (b"sec-fetch-site", b"same-origin")]
    assert ask(app, LIST, headers=own).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "//",
        "/api/campaigns",
        f"/{TOKEN[:-1]}/api/campaigns",
        f"/{TOKEN}x/api/campaigns",
        f"/{TOKEN.upper()}/api/campaigns",
        f"//{TOKEN}/api/campaigns",
        f"/x/{TOKEN}/api/campaigns",
        "/campaigns?token=" + TOKEN,
        f"http://{HOST}/{TOKEN}/api/campaigns",
        "*",
    ],
)
def test_without_its_token_nothing_is_told(app: Any, target: str) -> None:
    answer = ask(app, target.encode())
    assert answer.status in (400, 403)
    assert b"scripted" not in answer.body
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2E%2E%2Fsecret.txt",
        "%252e%252e%252fsecret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "....//secret.txt",
        "./secret.txt",
        "/secret.txt",
        "%00secret.txt",
        "secret.txt%00",
        "\x00",
        "%c0%ae%c0%ae/secret.txt",
        "%ff",
        "\uff0e\uff0e/secret.txt",
        "~/secret.txt",
        "~root",
        "link",
        "link~secret.txt",
        "secret.txt",
        "%",
        "%zz",
    ],
)
@pytest.mark.parametrize(
    "place", ["api/campaigns/{}", "api/runs/{}/free.divider/0/seals", "api/runs/C/{}/0/entries", "assets/{}", "{}"]
)
def test_paths_do_not_climb(beside: Any, made: Made, place: str, path: str) -> None:
    target = f"/{TOKEN}/" + place.replace("/C/", f"/{made.scripted.name}/").format(path)
    answer = ask(beside, target.encode("utf-8"))
    assert answer.status in (400, 404)
    assert SECRET not in answer.body


WORDS = (
    ".. . %2e%2e %2f %5c \\ %00 ~ * api assets campaigns runs seals entries blobs leaves drawings secret.txt link "
    "app.js index.html etc passwd 0 -1 999999999999999999999999999 free.divider governed %e2%80%ae x%0d%0aset-cookie:a"
)
PIECES = st.one_of(st.sampled_from(["", TOKEN, *WORDS.split()]), st.text(max_size=12))
QUERIES = st.one_of(st.just(""), st.sampled_from(["?first=0", "?count=9", "?text=..%2f", "?a=%00", "?&&=", "?%ff=%ff"]))


@settings(max_examples=150)
@given(pieces=st.lists(PIECES, max_size=8), query=QUERIES, campaign=st.booleans())
def test_no_path_leads_out_and_none_breaks_it(
    beside: Any, made: Made, pieces: list[str], query: str, campaign: bool
) -> None:
    start = f"/{TOKEN}/" + (f"api/runs/{made.scripted.name}/" if campaign else "")
    target = start.encode() + "/".join(pieces).encode("utf-8", "surrogatepass") + query.encode()
    if b"/api/events" in target:
        return  # a stream: it has no end to wait for
    answer = ask(beside, target)
    assert answer.status < 500, answer.body
    assert SECRET not in answer.body
    assert answer.header("x-content-type-options") == "nosniff"
    assert b"\n" not in b"".join(value for _, value in answer.headers)


@settings(max_examples=100)
@given(target=st.binary(max_size=200), name=st.binary(max_size=20), value=st.binary(max_size=40))
def test_no_octets_break_it(app: Any, target: bytes, name: bytes, value: bytes) -> None:
    assert ask(app, b"/" + target, headers=[OWN, (name, value)]).status in (400, 403, 421)
    assert ask(app, LIST + b"?" + target, headers=[OWN, (name, value)]).status < 500


def test_links_out_of_a_campaign_are_not_followed(copied: Made, over: Over, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    for name in ("entries", "leaves", "checkpoints"):
        (secret / name).mkdir(parents=True)
    for file in (f"entries/{0:012d}.jsonl", f"leaves/{0:012d}.sha256", "checkpoint", "log.vkey", "certificate"):
        (secret / file).write_bytes(SECRET + b"\n")
    (secret / "plan.json").write_bytes(b'{"campaign": {"name": "' + SECRET + b'"}}')
    run = copied.scripted / "runs" / "free.divider" / "0"
    for file in (f"entries/{0:012d}.jsonl", f"leaves/{0:012d}.sha256", "checkpoint", "log.vkey", "certificate"):
        (run / file).unlink()
        (run / file).symlink_to(secret / file)
    other = copied.scripted / "runs" / "free.divider" / "1"
    other.rename(tmp_path / "moved")
    other.symlink_to(secret)
    (copied.mock / "plan.json").unlink()
    (copied.mock / "plan.json").symlink_to(secret / "plan.json")
    (copied.logs / "linked").symlink_to(secret)
    shown = over(copied.logs, copied.workspace)
    listed = shown.get("campaigns")
    assert SECRET not in listed.content
    assert {row["id"] for row in listed.json()["campaigns"]} == {copied.scripted.name, copied.mock.name}
    for seed in (0, 1):
        for what in ("seals", "leaves", "entries", "drawings", "verdict", "spoken"):
            answer = shown.get(shown.run(copied.scripted, "free.divider", seed, what))
            assert SECRET not in answer.content
            assert answer.status_code in (200, 404), (what, answer.text)
    assert SECRET not in shown.get(f"campaigns/{copied.mock.name}").content


def test_names_in_a_plan_lead_nowhere(copied: Made, over: Over, tmp_path: Path) -> None:
    """A plan that somebody else wrote may call its arms what it likes."""
    plan = json.loads((copied.scripted / "plan.json").read_bytes())
    arms = ["..", "../../..", "/etc", "a/b", "", ".", "a\0b", "a\\b", "free.divider"]
    plan["arms"] = [{**plan["arms"][0], "name": name} for name in arms]
    (copied.scripted / "plan.json").write_text(json.dumps(plan))
    (copied.scripted / "tables" / "runs.parquet").unlink()
    rows = over(copied.logs, copied.workspace).json(f"campaigns/{copied.scripted.name}/runs")["rows"]
    assert {row["arm"] for row in rows} == {"free.divider"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "\xa0"])
def test_other_methods_are_refused(app: Any, method: str) -> None:
    answer = ask(app, LIST, method=method)
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, POST")


def test_what_is_only_read_cannot_be_posted_to(app: Any) -> None:
    kind = (b"content-type", b"application/json")
    assert ask(app, LIST, method="POST", headers=[OWN, kind], body=[b"{}"]).status == 405
    assert ask(app, LIST, method="HEAD").status == 200


def post(app: Any, body: list[bytes], *headers: Header, kind: bytes = b"application/json") -> Answer:
    length = (b"content-length", str(sum(map(len, body))).encode())
    target = f"/{TOKEN}/api/echo".encode()
    given = [OWN, *([(b"content-type", kind)] if kind else []), *(headers or [length])]
    return ask(app, target, method="POST", headers=given, body=body)


def test_what_is_posted_is_json_of_a_bounded_length(app: Any) -> None:
    assert json.loads(post(app, [b'{"text": "a"}']).body) == {"text": "a"}
    whole = [b'{"text": "' + b"x" * (MOST_BODY - 12) + b'"}']
    assert len(whole[0]) == MOST_BODY
    assert post(app, whole).status == 200
    assert post(app, [whole[0] + b" "]).status == 413
    for said in (b"5", b"0"):
        assert post(app, [b" " * MOST_BODY, b" "], (b"content-length", said)).status == 413, "whatever it says"
    assert post(app, [b" " * 65536] * 17, (b"transfer-encoding", b"chunked")).status == 413
    for length in (b"-1", b"1e3", b"9" * 400, b"0x10", b""):
        assert post(app, [b"{}"], (b"content-length", length)).status in (400, 413)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json, text/plain"],
)
def test_what_a_form_can_post_is_refused(app: Any, kind: str) -> None:
    """A form of another site can send these without being asked first."""
    assert post(app, [b'{"text": "a"}'], kind=kind.encode()).status == 415


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b'"text"', b"{}", b"\xff", b"[" * 100_000, b'{"text": ' * 50_000]
)
def test_what_is_posted_and_is_no_object_is_refused(app: Any, body: bytes) -> None:
    answer = post(app, [body])
    assert answer.status == 400
    assert json.loads(answer.body)["error"]


def test_a_question_has_no_body(app: Any) -> None:
    assert ask(app, LIST, headers=[OWN, (b"content-length", b"2")], body=[b"{}"]).status == 400
    assert ask(app, LIST, headers=[OWN, (b"transfer-encoding", b"chunked")]).status == 400
    assert ask(app, LIST, headers=[OWN, (b"content-length", b"0")]).status == 200


@pytest.mark.parametrize(
    "ranges",
    [
        b"bytes=0-1",
        b"bytes=-1",
        b"bytes=" + b",".join(b"%d-" % n for n in range(900)),
        b"bytes=5-2",
        b"lines=1",
        b"\xff",
    ],
)
def test_parts_of_an_answer_are_not_given(app: Any, ranges: bytes) -> None:
    for target in (f"/{TOKEN}/assets/app.js".encode(), f"/{TOKEN}/".encode(), LIST):
        plain = ask(app, target)
        assert (plain.status, ask(app, target, headers=[OWN, (b"range", ranges)]).body) == (200, plain.body)


def test_headers_without_number_or_end_are_refused(app: Any) -> None:
    assert ask(app, LIST, headers=[OWN, *((b"x-a", b"b") for _ in range(200))]).status == 400
    assert ask(app, LIST, headers=[OWN, (b"x-a", b"b" * (1 << 14))]).status == 431


def test_a_fault_of_ours_is_told_and_no_traceback(app: Any) -> None:
    answer = ask(app, f"/{TOKEN}/api/broken".encode())
    said = json.loads(answer.body)
    assert answer.status == 500
    assert "RuntimeError: a fault of our own" in said["error"]
    assert b"Traceback" not in answer.body
    assert b'File "' not in answer.body


def test_sockets_of_the_web_are_closed(app: Any) -> None:
    import asyncio

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    asyncio.run(app({"type": "websocket", "path": f"/{TOKEN}/api/events", "headers": []}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]
