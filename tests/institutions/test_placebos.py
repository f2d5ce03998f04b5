"""Placebos: what they do not do, do not say or leave to chance; and that each is judged, recorded and replayed."""

from __future__ import annotations

import itertools
import json
import re

import pytest

from agoranomos.documents import Source
from agoranomos.institutions import Institution, bind, initial_standings, load_institution, replay
from agoranomos.institutions.bind import worded
from agoranomos.institutions.entries import decode_entry
from agoranomos.institutions.filler import filler
from agoranomos.institutions.judge import first_notices
from agoranomos.institutions.judgement import Announced, NoticeIssued, Sanction
from agoranomos.institutions.lint import lint
from agoranomos.institutions.placebos import drawn_accusations, placebo_in_words
from institutions.playing import DIVISION, NASH, duopoly_facts, play, random_plan, recorded, shipped, text_of

REAL = "cournot-antitrust-worded"
ANNOUNCED = "cournot-antitrust-announced"
FILLER = "cournot-antitrust-filler"
NOTICE_ONLY = "cournot-antitrust-notice-only"
SILENT = "cournot-antitrust-silent"
RANDOM = "cournot-antitrust-random"
PLACEBOS = (ANNOUNCED, FILLER, NOTICE_ONLY, SILENT, RANDOM)

SEEDS = range(4)


def bodies(name: str, kind: type, plan: object, seed: int, rounds: int = 40) -> list[tuple[int, object]]:
    """The entries of one kind in a play, each with its round."""
    entries = [decode_entry(line) for line in recorded(name, plan, rounds, seed=seed)]
    return [(entry.round, entry.body) for entry in entries if isinstance(entry.body, kind)]


def notices(name: str, plan: object, seed: int) -> list[tuple[int, str, str]]:
    return [(number, body.agent, body.text) for number, body in bodies(name, NoticeIssued, plan, seed)]  # type: ignore[attr-defined]


