"""`agora log disclose`, `verify-opening` and `erase`, on a campaign that withholds its calls and is signed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.institutions.entries import Round, decode_entry, encode_entry
from agoranomos.logs import KeyStore, LogReader, LogWriter, SigningKey
from cli.conftest import Record

CAMPAIGN = """\
kind: campaign
version: 1
name: withheld
market: cournot-duopoly
rosters: [mock-duopoly]
regimes:
  institutional: {institution: cournot-antitrust}
seeds: 1
rounds: 3
privacy: committed
signatures: actors
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("withheld")
    (root / "lab" / "campaigns").mkdir(parents=True)
    (root / "lab" / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (root / "lab" / "campaigns" / "withheld.yaml").write_text(CAMPAIGN)
    before, here = os.environ.get("AGORA_HOME"), Path.cwd()
    os.environ["AGORA_HOME"] = str(root / "home")
    os.chdir(root / "lab")
    try:
        assert run_command(["run", "withheld"]) == 0
    finally:
        os.chdir(here)
        if before is None:
            del os.environ["AGORA_HOME"]
        else:
            os.environ["AGORA_HOME"] = before
    return root


@pytest.fixture
def run(made: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of the one run, in a copy of the workspace."""
    shutil.copytree(made / "lab", tmp_path / "lab")
    shutil.copytree(made / "home", home)
    monkeypatch.chdir(tmp_path / "lab")
    return next((tmp_path / "lab" / "logs").glob("withheld-*")) / "runs" / "institutional" / "0"


Capsys = pytest.CaptureFixture[str]


def agora(capsys: Capsys, *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command([*map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


def round_entry(run: Path, number: int = 1) -> int:
    for index, line in enumerate(LogReader(run).entries()):
        entry = decode_entry(line)
        if isinstance(entry.body, Round) and entry.round == number:
            return index
    raise AssertionError(number)


def opened(run: Path, tmp_path: Path, capsys: Capsys, *more: str) -> Path:
    file = tmp_path / "opening.json"
    code, _, told = agora(capsys, "log", "disclose", run, "--entry", str(round_entry(run)), "-o", file, *more)
    assert (code, told) == (0, "")
    return file


def test_the_campaign_verifies_down_to_its_actors(run: Path, capsys: Capsys) -> None:
    code, _, told = agora(capsys, "log", "verify", run.parents[2])
    assert (code, told) == (0, "")


def test_one_run_verifies_with_the_keys_of_its_actors_and_is_undecided_without(
    run: Path, tmp_path: Path, capsys: Capsys
) -> None:
    assert agora(capsys, "log", "verify", run)[0] == 0  # the ledger is found around it
    ledger = "".join(path.read_text() for path in run.parents[2].glob("ledger/**/entries/*.jsonl"))
    (registered,) = [json.loads(line)["body"] for line in ledger.splitlines() if '"kind":"actors"' in line]
    run = Path(shutil.move(run, tmp_path / "alone"))
    code, out, _ = agora(capsys, "log", "verify", run, "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "undecided")
    (tmp_path / "actors").write_text("\n".join(["# from the ledger", *registered["vkeys"]]))
    code, out, _ = agora(capsys, "log", "verify", run, "--actors", tmp_path / "actors", "--json")
    found = json.loads(out)
    assert (code, found["verdict"]) == (0, "verified")
    assert found["actors"]["signatures"] == 2 + 3 * 4
    assert set(found["actors"]["actors"]) == {"publisher", "agent:firm_1", "agent:firm_2", "oracle", "controller"}
    wrong = [vkey.replace("/0/oracle+", "/0/controller+") for vkey in registered["vkeys"]]
    (tmp_path / "actors").write_text("\n".join(wrong))
    assert agora(capsys, "log", "verify", run, "--actors", tmp_path / "actors")[0] != 0


def test_a_run_whose_signatures_were_taken_out_is_found_by_its_ledger(
    run: Path, tmp_path: Path, capsys: Capsys
) -> None:
    """T15: whoever holds the keys of the log and of the workspace, and those of no actor."""
    entries = [decode_entry(line) for line in LogReader(run).entries()]
    unsigned = [entry for entry in entries if entry.kind != "attested"]
    origin = LogReader(run).origin
    shutil.rmtree(run)
    certifier = KeyStore(Path(os.environ["AGORA_HOME"]) / "keys").signing_key("workspace")
    writer = LogWriter.create(run, origin, key=SigningKey.generate(origin), certifier=certifier, durable="close")
    writer.append([encode_entry(entry.body, entry.round, seq) for seq, entry in enumerate(unsigned)])
    writer.close()
    code, _, told = agora(capsys, "log", "verify", run)
    assert (code, "tampered" in told, "round 0 is not signed by its actors" in told) == (1, True, True)
    alone = Path(shutil.move(run, tmp_path / "alone"))
    assert agora(capsys, "log", "verify", alone)[0] == 0  # nothing says there that actors should have signed


def test_an_opening_shows_what_was_committed_to(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    file = opened(run, tmp_path, capsys)
    assert file.stat().st_mode & 0o777 == 0o600
    value = json.loads(file.read_bytes())
    assert (value["kind"], value["version"], value["round"]) == ("agoranomos opening", 1, 1)
    assert {(one["agent"], one["part"]) for one in value["openings"]} >= {("firm_1", "prompt"), ("firm_2", "reply")}
    prompt = next(one for one in value["openings"] if one["part"] == "prompt")
    assert json.loads(prompt["content"])[0][0] in {"system", "user"}
    code, out, told = agora(capsys, "log", "verify-opening", file, "--log", run)
    assert (code, told) == (0, "")
    assert f"verified: these are the texts that entry {value['entry']} (round 1) of lab/withheld-" in out
    code, out, _ = agora(capsys, "log", "verify-opening", file, "--log", run, "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "verified")


def test_one_half_of_one_agent_s_call_is_opened_alone(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    file = opened(run, tmp_path, capsys, "--agent", "firm_2", "--part", "reply", "--json")
    (one,) = json.loads(file.read_bytes())["openings"]
    assert (one["agent"], one["part"]) == ("firm_2", "reply")
    assert agora(capsys, "log", "verify-opening", file, "--log", run)[0] == 0


def change(file: Path, path: tuple[Any, ...], make: Any) -> None:
    value = json.loads(file.read_bytes())
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = make(parent[path[-1]])
    file.write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("path", "make", "words"),
    [
        (("openings", 0, "content"), lambda old: old + " ", "is not what entry"),
        (("openings", 0, "nonce"), lambda old: "00" * 32, "is not what entry"),
        (("openings", 0, "agent"), lambda old: "firm_2", "is not what entry"),
        (("openings", 0, "agent"), lambda old: "firm_9", "does not commit to the prompt of firm_9"),
        (("openings", 0, "call"), lambda old: 7, "does not commit to"),
        (("openings", 0, "part"), lambda old: "reply", "is not what entry"),
        (("round",), lambda old: 2, "does not commit to"),
        (("entry",), lambda old: 0, "does not commit to"),
        (("entry",), lambda old: 10**6, "the opening is of entry 1000000"),
        (("origin",), lambda old: old + "/2", "the opening is of lab/withheld-"),
        (("openings",), lambda old: [], "opens nothing"),
    ],
)
def test_an_opening_of_something_else_is_refused(
    run: Path, tmp_path: Path, capsys: Capsys, path: tuple[Any, ...], make: Any, words: str
) -> None:
    file = opened(run, tmp_path, capsys)
    change(file, path, make)
    code, out, told = agora(capsys, "log", "verify-opening", file, "--log", run)
    assert (code, out) == (1, "")
    assert words in told
    code, out, _ = agora(capsys, "log", "verify-opening", file, "--log", run, "--json")
    assert (code, words in json.loads(out)["message"]) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[1]", "\xff", "[" * 100_000, '{"kind":"agoranomos opening","version":2}',
        '{"kind":"agoranomos opening","version":1,"origin":"o","entry":-1,"round":1,"openings":[]}',
        '{"kind":"agoranomos opening","version":1,"origin":"o","entry":1,"round":1,"openings":[{"agent":"a","call":0,'
        '"part":"prompt","commitment":"zz","nonce":"00","content":""}]}',
    ],
)  # fmt: skip
def test_what_is_no_opening_is_refused(run: Path, tmp_path: Path, capsys: Capsys, text: str) -> None:
    file = tmp_path / "opening.json"
    file.write_bytes(text.encode("latin-1"))
    code, out, told = agora(capsys, "log", "verify-opening", file, "--log", run)
    assert (code, out) == (2, "")
    assert "is no opening file" in told


def test_files_that_cannot_be_read_or_written_are_told(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert agora(capsys, "log", "verify-opening", tmp_path / "none", "--log", run)[0] == 2
    file = opened(run, tmp_path, capsys)
    entry = str(round_entry(run))
    code, _, told = agora(capsys, "log", "disclose", run, "--entry", entry, "-o", file)
    assert (code, "is there already" in told) == (2, True)
    code, _, told = agora(capsys, "log", "disclose", run, "--entry", entry, "-o", tmp_path / "no" / "file")
    assert (code, "cannot write" in told) == (3, True)


def test_without_a_trusted_key_an_opening_is_undecided(
    run: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(run, tmp_path, capsys)
    keyring = Path(os.environ["AGORA_HOME"]) / "keys" / "keyring"
    vkey = keyring.read_text().split("\n")[1]
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "stranger"))
    code, _, told = agora(capsys, "log", "verify-opening", file, "--log", run)
    assert (code, "undecided" in told) == (1, True)
    assert agora(capsys, "log", "verify-opening", file, "--log", run, "--key", vkey)[0] == 0


def test_an_opening_in_a_log_that_was_changed_is_refused(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    file = opened(run, tmp_path, capsys)
    entries = run / "entries" / f"{0:012d}.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"prompt_tokens":', b'"prompt_tokens":1', 1))
    code, _, told = agora(capsys, "log", "verify-opening", file, "--log", run)
    assert (code, "tampered" in told or "damaged" in told) == (1, True)


def test_what_is_withheld_is_listed(run: Path, capsys: Capsys) -> None:
    code, out, _ = agora(capsys, "log", "disclose", run)
    assert code == 0
    assert f"entry {round_entry(run)}  round 1  firm_1  call 1  prompt, reply" in out
    calls = json.loads(agora(capsys, "log", "disclose", run, "--json")[1])["calls"]
    assert len(calls) == len(out.splitlines())
    assert {call["round"] for call in calls} == {1, 2, 3}


def test_erased_texts_are_gone_and_the_log_verifies(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    entry = str(round_entry(run, 2))
    code, out, _ = agora(capsys, "log", "erase", run, "--entry", entry, "--agent", "firm_1", "--yes")
    assert code == 0
    assert "erased 2 texts of lab/withheld-" in out
    assert "whoever holds the\nsecret" in out
    code, _, told = agora(capsys, "log", "disclose", run, "--entry", entry, "-o", tmp_path / "o.json")
    assert (code, "the prompt of firm_1 (call 1) is not in" in told) == (1, True)
    assert "firm_1  call 1  prompt (erased), reply (erased)" in agora(capsys, "log", "disclose", run)[1]
    assert (
        agora(capsys, "log", "disclose", run, "--entry", entry, "--agent", "firm_2", "-o", tmp_path / "o.json")[0] == 0
    )
    code, out, _ = agora(capsys, "log", "erase", run, "--all", "--yes", "--json")
    done = json.loads(out)
    assert (code, done["already_gone"]) == (0, 2)
    assert done["erased"] > 2
    assert not list(run.parents[2].glob("private/*/*/*"))
    assert agora(capsys, "log", "verify", run.parents[2])[0] == 0
    assert agora(capsys, "report", run.parents[2])[0] == 0
    # An opening that was made before is still what was committed to.
    assert agora(capsys, "log", "verify-opening", tmp_path / "o.json", "--log", run)[0] == 0
    assert "erased 0 texts" in agora(capsys, "log", "erase", run, "--all", "--yes")[1]


def test_erasing_asks_first(run: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, told = agora(capsys, "log", "erase", run, "--all")
    assert (code, "nobody is there to be asked" in told) == (2, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, left in ((False, True), (True, False)):
        monkeypatch.setattr("typer.confirm", lambda _, answer=answer: answer)
        assert agora(capsys, "log", "erase", run, "--all")[0] == 0
        assert bool(list(run.parents[2].glob("private/*/*/*"))) == left


@pytest.mark.parametrize("arguments", [(), ("--entry", "3", "--all")])
def test_what_is_erased_is_said(run: Path, capsys: Capsys, arguments: tuple[str, ...]) -> None:
    code, _, told = agora(capsys, "log", "erase", run, *arguments)
    assert (code, "--entry N, or --all" in told) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--entry", "0", "-o", "x"), "entry 0 commits to nothing"),
        (("--entry", "ROUND", "-o", "x", "--agent", "firm_3"), "'firm_3' made no withheld call there"),
        (("--entry", "ROUND"), "-o FILE is missing"),
        (("--entry", "ROUND", "-o", "x", "--part", "reqly"), "unknown part 'reqly'"),
        (("--entry", "ROUND", "-o", "x", "--private", "nowhere"), "there is no private folder nowhere"),
    ],
)
def test_wrong_usage_is_explained(run: Path, capsys: Capsys, arguments: tuple[str, ...], words: str) -> None:
    given = [str(round_entry(run)) if word == "ROUND" else word for word in arguments]
    code, _, told = agora(capsys, "log", "disclose", run, *given)
    assert (code, words in told) == (2, True), told


def test_a_log_apart_from_its_campaign_is_opened_with_its_private_folder(
    run: Path, tmp_path: Path, capsys: Capsys
) -> None:
    private = run.parents[2] / "private" / "institutional" / "0"
    shutil.move(private, tmp_path / "kept")
    shutil.move(run, tmp_path / "copy")
    entry = ("--entry", str(round_entry(tmp_path / "copy")), "-o", tmp_path / "o.json")
    code, _, told = agora(capsys, "log", "disclose", tmp_path / "copy", *entry)
    assert (code, "--private DIR" in told) == (2, True)
    assert agora(capsys, "log", "disclose", tmp_path / "copy", *entry, "--private", tmp_path / "kept")[0] == 0
    assert agora(capsys, "log", "verify-opening", tmp_path / "o.json", "--log", tmp_path / "copy")[0] == 0


def test_a_log_that_withholds_nothing_says_so(record: Record, capsys: Capsys) -> None:
    for verb in (("disclose",), ("erase", "--all", "--yes")):
        code, _, told = agora(capsys, "log", verb[0], record.run, *verb[1:])
        assert (code, "withholds nothing" in told) == (2, True)
    code, _, told = agora(capsys, "log", "disclose", record.campaign)
    assert (code, "is not one log" in told) == (2, True)


def test_no_word_of_a_prompt_leaves_by_another_way(run: Path, capsys: Capsys) -> None:
    """Neither the files of the campaign nor what is shown of it hold a text that is withheld."""
    root = run.parents[2]
    texts = [path.read_bytes()[32:] for path in root.glob("private/*/*/*")]
    assert agora(capsys, "report", root)[0] == 0
    shown = agora(capsys, "log", "show", run, "--json")[1].encode()
    for path in root.rglob("*"):
        if path.is_file() and "private" not in path.parts:
            shown += path.read_bytes()
    assert texts
    assert not any(text in shown or json.dumps(text.decode())[1:-1].encode() in shown for text in texts)


def test_an_exported_copy_holds_no_private_content_and_openings_are_checked_against_it(
    run: Path, tmp_path: Path, capsys: Capsys
) -> None:
    file = opened(run, tmp_path, capsys)
    copy = tmp_path / "copy"
    assert agora(capsys, "log", "export", run, copy, "--blobs")[0] == 0
    private = [path.read_bytes()[32:] for path in run.parents[2].glob("private/*/*/*")]
    exported = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert private
    assert not any(text in exported for text in private)
    code, out, told = agora(capsys, "log", "verify-opening", file, "--log", copy)
    assert (code, told) == (0, "")
    assert "verified: these are the texts" in out
    change(file, ("openings", 0, "content"), lambda old: old + " ")
    assert agora(capsys, "log", "verify-opening", file, "--log", copy)[0] == 1
    bundle = next((copy / "tile" / "entries").rglob("*.p/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b"prompt_tokens", b"prompt_tokenz", 1))
    assert agora(capsys, "log", "verify-opening", file, "--log", copy)[0] == 1


def test_a_signed_and_withheld_run_is_replayed_under_its_own_institution_and_another(run: Path, capsys: Capsys) -> None:
    for more in ((), ("--institution", "cournot-antitrust-hardened")):
        code, _, told = agora(capsys, "replay", run, *more)
        assert (code, told) == (0, "")


def test_signatures_are_shown_by_who_signed(run: Path, capsys: Capsys) -> None:
    code, out, _ = agora(capsys, "log", "show", run, "--kind", "attested")
    assert code == 0
    assert "signed by publisher, controller, who had seen 0 entries" in out
    assert "signed by agent:firm_1, agent:firm_2, oracle, controller, who had seen" in out
