"""A bundle holds its log octet for octet, as text that cannot leave its element, and is written whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.campaigns.packs.packed import is_packed
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.cli.entry import run_command
from agoranomos.cli.log_places import place_of_log, place_to_write
from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogFault, LogWriter
from agoranomos.logs.reader import read_blob
from agoranomos.logs.verify import verify_log
from agoranomos.viewer import bundle_page, bundle_write
from agoranomos.viewer.bundle import LogText, Prompts, bundled, read_log
from agoranomos.viewer.bundle_file import unbundled
from agoranomos.viewer.bundle_page import read_template, with_data
from agoranomos.viewer.bundle_parts import COMMENT, NAMES, parts_of
from agoranomos.viewer.bundle_text import element, read_file, read_line, write_file, write_line
from agoranomos.viewer.bundle_write import require_free, write_bundle
from campaigns.laboratory import MOCK, SCRIPTED, Lab, make_lab
from logs.building import RUN, TRUSTED, WORKSPACE
from viewer.conftest import Made
from viewer.corpus import CORPUS
from viewer.test_bundle_fixtures import ODD, TEMPLATE, odd_log

LINES = st.binary().map(lambda line: line.replace(b"\n", b"")) | st.text().map(
    lambda text: text.replace("\n", "").encode("utf-8", "surrogatepass")
)
HOSTILE = st.sampled_from(["</script", "<!--", "]]>", "\u2028", "%00", "\0", "\r", "/script>", "!--", "\ufffd", "%"])
ENTRIES = LINES | st.lists(HOSTILE | st.text(max_size=4), max_size=8).map(
    lambda texts: "".join(texts).replace("\n", "").encode("utf-8", "surrogatepass")
)


class Elements(HTMLParser):
    """The elements of a page as HTML reads them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.begun: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.begun.append(tag)


@given(ENTRIES)
def test_a_line_comes_back_octet_for_octet(line: bytes) -> None:
    written = write_line(line)
    assert read_line(written.encode()) == line
    assert not re.search(r"[\x00-\x1f<\x7f\u2028\u2029\ufffd]|/script|!--", written, re.IGNORECASE | re.ASCII)


@given(st.lists(ENTRIES, max_size=5), st.booleans())
def test_a_file_comes_back_and_ends_no_element(lines: list[bytes], open_end: bool) -> None:
    content = b"\n".join(lines) + (b"" if open_end else b"\n")
    texts = {name: write_file(content) for name in NAMES}
    page = with_data(TEMPLATE, COMMENT + "".join(element(name, text) for name, text in texts.items())).encode()
    assert {name: text.decode() for name, text in parts_of(page).texts.items()} == texts
    assert read_file(parts_of(page).texts["entries"], b"stain") == content
    assert Elements(page.decode()).begun == ["meta", "style", *["script"] * 11]


@given(st.binary(max_size=60))
def test_there_is_one_way_to_write_a_line(written: bytes) -> None:
    octets = read_line(written)
    assert octets is None or write_line(octets).encode() == written


def log_in(bundle: Path) -> Path:
    found = unbundled(bundle)
    assert found is not None
    return found.folder