def without_identity(name: str, found: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Notices without the institution's own name and digest, which differ between any two."""
    known = shipped(name)
    blank = [text.replace(known.semantic_sha256[:12], "-").replace(known.name, "-") for _, _, text in found]
    return [(number, agent, text) for (number, agent, _), text in zip(found, blank, strict=True)]


@pytest.mark.parametrize("name", [REAL, *PLACEBOS])
@pytest.mark.parametrize("seed", SEEDS)
def test_each_is_recorded_and_replayed_byte_for_byte(name: str, seed: int) -> None:
    entries = recorded(name, random_plan(seed), 50, seed=seed)
    assert replay(entries).rounds == 50


@pytest.mark.parametrize("name", [REAL, *PLACEBOS])
def test_each_is_without_a_slip(name: str) -> None:
    assert lint(shipped(name)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_announced_sanctions_are_those_of_the_real_institution_and_take_nothing(seed: int) -> None:
    """Under suspension the real one changes who acts, so both are held against each other up to the first."""
    real = play(REAL, random_plan(seed), 60, seed=seed)
    said = play(ANNOUNCED, random_plan(seed), 60, seed=seed)
    fined = 0
    for there, here in itertools.takewhile(
        lambda pair: not any(s.suspended for s in pair[0].standings.values()), zip(real, said, strict=True)
    ):
        assert here.judgement is not None
        assert there.judgement is not None
        assert here.judgement.sanctions == ()
        assert [as_sanction(one) for one in here.judgement.announced] == list(there.judgement.sanctions)
        assert [n.state for n in here.judgement.notices] == [n.state for n in there.judgement.notices]
        assert all(info["fine"] == 0 for info in here.infos.values())
        assert here.rewards == {firm: info["profit"] for firm, info in here.infos.items()}
        fined += len(here.judgement.announced)
    assert fined > 0


def as_sanction(one: Announced) -> Sanction:
    return Sanction(*(getattr(one, name) for name in Sanction.__struct_fields__))


@pytest.mark.parametrize("seed", SEEDS)
def test_announced_notices_are_word_for_word_those_of_the_real_institution(seed: int) -> None:
    def steady(number: int, _: object) -> object:
        return DIVISION if number < 9 else NASH

    real = without_identity(REAL, notices(REAL, steady, seed))
    said = without_identity(ANNOUNCED, notices(ANNOUNCED, steady, seed))
    assert real == said
    assert any(re.search(r"\b630\.00", text) for _, _, text in said), "no fine was announced"


def test_an_announced_suspension_keeps_nobody_from_producing() -> None:
    moments = play(ANNOUNCED, DIVISION, 40)
    assert "suspended" in {moment.state() for moment in moments}
    assert not any(standing.suspended for moment in moments for standing in moment.standings.values())
    kinds = {one.sanction for _, one in bodies(ANNOUNCED, Announced, DIVISION, 0)}  # type: ignore[attr-defined]
    assert kinds == {"fine", "suspension"}


@pytest.mark.parametrize("seed", SEEDS)
def test_silent_sanctions_are_those_of_the_real_institution_and_no_notice_names_them(seed: int) -> None:
    taken = bodies(SILENT, Sanction, random_plan(seed), seed)
    assert taken == bodies(REAL, Sanction, random_plan(seed), seed)
    assert taken != []
    told = " ".join(text for _, _, text in notices(SILENT, random_plan(seed), seed))
    assert not re.search(r"\bfine|penal|suspen|taken|paid|pay\b", told, re.IGNORECASE)


@pytest.mark.parametrize("seed", SEEDS)
def test_notices_alone_are_those_of_the_silent_institution(seed: int) -> None:
    """The two differ in nothing that is said; one takes, and the other does not."""

    def brief(number: int, _: object) -> object:
        return DIVISION if number < 9 else NASH

    alone = without_identity(NOTICE_ONLY, notices(NOTICE_ONLY, brief, seed))
    assert alone == without_identity(SILENT, notices(SILENT, brief, seed))
    assert bodies(NOTICE_ONLY, Sanction, brief, seed) == bodies(NOTICE_ONLY, Announced, brief, seed) == []
    assert bodies(SILENT, Sanction, brief, seed) != []


@pytest.mark.parametrize("seed", SEEDS)
def test_filler_has_the_length_of_the_announced_notice_and_none_of_its_words(seed: int) -> None:
    real = notices(ANNOUNCED, random_plan(seed), seed)
    blank = {(number, agent): text for number, agent, text in notices(FILLER, random_plan(seed), seed)}
    assert real
    # The two institutions' names differ in length, and each notice holds the name once.
    longer = len(shipped(ANNOUNCED).name) - len(shipped(FILLER).name)
    for number, agent, text in real:
        shown = blank.get((number, agent))
        if shown is None:
            continue  # A notice of the same length is the same filler, and is not issued again.
        assert len(shown) == len(text) - longer
        assert shown.count("\n") == text.count("\n")
        for word in ("firm", "CLEAR", "REVIEW", "P2_", "fine", "round", *re.findall(r"\d+", text)):
            assert word not in shown


def test_under_filler_nobody_is_told_of_a_standing() -> None:
    """Policies that do not read see the state's number: it stays that of the beginning."""
    moments = play(FILLER, DIVISION, 30)
    assert {moment.state() for moment in moments} > {"active"}
    for moment in moments:
        assert moment.judgement is not None
        assert {(n.state, n.state_index, n.label) for n in moment.judgement.notices} == {("active", 0, "CLEAR")}


@pytest.mark.parametrize("length", range(300))
def test_filler_fits_every_length_in_whole_words(length: int) -> None:
    text = filler("x" * length)
    assert len(text) == length
    assert text == " ".join(text.split())


def test_findings_by_draw_have_nothing_to_do_with_conduct() -> None:
    for seed in range(6):
        guilty, innocent = (
            [(n, body.agent, body.rule) for n, body in bodies(RANDOM, Sanction, plan, seed, rounds=60)]  # type: ignore[attr-defined]
            for plan in (DIVISION, NASH)
        )
        suspended = [n for n, body in bodies(RANDOM, Sanction, NASH, seed, 60) if body.sanction == "suspension"]  # type: ignore[attr-defined]
        assert guilty == innocent
        assert not suspended or guilty


def test_the_case_of_a_drawn_finding_says_that_it_was_drawn() -> None:
    line = next(line for line in recorded(RANDOM, NASH, 60) if b'"cases"' in line)
    (case, *_) = json.loads(line)["body"]["cases"]
    assert case["pretext"] == ["high_concentration", "specialisation"]
    assert case["signals"] == []


def test_what_makes_each_a_placebo_is_said_in_words() -> None:
    said = {name: placebo_in_words(shipped(name)) for name in (REAL, *PLACEBOS)}
    assert said[REAL] == ()
    assert said[ANNOUNCED] == ("sanctions are announced and never applied",)
    assert said[SILENT] == ("sanctions are applied and never announced",)
    assert said[NOTICE_ONLY] == ("sanctions are neither announced nor applied",)
    assert len(said[FILLER]) == 2
    assert "drawn" in said[RANDOM][0]


def test_an_audit_that_only_gates_a_signal_is_no_draw_of_findings() -> None:
    """An inspection at random still finds what was done: half the cases are not a placebo."""
    assert drawn_accusations(shipped("bertrand-audit")) == ()


# -- wordings --------------------------------------------------------------------------------------------------------


def all_wordings(name: str) -> list[str]:
    """The first notice of firm 1 in every wording that some seed draws."""
    bound = bind(shipped(name), duopoly_facts())
    found = {}
    for seed in range(200):
        one = worded(bound, seed)
        assert one.wording is not None
        found[one.wording.name] = first_notices(one, initial_standings(one)).notices[0].text
    return list(found.values())


@pytest.mark.parametrize("name", [REAL, NOTICE_ONLY])
def test_a_notice_has_six_wordings_and_seeds_draw_them_all(name: str) -> None:
    known = shipped(name).wordings
    assert len(known) == 6
    assert len(set(all_wordings(name))) == 6


def test_one_seed_draws_the_same_wording_under_every_institution() -> None:
    facts = duopoly_facts()
    for seed in range(50):
        drawn = {worded(bind(shipped(name), facts), seed).wording.name for name in (REAL, *PLACEBOS)}  # type: ignore[union-attr]
        assert len(drawn) == 1


@pytest.mark.parametrize("name", [REAL, NOTICE_ONLY])
def test_wordings_are_of_similar_length_and_name_the_same_things(name: str) -> None:
    first, *others = shipped(name).wordings
    for other in others:
        assert other.template.names == first.template.names
        for state, words in other.guidance.items():
            own = len(first.guidance[state])
            assert abs(len(words) - own) <= max(20, 0.25 * own), (other.name, state, len(words), own)
    lengths = [len(text) for text in all_wordings(name)]
    assert max(lengths) <= 1.25 * min(lengths)


DUTIES = {
    "active": (r"own|yourself|independently|alone|without others", r"no(thing| measure| step| open)?\b"),
    "warning": (r"coordinat|together|agreed upon|in step", r"more|larger|Raise", r"alone|own|yourself", r"fine"),
    "fined": (r"profit|earned", r"[Tt]wo (clean )?rounds", r"fine"),
    "credited": (r"clean|well", r"credit", r"fine"),
    "suspended": (r"produc|bring nothing", r"suspen"),
}


@pytest.mark.parametrize("state", DUTIES)
def test_every_wording_says_what_the_state_means(state: str) -> None:
    for wording in shipped(REAL).wordings:
        for said in DUTIES[state]:
            assert re.search(said, wording.guidance[state], re.IGNORECASE), (wording.name, said)


@pytest.mark.parametrize("state", ["warning", "fined", "credited"])
def test_notices_alone_say_the_same_but_for_the_sanction(state: str) -> None:
    for wording in shipped(NOTICE_ONLY).wordings:
        for said in DUTIES[state][:-1]:
            if (state, said) != ("fined", r"profit|earned"):
                assert re.search(said, wording.guidance[state], re.IGNORECASE), (wording.name, said)


def test_lengths_with_and_without_sanctions_are_close() -> None:
    for told, quiet in zip(shipped(REAL).wordings, shipped(NOTICE_ONLY).wordings, strict=True):
        for state in told.guidance:
            assert abs(len(told.guidance[state]) - len(quiet.guidance[state])) <= 25, (told.name, state)


def test_replay_speaks_in_the_wording_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice in another of the institution's wordings is not what this run's seed draws."""
    entries = recorded(REAL, NASH, 3, seed=1)
    texts = [wording.name for wording in shipped(REAL).wordings]
    bound = bind(shipped(REAL), duopoly_facts())
    own = worded(bound, 1).wording
    assert own is not None
    other = next(seed for seed in range(50) if (w := worded(bound, seed).wording) is not None and w.name != own.name)
    forged = [entries[0], *recorded(REAL, NASH, 3, seed=other)[1:]]
    assert len(texts) == 6
    with pytest.raises(Exception, match="notice"):
        replay(forged)


# -- what is refused -------------------------------------------------------------------------------------------------


def changed(name: str, *changes: tuple[str, str]) -> Institution:
    text = text_of("cournot-antitrust") + name
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_institution(Source("test.yaml", text))


@pytest.mark.parametrize(
    ("more", "changes", "said"),
    [
        ("sanctions: {announced: false}\n", (), "the notice names the fine"),
        ("  shown: filler\nsanctions: {applied: false}\n", (), "agents read no notice"),
        (
            "",
            (("    accuses: P2_independent_decision\n", "    accuses: P2_independent_decision\n    pretext: [x]\n"),),
            "no audit draws it",
        ),
    ],
)
def test_lint_names_placebos_that_contradict_themselves(
    more: str, changes: tuple[tuple[str, str], ...], said: str
) -> None:
    assert said in " ".join(str(remark) for remark in lint(changed(more, *changes)))


def test_sanctions_that_say_what_holds_anyway_are_refused() -> None:
    with pytest.raises(Exception, match="what holds anyway"):
        changed("sanctions: {announced: true, applied: true}\n")


def test_a_wording_with_an_unknown_name_is_refused_at_its_place() -> None:
    with pytest.raises(Exception, match=r"test.yaml:\d+:\d+.*stauts"):
        changed("  wordings: {other: {template: 'You: {stauts}'}}\n")
