"""One file, one log: whatever a page could take for another log than the one that is verified is damage, or is said."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.cli.entry import run_command
from agoranomos.cli.log_places import place_of_log
from agoranomos.logs import LogFault, LogWriter
from agoranomos.logs.verify import verify_log
from agoranomos.viewer import bundle_page
from agoranomos.viewer.bundle import bundled, read_log
from agoranomos.viewer.bundle_file import unbundled
from agoranomos.viewer.bundle_page import read_template
from agoranomos.viewer.bundle_parts import COMMENT, NAMES, parts_of
from agoranomos.viewer.bundle_text import element
from logs.building import RUN, TRUSTED, WORKSPACE
from viewer.test_bundle_fixtures import ODD, TEMPLATE

TRICKS: dict[str, Callable[[str, str, str], str]] = {
    "hidden in a comment": lambda front, data, other: f"{front}{COMMENT}<!-- {data} -->{other}",
    "hidden in a comment before it begins": lambda front, data, other: f"{front}<!-- {data} -->{COMMENT}{other}",
    "another log before it": lambda front, data, other: f"{front}{other}{COMMENT}{data}",
    "another log before it, otherwise quoted": lambda front, data, other: (
        front + other.replace('id="', "ID = '").replace('">', "'>") + COMMENT + data
    ),
    "another log after it": lambda front, data, other: f"{front}{COMMENT}{data}{other}",
    "two beginnings": lambda front, data, other: f"{front}{COMMENT}{data}{COMMENT}{other}",
    "no beginning": lambda front, data, other: front + data,
    "text in between": lambda front, data, other: f"{front}{COMMENT}{data.replace('</script>', '</script>x', 1)}",
    "a comment in between": lambda front, data, other: (
        f"{front}{COMMENT}{data.replace('</script>', '</script><!-- -->', 1)}"
    ),
    "a script at the end": lambda front, data, other: f"{front}{COMMENT}{data}<script>1</script>",
    "another attribute": lambda front, data, other: f"{front}{COMMENT}{data.replace('<script ', '<script a ', 1)}",
    "an end with a space": lambda front, data, other: f"{front}{COMMENT}{data.replace('</script>', '</script >', 1)}",
    "an end in capitals": lambda front, data, other: f"{front}{COMMENT}{data.replace('</script>', '</SCRIPT>', 3)}",
    "a beginning of a comment in `about`": lambda front, data, other: (
        f"{front}{COMMENT}{data.replace('odd', '<!--<script ', 1)}"
    ),
    "cut off": lambda front, data, other: f"{front}{COMMENT}{data[: len(data) // 2]}",
    "turned round": lambda front, data, other: (
        front + COMMENT + "".join(reversed(re.findall(r"<script.*?</script>\n", data, re.DOTALL)))
    ),
}


@cache
def odd() -> tuple[str, dict[str, str]]:
    """The front and the texts of a bundle that verifies."""
    parts = parts_of(ODD.read_bytes())
    return parts.front.decode(), {name: text.decode() for name, text in parts.texts.items()}


def data_of(texts: dict[str, str]) -> str:
    return "".join(element(name, text) for name, text in texts.items())


def changed(folder: Path, **texts: str | None) -> Path:
    """The same bundle with another text in some elements; without those that are None."""
    front, given = odd()
    path = folder / "changed.html"
    kept = {name: texts.get(name.replace(".", "_"), text) for name, text in given.items()}
    data = data_of({name: text for name, text in kept.items() if text is not None})
    path.write_bytes((front + COMMENT + data).encode("utf-8", "surrogateescape"))
    return path


@pytest.fixture
def agora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], int]:
    """`agora log verify --level full` under the key of the workspace that made the bundle."""
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(mode=0o700)
    return lambda path: run_command(["log", "verify", str(path), "--level", "full", "--key", WORKSPACE.verifier.vkey])


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The elements of another log."""
    folder = tmp_path_factory.mktemp("other") / "log"
    log = LogWriter.create(folder, RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    log.append([b'{"seq":0}'])
    log.close()
    page = bundled(TEMPLATE, read_log(folder), "other")
    return data_of({name: text.decode() for name, text in parts_of(page).texts.items()})


def test_a_bundle_is_its_parts_and_nothing_else() -> None:
    front, texts = odd()
    assert tuple(texts) == NAMES
    assert (front + COMMENT + data_of(texts)).encode() + parts_of(ODD.read_bytes()).tail == ODD.read_bytes()


@pytest.mark.parametrize("trick", TRICKS)
def test_a_page_in_which_another_log_could_be_found_is_damaged(
    trick: str, other: str, tmp_path: Path, agora: Callable[[Path], int], capsys: pytest.CaptureFixture[str]
) -> None:
    front, texts = odd()
    path = tmp_path / "tricked.html"
    path.write_text(TRICKS[trick](front, data_of(texts), other))
    with pytest.raises(LogFault) as caught:
        unbundled(path)
    assert caught.value.kind == "damaged"
    assert len(caught.value.message) < 200
    assert run_command(["log", "verify", str(path), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "damaged"
    assert said["message"].endswith(caught.value.message)
    assert agora(path) == 1
    assert capsys.readouterr().err.startswith(f"error: damaged: {path}: ")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "checkpoints"])
def test_an_element_that_is_missing_or_there_twice_is_damage(name: str, tmp_path: Path) -> None:
    with pytest.raises(LogFault, match=rf"the element `{re.escape(name)}` was expected"):
        unbundled(changed(tmp_path, **{name.replace(".", "_"): None}))
    front, texts = odd()
    again = element(name, texts[name])
    path = tmp_path / "twice.html"
    path.write_text(front + COMMENT + data_of(texts).replace(again, again * 2))
    with pytest.raises(LogFault, match=r"was expected|behind the last element"):
        unbundled(path)


def test_a_sign_that_is_not_written_as_bundles_write_it_is_a_changed_entry(tmp_path: Path) -> None:
    """`<` for `%3C` would say the same, were it read: a page reads it as no entry, or as markup."""
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    log.append([b'{"seq":0}', b'{"text":"a<b","seq":1}'])
    log.close()
    page = bundled(TEMPLATE, read_log(tmp_path / "log"), "signs")
    (tmp_path / "run.html").write_bytes(page.replace(b"a%3Cb", b"a<b"))
    found = unbundled(tmp_path / "run.html")
    assert found is not None
    with pytest.raises(LogFault) as caught:
        verify_log(found.folder, TRUSTED)
    assert (caught.value.kind, caught.value.entry) == ("tampered", 1)


def test_no_journal_is_none_and_an_empty_one_is_damage(tmp_path: Path) -> None:
    without = unbundled(changed(tmp_path, checkpoints=None))
    assert without is not None
    assert verify_log(without.folder, TRUSTED).checkpoints == 1
    empty = unbundled(changed(tmp_path, checkpoints=""))
    assert empty is not None
    with pytest.raises(LogFault) as caught:
        verify_log(empty.folder, TRUSTED)
    assert caught.value.kind == "damaged"


GOOD = base64.b64encode(gzip.compress(b"a blob", mtime=0)).decode()
NAMED = sha256(b"a blob").hexdigest()


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        f" {GOOD}",
        f"{'a' * 5000} {GOOD}",
        f"{'é' * 200} {GOOD}",
        f"{'g' * 64} {GOOD}",
        f"../../../{NAMED} {GOOD}",
        f"/{NAMED[1:]} {GOOD}",
        f"{NAMED.upper()} {GOOD}",
        f"{NAMED}x{GOOD}",
        NAMED,
        f"{NAMED} {GOOD}{GOOD}",
        f"{NAMED} {GOOD[:-8]}",
        f"{NAMED} {GOOD}\n{NAMED} {GOOD}",
        f"{sha256(b'<!--<script').hexdigest()} <!--<script",
        f"{sha256(b'').hexdigest()} ",
    ],
)
def test_a_blob_that_is_none_is_tampered_with_and_is_no_path(
    line: str, tmp_path: Path, agora: Callable[[Path], int], capsys: pytest.CaptureFixture[str]
) -> None:
    good = changed(tmp_path, blobs=f"{NAMED} {GOOD}\n")
    assert agora(good) == 0
    capsys.readouterr()
    path = changed(tmp_path, blobs=f"{line}\n")
    assert agora(path) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("error: tampered: blob ")
    assert len(said) < 200


