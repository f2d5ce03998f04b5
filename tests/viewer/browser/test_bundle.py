"""One file, opened from the disk with the network off: it shows a run, checks its log, and names what was changed."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns.transcript import transcript
from agoranomos.logs import LogReader, LogWriter, SigningKey
from agoranomos.viewer.app import PAGE
from agoranomos.viewer.bundle import Prompts, bundled, read_log
from agoranomos.viewer.bundle_page import read_template
from agoranomos.viewer.bundle_parts import parts_of
from agoranomos.viewer.bundle_prompts import packed, prompt_packs
from logs.building import RUN, WORKSPACE
from viewer.conftest import Made
from viewer.corpus import ELSEWHERE, ON_ONE_LINE, nothing_ran, watch

VERDICT = ".check-verdict:not([data-verdict=checking])"
OTHER = SigningKey.from_seed("workspace", b"O" * 32)


@pytest.fixture(scope="session")
def template() -> str:
    return read_template(Path(os.environ.get("AGORA_TEST_PAGE", PAGE)) / "bundle.html")


@pytest.fixture(scope="session")
def file(real: Made, template: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the mock engine under an institution, with what it was asked."""
    run = real.mock / "runs/governed/0"
    with ThreadPoolExecutor(1) as apart:
        calls = apart.submit(transcript, run, real.workspace, real.lab.trusted()).result()
    packs = tuple(prompt_packs(calls))
    path = tmp_path_factory.mktemp("bundle") / "run.html"
    path.write_bytes(bundled(template, read_log(run), "small/governed/0", Prompts(packs)))
    return path