def test_whatever_entries_say_the_log_verifies_from_the_page(tmp_path: Path) -> None:
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    entries = [
        b'{"text":%b,"seq":%d}' % (json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass"), index)
        for index, text in enumerate(CORPUS)
    ]
    log.append(entries)
    name = log.put_blob(b"</script>\0\xff")
    log.close()
    page = tmp_path / "run.html"
    page.write_bytes(bundled(TEMPLATE, read_log(tmp_path / "log"), "</title><script>", Prompts(why="-->")))
    assert Elements(page.read_text()).begun == ["meta", "style", *["script"] * 10]
    folder = log_in(page)
    assert verify_log(folder, TRUSTED).size == len(CORPUS)
    assert read_blob(folder, name) == b"</script>\0\xff"
    assert (folder / "entries/000000000000.jsonl").read_bytes() == b"".join(line + b"\n" for line in entries)


def test_a_log_of_several_files_comes_back_in_as_many(tmp_path: Path) -> None:
    log = LogWriter.create(tmp_path / "log", RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="close")
    log.append([b'{"seq":%d}' % index for index in range(65_540)])
    log.close()
    (tmp_path / "run.html").write_bytes(bundled(TEMPLATE, read_log(tmp_path / "log"), "long"))
    folder = log_in(tmp_path / "run.html")
    assert verify_log(folder, TRUSTED).size == 65_540
    for name in ("entries", "leaves"):
        parts = sorted(path.name for path in (folder / name).iterdir())
        assert parts == sorted(path.name for path in (tmp_path / "log" / name).iterdir())
        assert len(parts) == 2


def test_the_page_leaves_open_what_the_programs_check_of_bytes_leaves_open(tmp_path: Path) -> None:
    limits = Path(__file__).parents[2] / "web" / "src" / "log" / "limits.ts"
    told = re.findall(r'^(?:const SOME_BLOBS = |  )"([^:]+):', limits.read_text(encoding="utf-8"), re.MULTILINE)
    found = verify_log(odd_log(tmp_path / "log"), TRUSTED)
    assert sorted(told) == sorted(one.split(":")[0] for one in found.not_excluded)


def test_an_empty_or_broken_folder_is_bundled_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log/entries").mkdir(parents=True)
    (tmp_path / "log/entries/000000000000.jsonl").write_bytes(b'{"seq":0}\n{"se')
    log = read_log(tmp_path / "log")
    assert log == LogText(b"", b"", b"", (), b'{"seq":0}\n{"se', b"", ())
    page = tmp_path / "run.html"
    page.write_bytes(bundled(TEMPLATE, log, "x"))
    folder = log_in(page)
    assert (folder / "entries/000000000000.jsonl").read_bytes() == log.entries


def test_nothing_but_a_bundle_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<!doctype html><title>page</title>")
    assert unbundled(tmp_path / "a.html") is None
    assert unbundled(tmp_path / "none.html") is None
    assert unbundled(tmp_path) is None


def test_nothing_is_kept_beside_the_log_in_a_bundle() -> None:
    assert place_of_log(str(ODD)).is_dir()
    with pytest.raises(UsageError, match="nothing is kept beside"):
        place_to_write(str(ODD))


def test_a_page_that_was_not_built_for_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot read"):
        read_template(tmp_path / "none.html")
    (tmp_path / "other.html").write_text("<!doctype html>")
    with pytest.raises(MachineError, match="no page for bundles"):
        read_template(tmp_path / "other.html")


def test_the_policy_lets_the_page_run_its_own_script_and_nothing_else() -> None:
    page = with_data(TEMPLATE, "data")
    policy = re.search(r'content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules["default-src"] == "'none'"
    # SHA-256 of the one character that the template's script is, and of nothing.
    assert rules["script-src"] == "'sha256-X+zrZv/IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V+k='"
    assert rules["style-src"] == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert "connect-src" not in rules  # so the default holds
    assert "unsafe" not in policy[1]


@pytest.fixture
def bundle(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`agora bundle` into a folder of its own, with a small page in the place of the built one."""
    template = tmp_path / "template.html"
    template.write_text(TEMPLATE)
    monkeypatch.setattr(bundle_page, "TEMPLATE", template)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(made.workspace.root)
    key = tmp_path / "key"
    key.write_text("".join(f"{one.vkey}\n" for one in made.lab.trusted()))
    (tmp_path / "home").mkdir(mode=0o700)

    def run(place: Path | str, *words: str) -> int:
        return run_command(["bundle", str(place), "--out", str(tmp_path / "run.html"), "--key", str(key), *words])

    return run


def text_of(folder: Path, name: str) -> str:
    return parts_of((folder / "run.html").read_bytes()).texts[name].decode()


def test_a_run_is_bundled_and_verifies_from_the_file(
    bundle: Callable[..., int], made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made.scripted / "runs/governed.divider/0"
    assert bundle(run) == 0
    assert "wrote" in capsys.readouterr().out
    entries = (run / "entries/000000000000.jsonl").read_text()
    assert text_of(tmp_path, "entries") == entries.replace("%", "%25").replace("<", "%3C")
    (drawing,) = json.loads(text_of(tmp_path, "drawings")).values()
    assert drawing["name"] == "cournot-antitrust"
    assert json.loads(text_of(tmp_path, "about"))["title"] == f"{made.scripted.name}/governed.divider/0"
    key = next(iter(made.lab.trusted())).vkey
    assert key not in (tmp_path / "run.html").read_text()
    capsys.readouterr()
    assert run_command(["log", "verify", str(tmp_path / "run.html"), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "every judgement is byte-equal" in said
    first = (tmp_path / "run.html").read_bytes()
    assert bundle(run, "--anew") == 0
    assert (tmp_path / "run.html").read_bytes() == first


def test_a_changed_byte_of_the_file_is_found_by_the_program(
    bundle: Callable[..., int], made: Made, tmp_path: Path
) -> None:
    assert bundle(made.scripted / "runs/governed.divider/0") == 0
    page = (tmp_path / "run.html").read_bytes()
    for seq, old, new in ((7, b"}", b"<"), (9, b"\n", b"\r"), (11, b":", b"\xff")):
        end = page.index(b'"seq":%d}\n' % seq) + len(b'"seq":%d' % seq)
        at = page.index(old, end) if old != b":" else page.rindex(old, 0, end)
        (tmp_path / "bad.html").write_bytes(page[:at] + new + page[at + 1 :])
        folder = log_in(tmp_path / "bad.html")
        with pytest.raises(LogFault) as caught:
            verify_run(folder, made.lab.trusted())
        assert (caught.value.kind, caught.value.entry) == ("tampered", seq)


def test_prompts_come_with_it_or_not_and_it_says_why(
    bundle: Callable[..., int], made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made.mock / "runs/governed/0"
    assert bundle(run, "--json") == 0
    assert json.loads(capsys.readouterr().out)["prompts"] is True
    assert text_of(tmp_path, "prompts")
    assert bundle(run, "--json", "--anew", "--no-prompts") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["prompts"], shown["why_no_prompts"]) == (False, "left out by whoever made this file")
    assert text_of(tmp_path, "prompts") == ""
    assert bundle(made.scripted / "runs/free.divider/0", "--json", "--anew") == 0
    assert json.loads(capsys.readouterr().out)["why_no_prompts"] == ""


def bundled_from(lab: Lab, place: Path, out: Path) -> dict[str, str]:
    """What a bundle holds of a run of a lab, as texts by name."""
    (key,) = lab.trusted()
    assert run_command(["bundle", str(place), "-o", str(out), "--key", key.vkey]) == 0
    texts = parts_of(out.read_bytes()).texts
    return {name: texts[name].decode() for name in ("about", "entries", "prompts")}


def test_a_run_in_a_pack_is_bundled_like_any_other(bundle: object, tmp_path: Path) -> None:
    lab = make_lab(tmp_path / "packed")
    plan = lab.plan(SCRIPTED, "seeds=1", "rounds=2")
    lab.run(plan, packed=True)
    place = lab.folder(plan).run("governed.ladder-gamer", 0)
    assert is_packed(place)
    found = bundled_from(lab, place, tmp_path / "run.html")
    assert json.loads(found["about"])["title"] == f"{lab.folder(plan).root.name}/governed.ladder-gamer/0"
    assert found["entries"].count('"kind":"round"') == 2


def test_withheld_prompts_are_not_in_it(bundle: object, tmp_path: Path) -> None:
    lab = make_lab(tmp_path / "withheld")
    plan = lab.plan(f"{MOCK}privacy: committed\n", "seeds=1", "rounds=2")
    lab.run(plan)
    found = bundled_from(lab, lab.folder(plan).run("governed", 0), tmp_path / "run.html")
    assert found["prompts"] == ""
    assert "withholds prompts" in json.loads(found["about"])["prompts"]


def test_what_does_not_verify_is_not_bundled_unasked(
    bundle: Callable[..., int], copied: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied.scripted / "runs/governed.divider/0"
    path = run / "entries/000000000000.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"round":3', b'"round":4', 1))
    assert bundle(run) == 1
    assert "does not verify, and was not bundled: entry" in capsys.readouterr().err
    assert not (tmp_path / "run.html").exists()
    assert bundle(run, "--even-if-bad", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["verifies"] is False
    assert "the log does not verify" in said.err
    assert text_of(tmp_path, "entries").count("\n") == path.read_bytes().count(b"\n")


def test_of_an_unfinished_run_what_helps_is_told(
    bundle: Callable[..., int], copied: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied.scripted / "runs/governed.divider/0"
    (run / "checkpoint").unlink()
    assert bundle(run) == 1
    told = capsys.readouterr().err
    assert "Finish the run (its campaign's `agora run` goes on), or add --even-if-bad." in told
    assert "--open" not in told
    assert bundle(run, "--even-if-bad") == 0


@pytest.mark.parametrize(
    ("place", "message"),
    [("ledger", "not the log of a run"), ("runs", "not the log of a run"), ("runs/governed.divider/9", "no such log")],
)
def test_only_the_log_of_a_run_is_bundled(
    bundle: Callable[..., int], made: Made, place: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle(made.scripted / place) == 2
    assert message in capsys.readouterr().err


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(
    bundle: Callable[..., int], made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.html").write_text("mine")
    assert bundle(made.scripted / "runs/free.divider/0") == 2
    assert "--anew" in capsys.readouterr().err
    assert (tmp_path / "run.html").read_text() == "mine"
    assert bundle(made.scripted / "runs/free.divider/0", "--anew") == 0
    assert (tmp_path / "run.html").read_text() != "mine"


def test_a_name_that_is_taken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "run.html"
    require_free(out, False)
    out.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        write_bundle(out, b"theirs")
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]
    assert out.read_text() == "mine"


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        require_free(tmp_path, True)
    with pytest.raises(UsageError, match="there is no folder"):
        require_free(tmp_path / "none" / "run.html", False)


def test_what_is_killed_half_way_leaves_no_half_file(tmp_path: Path) -> None:
    """The process ends where the file was written and has no name yet."""
    out = tmp_path / "run.html"
    child = os.fork()
    if child == 0:
        bundle_write.os.fsync = lambda _: os._exit(9)
        write_bundle(out, b"half")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert not out.exists()
    write_bundle(out, b"whole")
    assert out.read_bytes() == b"whole"


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle_write.os, "fsync", full)
    with pytest.raises(MachineError, match="No space left"):
        write_bundle(tmp_path / "run.html", b"half")
    assert list(tmp_path.iterdir()) == []