@pytest.mark.parametrize("name", ["<!--<script", "a\nb", "\udcff", "%"])
def test_a_file_that_lies_among_the_blobs_is_bundled_as_none(name: str, tmp_path: Path) -> None:
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    log.append([b'{"seq":0}'])
    log.put_blob(b"a blob")
    log.close()
    (tmp_path / "log/blobs/sha256" / NAMED[:2] / name).write_bytes(b"a blob")
    (tmp_path / "run.html").write_bytes(bundled(TEMPLATE, read_log(tmp_path / "log"), "x"))
    found = unbundled(tmp_path / "run.html")
    assert found is not None
    with pytest.raises(LogFault, match="blob 0000") as caught:
        verify_log(found.folder, TRUSTED)
    assert caught.value.kind == "tampered"


TEXTS = (
    st.binary(max_size=200).map(lambda octets: octets.decode("utf-8", "surrogateescape"))
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace").decode())
    | st.lists(
        st.sampled_from(
            ["</script>", "<!--", "<script>", "\n", "\r", "\0", " ", "%", "%00", "%0A", "a" * 5000, "— ", "+", "/", "é"]
            + [f'<script type="text/plain" id="{name}">\n' for name in ("entries", "blobs")]
        ),
        max_size=12,
    ).map("".join)
)


