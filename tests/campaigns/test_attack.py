"""The forgeries of `agora log attack`: on a run that actors signed, on a long one, on one that is no run's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from agoranomos.campaigns.attack import ADVERSARIES, Trust, attack_campaign, attack_run, changed_files, longest_run
from agoranomos.campaigns.attack.campaign_twin import make_campaign_twin
from agoranomos.campaigns.attack.catalogue import CAMPAIGN_FORGERIES, RUN_FORGERIES
from agoranomos.campaigns.attack.forgery import EVERYTHING
from agoranomos.campaigns.attack.playing import Played, finders, play
from agoranomos.campaigns.attack.table import threat_table
from agoranomos.campaigns.attack.trust import either
from agoranomos.campaigns.attack.twin import MAX_ENTRIES, make_twin
from agoranomos.errors import Finding, UsageError
from agoranomos.institutions import Governed
from agoranomos.institutions.attesting import Attestor
from agoranomos.logs import LogFault, LogWriter, SigningKey, verify_log
from agoranomos.markets.cournot_v0 import parallel_env
from campaigns.laboratory import MOCK, SCRIPTED, Lab
from institutions.playing import DIVISION, FIRMS

ORIGIN = "lab/plan/arm/1/1"
WORKSPACE = SigningKey.from_seed("workspace", b"W" * 32)


def record_run(folder: Path, rounds: int, *, signed: bool = False) -> Path:
    log = LogWriter.create(
        folder, ORIGIN, key=SigningKey.from_seed(ORIGIN, b"R" * 32), certifier=WORKSPACE, durable="close"
    )
    attestor = Attestor("lab/plan/arm/1", b"S" * 32, FIRMS, governed=False) if signed else None
    # No institution: reading one takes longer than all the rest, and the command's own tests have one.
    governed = Governed(parallel_env(max_cycles=rounds), None, log, attestor=attestor)
    governed.reset(seed=1)
    for _ in range(rounds):
        governed.step({firm: np.asarray(DIVISION[firm]) for firm in governed.agents if governed.may_act(firm)})
    governed.close_run()
    log.close()
    return folder


def of(attack, name: str) -> Played:
    return next(played for played in attack.played if played.forgery.name == name)


def test_what_actors_sign_cannot_be_put_into_their_mouths(tmp_path: Path) -> None:
    done = attack_run(record_run(tmp_path / "log", 12, signed=True))
    assert done.missed == ()
    for name in (
        "another decision than the one that an agent signed",
        "an actor's signature left out",
        "signed by one actor in another's name",
        "an actor's signature of another round",
    ):
        assert Trust.ACTORS in of(done, name).found_by


def test_a_log_that_no_actor_signs_says_so(tmp_path: Path) -> None:
    done = attack_run(record_run(tmp_path / "log", 12))
    assert done.missed == ()
    assert of(done, "an actor's signature left out").cannot == "no actor signs in this log"


def test_of_a_long_log_the_beginning_is_forged(tmp_path: Path) -> None:
    log = record_run(tmp_path / "log", MAX_ENTRIES + 20)
    twin = make_twin(log, tmp_path / "scratch", Random(1))
    assert len(twin.lines) <= MAX_ENTRIES < sum(1 for _ in (log / "entries/000000000000.jsonl").open("rb"))
    assert twin.lines[-1].find(b'"kind":"closed"') < 0
    assert verify_log(twin.folder, (twin.keys.workspace.verifier,)).size == len(twin.lines)


def test_a_record_that_is_not_sound_in_itself_is_said_to_be_so(tmp_path: Path) -> None:
    log = LogWriter.create(
        tmp_path / "log", ORIGIN, key=SigningKey.generate(ORIGIN), certifier=WORKSPACE, durable="close"
    )
    log.append([b'{"body":1,"kind":"round","round":1,"seq":0}'])
    log.close()
    with pytest.raises(Finding, match="do not verify even when they are signed anew, with key"):
        attack_run(tmp_path / "log")


def test_a_ledger_is_forged_too(lab: Lab, tmp_path: Path) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    twin = make_campaign_twin(lab.folder(made), tmp_path / "scratch", Random(1))
    done = attack_run(twin.folder / "ledger")
    assert done.missed == ()
    assert of(done, "one bit of a blob flipped").made == 2  # the plan's text
    assert Trust.LEDGER not in done.held
    assert of(done, "a judgement taken out, all signed again").cannot == "nothing is judged in this log"


def test_nobody_guesses_what_was_withheld(lab: Lab) -> None:
    made = lab.plan(MOCK, "seeds=1", "privacy=committed", "signatures=actors")
    lab.run(made)
    done = attack_run(lab.folder(made).run("free", 0))
    assert done.missed == ()
    found = of(done, "another text shown for one that is withheld")
    assert (found.made, found.found[Trust.KEY]) == (12, 12)
    assert Trust.ACTORS in of(done, "an actor's signature left out").found_by
    whole = attack_campaign(lab.folder(made))
    assert whole.missed == ()


def test_a_campaign_without_a_finished_run_cannot_be_forged(lab: Lab) -> None:
    folder = lab.folder(lab.plan(SCRIPTED))
    for attempt in (attack_campaign, longest_run):
        with pytest.raises(UsageError, match="no finished run"):
            attempt(folder)


def test_without_the_package_for_time_stamps_the_rest_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    done = attack_run(record_run(tmp_path / "log", 3))
    assert Trust.TIME not in done.held
    assert of(done, "another date in a true time stamp").cannot == "the extra `time` is not installed"
    assert done.missed == ()


def test_the_table_of_the_threat_model_has_every_forgery() -> None:
    lines = threat_table().splitlines()
    assert len(lines) == 2 + 2 + len(RUN_FORGERIES) + len(CAMPAIGN_FORGERIES)
    assert "| a run's folder deleted | A2 | the key |" in lines
    assert "| another date in a true time stamp | A1 | time stamp |" in lines


def test_a_log_without_its_certificate_is_damaged(tmp_path: Path) -> None:
    log = record_run(tmp_path / "log", 3)
    (log / "certificate").unlink()
    with pytest.raises(LogFault, match="certificate is missing"):
        attack_run(log)


def test_an_empty_log_is_refused(tmp_path: Path) -> None:
    LogWriter.create(
        tmp_path / "log", ORIGIN, key=SigningKey.generate(ORIGIN), certifier=WORKSPACE, durable="close"
    ).close()
    with pytest.raises(UsageError, match="is empty"):
        attack_run(tmp_path / "log")


def test_the_same_seed_forges_alike(tmp_path: Path) -> None:
    log = record_run(tmp_path / "log", 6)

    def forged(seed: int, name: str) -> list[bytes]:
        twin = make_twin(log, tmp_path / name, Random(seed))
        rng = Random(seed)
        places = [forgery.forge(twin, rng, 0) for forgery in changed_files.FORGERIES if not forgery.cannot(twin)]
        return [path.read_bytes() for place in places for path in sorted(place.rglob("*")) if path.is_file()]

    assert forged(1, "a") == forged(1, "b") != forged(2, "c")


def test_every_forgery_has_a_name_a_forger_and_something_that_finds_it() -> None:
    forgeries = (*RUN_FORGERIES, *CAMPAIGN_FORGERIES)
    names = [forgery.name for forgery in forgeries]
    assert len(set(names)) == len(names)
    for forgery in forgeries:
        assert set(forgery.by.split(", ")) <= set(ADVERSARIES)
        assert forgery.found_by
        assert forgery.times >= 1
        assert (Trust.KEY in forgery.found_by) == (forgery.found_by == EVERYTHING)


def test_what_the_key_finds_everybody_finds_and_others_are_asked_only_then(tmp_path: Path) -> None:
    asked: list[str] = []

    def check(name: str, finds: bool) -> Callable[[Path], None]:
        def look(_place: Path) -> None:
            asked.append(name)
            if finds:
                raise Finding(f"{name} saw it")

        return look

    checks = {Trust.KEY: check("key", True), Trust.WITNESS: check("witness", False)}
    assert [trust for trust, _ in finders(tmp_path, checks)] == [Trust.KEY, Trust.WITNESS]
    assert asked == ["key"]
    checks = {Trust.KEY: check("key", False), Trust.WITNESS: check("witness", True)}
    assert list(finders(tmp_path, checks)) == [(Trust.WITNESS, "tampered: witness saw it")]


def test_a_trust_that_finds_only_some_is_not_said_to_find_them(tmp_path: Path) -> None:
    turns = iter([True, False])

    def look(_place: Path) -> None:
        if next(turns):
            raise Finding("seen")

    twin = make_twin(record_run(tmp_path / "log", 3), tmp_path / "scratch", Random(1))
    forgery = next(one for one in RUN_FORGERIES if one.name == "the key beside the log swapped")
    played = play(forgery, twin, {Trust.KEY: look}, Random(1))
    assert (played.made, played.found[Trust.KEY], played.found_by) == (2, 1, ())
    assert played.missed_by((Trust.KEY, Trust.WITNESS)) == (Trust.KEY, Trust.WITNESS)


def test_words_are_joined_as_one_says_them() -> None:
    assert [either(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a or b", "a, b or c"]