@pytest.fixture
def opened(open_page: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens a file with the network off; fails on any request but for the file itself."""
    asked: list[str] = []

    def open_file(path: Path, **options: Any) -> Any:
        page = open_page("about:blank", offline=True, **options)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector(VERDICT)
        return page

    yield open_file
    assert [url for url in asked if not url.startswith("file:///")] == []


def verdict(page: Any) -> str:
    return page.locator(VERDICT).inner_text()


def bad_entries(page: Any) -> list[str]:
    return page.locator(".check-bad a").all_inner_texts()


def paste(page: Any, key: str) -> None:
    page.get_by_label("Public key of the workspace").fill(key)
    page.get_by_role("button", name="Check", exact=True).click()


def test_without_a_key_it_is_consistent(opened: Callable[..., Any], file: Path) -> None:
    page = opened(file)
    key = "+".join(read_text(file, "log.vkey").split("+")[:2])
    assert verdict(page) == f"○ consistent under key {key}"
    size = read_text(file, "entries").count("\n")
    assert page.locator(".check-counted").inner_text() == f"{size} of {size} entries are as they were signed."
    origin = key.rpartition("+")[0]
    assert page.title() == f"{origin} - Agoranomos"
    assert page.get_by_role("heading", level=1).inner_text() == origin
    page.get_by_text("What this says, and what it does not").click()
    said = page.get_by_label("The check of this file").inner_text()
    assert "not excluded: rollback" in said
    assert "This page came with what it checks" in said
    assert "whoever made the file calls the run “small/governed/0”" in said
    assert "what else is in this file, nobody signed" in said


def test_another_title_in_the_file_changes_no_heading(
    opened: Callable[..., Any], file: Path, tmp_path: Path, real: Made
) -> None:
    """Nobody signs what whoever made the file calls the run; what the page is headed with is signed."""
    changed = tmp_path / "changed.html"
    changed.write_bytes(file.read_bytes().replace(b'"title":"small/governed/0"', b'"title":"small/free/0"'))
    page = opened(changed)
    paste(page, next(iter(real.lab.trusted())).vkey)
    page.wait_for_selector(".check-verdict[data-verdict=verified]")
    origin = read_text(file, "checkpoint").partition("\n")[0]
    assert (page.title(), page.get_by_role("heading", level=1).inner_text()) == (f"{origin} - Agoranomos", origin)
    page.get_by_text("What this says, and what it does not").click()
    assert page.get_by_text("small/free/0").all_inner_texts() == ["whoever made the file calls the run “small/free/0”;"]


def test_an_element_that_is_there_twice_is_damage(opened: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    again = re.search(rb'<script type="text/plain" id="checkpoint">.*?</script>\n', content, re.DOTALL)
    assert again is not None
    changed = tmp_path / "changed.html"
    changed.write_bytes(content.replace(again[0], again[0] * 2))
    assert verdict(opened(changed)).startswith("✗ damaged")


def test_an_empty_journal_is_damage(opened: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    content = re.sub(
        rb'(<script type="text/plain" id="checkpoints">\n).*?(</script>\n)',
        rb"\1\2",
        file.read_bytes(),
        flags=re.DOTALL,
    )
    changed = tmp_path / "changed.html"
    changed.write_bytes(content)
    assert content != file.read_bytes()
    assert verdict(opened(changed)).startswith("✗ damaged: checkpoints, note 0")


def read_text(path: Path, name: str) -> str:
    return parts_of(path.read_bytes()).texts[name].decode()


def test_under_the_workspaces_key_it_is_verified(opened: Callable[..., Any], file: Path, real: Made) -> None:
    page = opened(file)
    (key,) = real.lab.trusted()
    paste(page, f"  {key.vkey}\n")
    page.wait_for_selector(".check-verdict[data-verdict=verified]")
    assert verdict(page) == f"✓ verified under key {key.name}+{key.key_id.hex()}"


def test_another_key_leaves_it_consistent_and_no_key_is_refused(opened: Callable[..., Any], file: Path) -> None:
    page = opened(file)
    paste(page, OTHER.vkey)
    page.get_by_text("What this says, and what it does not").click()
    page.get_by_text("signed by no key that was given").first.wait_for()
    assert verdict(page).startswith("○ consistent under key")
    paste(page, OTHER.vkey[:-2])
    alert = page.get_by_role("alert")
    assert "key" in alert.inner_text() or "base64" in alert.inner_text()
    assert page.get_by_label("Public key of the workspace").get_attribute("aria-invalid") == "true"


def test_a_key_is_given_by_keyboard_alone(opened: Callable[..., Any], file: Path, real: Made) -> None:
    page = opened(file)
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check-key"
    page.keyboard.insert_text(next(iter(real.lab.trusted())).vkey)
    page.keyboard.press("Enter")
    page.wait_for_selector(".check-verdict[data-verdict=verified]")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("bundle-light", {"color_scheme": "light"}),
        ("bundle-dark", {"color_scheme": "dark"}),
        ("bundle-narrow", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_it_can_be_read_by_everybody(
    opened: Callable[..., Any],
    accessible: Callable[[Any], None],
    picture: Callable[[Any, str], Path],
    file: Path,
    tmp_path: Path,
    name: str,
    options: dict[str, Any],
) -> None:
    content = file.read_bytes()
    at = content.index(b'"round":2,"seq":')
    changed = tmp_path / "changed.html"
    changed.write_bytes(content[: at - 3] + b"x" + content[at - 2 :])
    page = opened(changed, **options)
    page.get_by_text("What this says, and what it does not").click()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, name)


def test_what_it_was_asked_is_shown_where_the_log_holds_its_digest(opened: Callable[..., Any], file: Path) -> None:
    page = opened(file)
    page.get_by_text("Call 1").first.click()
    call = page.locator("details", has_text="Call 1").first
    call.get_by_text("Prompt", exact=True).wait_for()
    call.get_by_label("changes since", exact=False).first.uncheck()
    call.get_by_text("[system]", exact=False).first.wait_for()
    assert page.get_by_text("not at hand", exact=False).count() == 0


def entries_of(content: bytes) -> tuple[int, int]:
    begin = b'<script type="text/plain" id="entries">\n'
    start = content.index(begin) + len(begin)
    return start, content.index(b"</script>\n", start)


def test_a_changed_byte_is_named_in_a_whole_file(opened: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    """The same as web/tests/bundle-tamper.test.ts does 300 times, here as the browser reads the file."""
    content, draw = file.read_bytes(), random.Random(20)
    start, end = entries_of(content)
    size = content.count(b"\n", start, end)
    page = opened(file)
    path = tmp_path / "changed.html"
    newlines = [at for at in range(start, end) if content[at] == 10]
    places = [(draw.randrange(start, end), draw.randrange(1, 256)) for _ in range(16)]
    places = [(at, flip) for at, flip in places if (content[at], flip) != (10, 7)]  # HTML has a CR for a newline
    places += [(newlines[2], 10 ^ 32), (newlines[5], 10 ^ 0x80), (start + 400, content[start + 400] ^ 10)]
    places += [(start + 500, content[start + 500] ^ ord("<"))]
    for at, flip in places:
        path.write_bytes(content[:at] + bytes((content[at] ^ flip,)) + content[at + 1 :])
        page.goto(path.as_uri())
        page.wait_for_selector(VERDICT)
        owner = content.count(b"\n", start, at)
        assert (verdict(page)[:10], bad_entries(page)) == ("✗ tampered", [f"Entry {owner}"]), (at, flip)
        assert page.locator(".check-counted").inner_text().startswith(f"{size - 1} of {size} entries"), (at, flip)


def test_a_bad_entry_leads_to_where_it_lies(opened: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    at = content.index(b'"seq":4}')
    (tmp_path / "changed.html").write_bytes(content[: at - 4] + b"?" + content[at - 3 :])
    page = opened(tmp_path / "changed.html")
    page.get_by_label("Bad entries").get_by_role("link", name="Entry 4").click()
    assert "bad" in page.get_by_role("region", name="Entry 4").inner_text()


@pytest.mark.parametrize("name", ["log.vkey", "certificate", "checkpoint", "leaves"])
def test_a_changed_seal_blames_no_entry(
    opened: Callable[..., Any], file: Path, tmp_path: Path, real: Made, name: str
) -> None:
    content = file.read_bytes()
    begin = f'<script type="text/plain" id="{name}">\n'.encode()
    at = content.index(begin) + len(begin) + 12
    (tmp_path / "changed.html").write_bytes(content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :])
    page = opened(tmp_path / "changed.html")
    paste(page, next(iter(real.lab.trusted())).vkey)
    page.wait_for_selector(VERDICT)
    assert verdict(page)[:10] in ("✗ tampered", "✗ damaged:")
    assert bad_entries(page) == []


def test_hostile_texts_stay_texts(opened: Callable[..., Any], real: Made, template: str, tmp_path: Path) -> None:
    texts = list(ON_ONE_LINE)
    hostile = " ".join(texts)
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    prompt = json.dumps([["system", hostile], ["user", hostile]], separators=(",", ":"), ensure_ascii=False).encode()
    lines, heads = [], b""
    for line in LogReader(real.mock / "runs/governed/0").entries():
        entry = json.loads(line)
        body = entry["body"]
        if entry["kind"] == "notice":
            body["text"] = hostile
        for decision in body.get("decisions", ()):
            for at, call in enumerate(decision["calls"]):
                call |= {"reply": hostile, "model": texts[0], "prompt_sha256": sha256(prompt).hexdigest()}
                head = json.dumps([decision["agent"], entry["round"], at, texts[0]], separators=(",", ":"))
                heads += head.encode() + b"\n" + prompt + b"\n"
        if entry["kind"] == "opened":
            body["institution"]["text"] = hostile
            body["institution"]["name"] = texts[3]
        lines.append(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode())
    log.append(lines)
    log.close()
    path = tmp_path / "hostile.html"
    path.write_bytes(bundled(template, read_log(tmp_path / "log"), hostile, Prompts((packed(heads),), hostile)))
    page = opened(path)
    seen = watch(page)
    page.reload()
    page.wait_for_selector(VERDICT)
    assert verdict(page).startswith("○ consistent")
    for call in page.get_by_text("Call 1").all():
        call.click()
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    page.get_by_text(texts[0], exact=False).first.wait_for()
    nothing_ran(page, seen)
    assert ELSEWHERE in page.locator("body").inner_text()


def test_five_thousand_rounds_are_small_and_shown_at_once(
    opened: Callable[..., Any], real: Made, template: str, tmp_path: Path
) -> None:
    """Rounds of a governed run, told again until there are 5,000: as many entries, and as long, as such a run has."""
    first, *rest = LogReader(real.scripted / "runs/governed.divider/0").entries()
    told = [json.loads(line) for line in rest]
    lines = [first]
    for number in range(1, 5001):
        for entry in told:
            if entry["round"] == 1 + (number - 1) % 12 and entry["kind"] != "closed":
                entry = {**entry, "round": number, "seq": len(lines)}
                lines.append(json.dumps(entry, separators=(",", ":")).encode())
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    log.append(lines)
    log.close()
    path = tmp_path / "long.html"
    path.write_bytes(bundled(template, read_log(tmp_path / "log"), "long"))
    assert path.stat().st_size <= 20_000_000
    page = opened(path)
    assert page.locator(".check-counted").inner_text().startswith(f"{len(lines):,} of {len(lines):,} entries")
    paints = page.evaluate("performance.getEntriesByType('paint').map((one) => one.startTime)")
    assert paints
    assert max(paints) < 2000