PLACES = st.floats(0, 1) | st.none()
"""Where in an element's text something is put in; None: in the place of all of it."""


def put_into(folder: Path, name: str, text: str, at: float | None) -> Path:
    given_text = odd()[1][name]
    cut = int((at or 0) * len(given_text))
    whole = text if at is None else given_text[:cut] + text + given_text[cut:]
    return changed(folder, **{name.replace(".", "_"): whole})


put_anything = given(name=st.sampled_from(NAMES), text=TEXTS, at=PLACES)


@settings(max_examples=80)
@put_anything
def test_whatever_an_element_says_it_is_a_log_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, at: float | None
) -> None:
    path = put_into(tmp_path_factory.getbasetemp(), name, text, at)
    found = None
    try:
        verify_log(place_of_log(str(path)), TRUSTED)
    except LogFault as fault:
        found = fault
    assert found is None or (found.kind in ("tampered", "damaged", "undecided") and len(found.message) < 1000)


@settings(max_examples=15)
@put_anything
def test_whatever_an_element_says_the_command_has_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, at: float | None
) -> None:
    path = put_into(tmp_path_factory.getbasetemp(), name, text, at)
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        code = run_command(["log", "verify", str(path), "--key", WORKSPACE.verifier.vkey])
    faults = [line for line in said.getvalue().splitlines() if line.startswith("error: ")]
    assert (code, len(faults)) in ((0, 0), (1, 1)), said.getvalue()
    assert all(re.match(r"error: (tampered|damaged|undecided): .{1,1000}$", line) for line in faults), faults


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small page stands for the one that this program writes."""
    template = tmp_path / "template.html"
    template.write_text(TEMPLATE)
    monkeypatch.setattr(bundle_page, "TEMPLATE", template)


def doubt(path: Path) -> str:
    found = unbundled(path)
    assert found is not None
    return found.doubt


def test_the_programs_own_page_is_not_doubted(own: None) -> None:
    assert doubt(ODD) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">0</script>", ">1</script>"),
        ("sha256-X", "unsafe-X"),
        ("<style>", "<style>p"),
        ("<meta", "<!-- <meta"),
        ("<meta", "\ufeff<meta"),
    ],
)
def test_a_page_that_was_changed_is_said_to_be_and_its_log_is_verified_all_the_same(
    own: None, old: str, new: str, tmp_path: Path, agora: Callable[[Path], int], capsys: pytest.CaptureFixture[str]
) -> None:
    front, texts = odd()
    path = tmp_path / "page.html"
    path.write_text(front.replace(old, new, 1) + COMMENT + data_of(texts))
    assert agora(path) == 0
    said = capsys.readouterr()
    assert "verified: " in said.out
    (note,) = said.err.splitlines()
    assert note.startswith(f"note: {path}: the page is not the one that agoranomos ")
    assert note.endswith("what it shows in a browser may differ from the log that is read here")
    assert "(it says that it was written by 'agoranomos 0')" in note


def test_a_version_that_is_none_is_not_repeated(own: None, tmp_path: Path) -> None:
    front, texts = odd()
    for about in ("", "[]\n", "{}\n", '{"program":3}\n', "[" * 100_000, '{"program":"' + "\u2028x" * 3000 + '"}\n'):
        path = tmp_path / "page.html"
        path.write_text(front + " " + COMMENT + data_of({**texts, "about": about}))
        assert len(doubt(path)) < 400
        assert "\n" not in doubt(path)


def test_where_no_page_is_built_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_page, "TEMPLATE", tmp_path / "none.html")
    assert "was not compared with this program's own, which is not built here" in doubt(ODD)


def test_the_page_that_is_built_is_taken_for_a_page_before_a_log(tmp_path: Path) -> None:
    if not bundle_page.TEMPLATE.is_file():
        pytest.skip("needs the built page")
    path = tmp_path / "run.html"
    (tmp_path / "log/entries").mkdir(parents=True)
    path.write_bytes(bundled(read_template(), read_log(tmp_path / "log"), "x"))
    assert doubt(path) == ""
