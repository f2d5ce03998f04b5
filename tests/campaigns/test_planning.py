from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns import plan_campaign
from agoranomos.campaigns.plan import differences
from agoranomos.documents import read_text
from agoranomos.errors import AgoraError, DocumentError, UsageError
from agoranomos.institutions import load_institution
from agoranomos.institutions.lint import lint
from campaigns.laboratory import MOCK, SCRIPTED, Lab


def test_arms_are_the_product_and_their_names_leave_out_what_is_the_same(lab: Lab) -> None:
    assert [arm.name for arm in lab.plan().arms] == ["free", "governed"]
    made = lab.plan(SCRIPTED, "markets=[cournot-duopoly, cournot-duopoly-tight]", "market=null")
    names = [arm.name for arm in made.arms]
    assert len(names) == len(set(names)) == 12
    assert names[0] == "free.nash-noisy.cournot-duopoly"


def test_arms_that_are_written_out_join_the_product(lab: Lab) -> None:
    text = SCRIPTED + "arms:\n  long: {regime: governed, roster: learner, rounds: 80}\n"
    made = lab.plan(text)
    assert made.arms[-1].name == "long"
    assert made.arms[-1].rounds == 80
    assert made.arm("long").roster_name == "learner"


def test_a_roster_may_bring_its_own_rounds_market_and_name(lab: Lab) -> None:
    text = SCRIPTED.replace(
        "[nash-noisy, ladder-gamer]",
        "[nash-noisy, {roster: learner, name: slow, rounds: 30, market: cournot-duopoly-tight}]",
    )
    arm = lab.plan(text).arm("governed.slow")
    assert (arm.rounds, arm.market_name) == (30, "cournot-duopoly-tight")


def test_runs_take_the_first_seed_of_every_arm_first(lab: Lab) -> None:
    keys = [run.key for run in lab.plan().runs()]
    assert keys == [("free", 0), ("governed", 0), ("free", 1), ("governed", 1)]
    assert [run.key for run in lab.plan().runs(3)] == keys[:3]


def test_the_digest_is_of_what_runs_and_of_nothing_else(lab: Lab) -> None:
    digest = lab.plan().digest
    assert lab.plan("# a remark\n" + MOCK + "title: A title\nlimits: {runs: 99}\n").digest == digest
    assert lab.plan(MOCK, "rounds=4").digest != digest
    assert lab.plan(MOCK, "seeds=[0, 2]").digest != digest
    assert lab.plan(MOCK, "durable=run").digest != digest


def test_another_script_is_another_plan(lab: Lab) -> None:
    folder = lab.workspace.folder("agents")
    folder.mkdir()
    (folder / "read.yaml").write_text(
        "kind: roster\nversion: 1\n"
        "agents: [{policy: prompted, parameters: {model: 'mock/scripted?replies=replies.jsonl'}}]\n"
    )
    text = MOCK.replace("mock-duopoly", "read")
    script = lab.workspace.root / "replies.jsonl"
    with pytest.raises(AgoraError, match=r"replies\.jsonl"):
        lab.plan(text)
    script.write_text('{"reply": {"chosen_quantities": {"A": 30, "B": 20}}}\n')
    first = lab.plan(text)
    assert lab.plan(text).digest == first.digest
    script.write_text('{"reply": {"chosen_quantities": {"A": 30, "B": 21}}}\n')
    changed = list(differences(first.document, lab.plan(text).document))
    assert [line.partition(":")[0] for line in changed] == [
        f"arms[{arm}].roster.agents[{agent}].script_sha256"
        for arm in ("free", "governed")
        for agent in ("firm_1", "firm_2")
    ]
    script.write_text('{"reply": 1, "option": "both"}\n')
    with pytest.raises(DocumentError, match="holds one of reply, option and probabilities") as faulty:
        lab.plan(text)
    assert faulty.value.place == f"{script}:1"


def test_models_and_calls_are_in_the_plan(lab: Lab) -> None:
    arm = lab.plan().arms[0]
    assert arm.models == ("mock/valid",)
    assert arm.calls == 3 * 2 * 3
    assert arm.durable == "round"
    scripted = lab.plan(SCRIPTED).arms[0]
    assert (scripted.models, scripted.calls, scripted.durable) == ((), 0, "run")


def test_every_shipped_campaign_can_be_planned(lab: Lab) -> None:
    for name in ("cournot-scripted", "cournot-three-regimes", "cournot-mock"):
        assert plan_campaign(name, lab.workspace).campaign.name == name


def test_differences_name_the_place(lab: Lab) -> None:
    old, new = lab.plan().document, lab.plan(MOCK, "rounds=4").document
    found = list(differences(old, new))
    assert "arms[free].rounds: 3 -> 4" in found
    assert "campaign.rounds: 3 -> 4" in found
    assert list(differences(old, old)) == []
    assert list(differences({"a": [1]}, {"a": [1, 2], "b": None})) == ["a: [1] -> [1,2]"]
    assert list(differences({"a": "x" * 99}, {})) == [f'a: "{"x" * 56}... -> nothing']


REFUSED = {
    "unknown key": (MOCK.replace("seeds:", "sedes:"), "unknown key 'sedes'", "seeds"),
    "wrong type": (MOCK.replace("rounds: 3", "rounds: many"), "rounds", ""),
    "a float where a count belongs": (MOCK.replace("rounds: 3", "rounds: 3.5"), "rounds", ""),
    "no rounds": (MOCK.replace("rounds: 3", "rounds: 0"), "rounds", ""),
    "bad YAML": (MOCK + "x: [\n", "not valid YAML", ""),
    "wrong kind": (MOCK.replace("kind: campaign", "kind: champagne"), "`kind` is 'champagne'", "campaign"),
    "negative seed": (MOCK.replace("seeds: 2", "seeds: [-1]"), "seeds", ""),
    "a seed too large": (MOCK.replace("seeds: 2", "seeds: [9007199254740992]"), "seeds", ""),
    "a seed twice": (MOCK.replace("seeds: 2", "seeds: [4, 4]"), "4 stands twice", ""),
    "no seed": (MOCK.replace("seeds: 2", "seeds: []"), "at least one", ""),
    "NaN": (MOCK.replace("seeds: 2", "seeds: .nan"), "seeds", ""),
    "unknown institution": (
        MOCK.replace("institution: cournot-antitrust", "institution: cournot-antitrsut"),
        "unknown institution 'cournot-antitrsut'",
        "cournot-antitrust",
    ),
    "unknown roster": (MOCK.replace("mock-duopoly", "mock-duoply"), "unknown roster", "mock-duopoly"),
    "unknown market": (MOCK.replace("cournot-duopoly", "cournot-dupoly"), "unknown market", "cournot-duopoly"),
    "unknown text": (
        MOCK.replace("free: {}", "free: {told: antitrust-constitutoin}"),
        "antitrust-constitutoin",
        "antitrust-constitution",
    ),
    "no market": (MOCK.replace("market: cournot-duopoly", ""), "has no market", ""),
    "market and markets": (MOCK + "markets: [cournot-duopoly]\n", "either `market` or `markets`", ""),
    "no arm": (MOCK.replace("rosters: [mock-duopoly]", ""), "no arm", ""),
    "no regime": ("\n".join(x for x in MOCK.splitlines() if "{" not in x and "regimes" not in x), "regimes", ""),
    "a regime that is not there": (
        MOCK + "arms:\n  x: {regime: fre, roster: mock-duopoly}\n",
        "unknown regime 'fre'",
        "free",
    ),
    "two arms of one name": (MOCK.replace("[mock-duopoly]", "[nash, nash]"), "two arms are named", "`name`"),
    "a name with a slash": (MOCK.replace("name: small", "name: a/b"), "name", ""),
    "a roster that does not fit": (
        MOCK.replace("market: cournot-duopoly", "market: cournot-triopoly").replace("mock-duopoly", "mixed"),
        "seats 2 agents, the market has 3",
        "",
    ),
    "more runs than its limit": (
        MOCK + "limits: {runs: 3}\n",
        "plans up to 4 runs; its limits.runs is 3",
        "limits.runs",
    ),
    "more calls than its limit": (MOCK + "limits: {calls: 71}\n", "plans up to 72 calls", "limits.calls"),
    "more rounds than its limit": (MOCK + "limits: {rounds: 11}\n", "plans up to 12 rounds", ""),
    "far too many runs": (MOCK.replace("seeds: 2", "seeds: 600000"), "at most 1000000", ""),
    "too many rounds for the market": (MOCK.replace("rounds: 3", "rounds: 2000000000"), "rounds", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_run_is_refused_with_the_place_and_the_nearest_word(lab: Lab, case: str) -> None:
    text, message, advice = REFUSED[case]
    with pytest.raises(UsageError) as refused:
        lab.plan(text)
    assert refused.value.exit_code == 2
    assert message in refused.value.message
    assert advice in refused.value.advice
    if isinstance(refused.value, DocumentError):
        assert refused.value.place.startswith("small.yaml")


def test_a_fault_in_a_roster_keeps_its_own_place(lab: Lab) -> None:
    agents = lab.workspace.folder("agents")
    agents.mkdir()
    (agents / "mine.yaml").write_text("kind: roster\nversion: 1\nagents:\n  - policy: divder\n")
    with pytest.raises(DocumentError) as refused:
        lab.plan(MOCK.replace("mock-duopoly", "mine"))
    assert "mine.yaml:4" in refused.value.message
    assert "divider" in refused.value.advice


def test_an_institution_that_needs_other_measures_names_the_arm(lab: Lab) -> None:
    folder = lab.workspace.folder("institutions")
    folder.mkdir()
    text = (
        "kind: institution\nversion: 1\nname: odd\nstates: {active: {label: CLEAR}}\ninitial: active\n"
        "signals:\n  s: {statistic: mean, measure: moonlight, window: 2, at_least: 0.5}\n"
        "events:\n  e: {when: s}\ntransitions:\n  - {rule: R, from: active, to: active, on: e, fine: {rate: 0.1}}\n"
    )
    (folder / "odd.yaml").write_text(text)
    with pytest.raises(AgoraError, match="moonlight"):
        lab.plan(MOCK.replace("institution: cournot-antitrust", "institution: odd"))


def test_an_engine_that_nothing_answers_to_is_refused(lab: Lab) -> None:
    agents = lab.workspace.folder("agents")
    agents.mkdir()
    (agents / "mine.yaml").write_text(
        "kind: roster\nversion: 1\nagents:\n  - {policy: prompted, parameters: {model: mock/vaild}}\n"
    )
    with pytest.raises(UsageError, match="mock/vaild") as refused:
        lab.plan(MOCK.replace("mock-duopoly", "mine"))
    assert "mock/valid" in refused.value.advice


def test_privacy_and_signatures_are_of_the_plan_where_they_are_asked_for(lab: Lab) -> None:
    bare, said = lab.plan(), lab.plan(MOCK, "privacy=open", "signatures=none")
    assert bare.digest == said.digest
    assert {"privacy", "signatures"}.isdisjoint(bare.document["campaign"])
    withheld, signed = lab.plan(MOCK, "privacy=committed"), lab.plan(MOCK, "signatures=actors")
    assert len({bare.digest, withheld.digest, signed.digest}) == 3
    assert withheld.document["campaign"]["privacy"] == "committed"
    assert signed.document["campaign"]["signatures"] == "actors"
    assert {arm.privacy for arm in withheld.arms} == {"committed"}
    assert {arm.signatures for arm in signed.arms} == {"actors"}


def test_the_digest_of_a_plan_from_before_these_options_is_what_it_was(lab: Lab) -> None:
    """Where a campaign's folder goes on is told by this digest."""
    assert "privacy" not in lab.plan().json.decode()
    assert "signatures" not in lab.plan().json.decode()


def test_an_institution_whose_lint_has_errors_is_refused_before_anything_runs(lab: Lab) -> None:
    folder = lab.workspace.folder("institutions")
    folder.mkdir()
    faulty = Path(__file__).parents[1] / "institutions" / "faulty" / "endless-suspension.yaml"
    (folder / "endless.yaml").write_text(faulty.read_text())
    with pytest.raises(DocumentError, match="endless") as refused:
        lab.plan(MOCK.replace("institution: cournot-antitrust", "institution: endless"))
    assert "endless.yaml:" in refused.value.place
    assert not lab.logs.exists()


def test_an_institution_that_lint_only_warns_of_may_run(lab: Lab) -> None:
    folder = lab.workspace.folder("institutions")
    folder.mkdir()
    faulty = Path(__file__).parents[1] / "institutions" / "faulty" / "case-without-consequence.yaml"
    (folder / "unused.yaml").write_text(faulty.read_text())
    read = load_institution(read_text(folder / "unused.yaml"))
    assert {remark.severity for remark in lint(read)} == {"warning"}
    assert lab.plan(MOCK.replace("institution: cournot-antitrust", "institution: unused")).arms


@pytest.mark.parametrize("size", [40_000, 70_000])
def test_an_entry_0_that_is_too_long_for_actors_to_sign_is_refused_before_anything_runs(lab: Lab, size: int) -> None:
    policies = lab.workspace.folder("policies")
    policies.mkdir()
    (policies / "long.md").write_text("Compete. " * (size // 9))
    with pytest.raises(UsageError, match="entry 0 of its log would have") as refused:
        lab.plan(MOCK.replace("free: {}", "free: {told: long}") + "signatures: actors\n")
    assert "every agent's policy with what it is told" in refused.value.advice
    assert "65,535" in refused.value.message
    assert "arm free" in refused.value.message
    (policies / "long.md").write_text("Compete. " * 1000)
    plan = lab.plan(MOCK.replace("free: {}", "free: {told: long}"), "seeds=1")
    assert lab.run(plan).finished == 2
