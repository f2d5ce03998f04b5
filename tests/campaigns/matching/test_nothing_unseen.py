"""Nothing that an agent reads can differ unseen, and nothing that a regime declares is taken for a difference."""

from __future__ import annotations

import asyncio

import pytest

from agoranomos.campaigns.matching import match, require_matched
from agoranomos.models import MockEngine
from agoranomos.policies.choosing.policy import ChoosingParameters
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.workspace import library_root
from campaigns.matching.bench import HEAD, PAIR, Bench

PROMPTED = {
    "model": ("mock/other?seed=1", {"models"}),
    "template": ("cournot-memory", {"prompts.template"}),
    "window": (7, {"memory.window"}),
    "stride": (3, {"memory.window"}),
    "memory": ("{kind: summary, every: 4}", {"memory.kind", "prompts.summary", "schema", "calls"}),
    "overflow": ("{drop: oldest}", {"retries.overflow", "calls"}),
    "max_tokens": (90, {"tokens.reply"}),
    "reasoning": (64, {"tokens.thoughts"}),
    "temperature": (0.7, {"sampling.temperature"}),
    "top_p": (0.8, {"sampling.top_p"}),
    "attempts": (2, {"retries.attempts", "calls"}),
}
CHOOSING = {
    "model": ("mock/other?seed=1", {"models"}),
    "template": ("chooser", {"prompts.template"}),
    "window": (7, {"memory.window"}),
    "stride": (3, {"memory.window"}),
    "memory": ("shared", {"memory.kind", "prompts.later"}),
    "levels": (4, {"options"}),
    "options": ("[[10, 10], [20, 20]]", {"options"}),
    "act": ("mode", {"options"}),
    "labelled": ("true", {"options"}),
    "orders": ("rotated", {"options"}),
    "reasoning": (64, {"tokens.thoughts"}),
    "temperature": (0.7, {"sampling.temperature"}),
}


def test_every_parameter_is_tried() -> None:
    assert PROMPTED.keys() == PromptedParameters.model_fields.keys()
    assert CHOOSING.keys() == ChoosingParameters.model_fields.keys()


@pytest.mark.parametrize("name", PROMPTED)
def test_no_parameter_of_a_prompted_agent_differs_unseen(bench: Bench, name: str) -> None:
    value, aspects = PROMPTED[name]
    if name == "model":
        value = "mock/valid?delay_ms=1"
    template = "cournot-memory" if name == "memory" else "cournot-cached"
    bench.roster("clean", template=template)
    bench.roster("otherwise", **{"template": template, name: value})
    found, _ = bench.refused()
    assert aspects <= found


@pytest.mark.parametrize("name", CHOOSING)
def test_no_parameter_of_a_choosing_agent_differs_unseen(bench: Bench, name: str) -> None:
    value, aspects = CHOOSING[name]
    if name == "model":
        value = "mock/valid?delay_ms=1"
    if name == "template":
        bench.template("chooser", "Aim:", "Your aim:", of="choosing-any")
    base = (
        {"policy": "choosing", "template": "choosing-any", "labelled": "true"}
        if name == "orders"
        else {"policy": "choosing", "template": "choosing-any"}
    )
    bench.roster("clean", **base)
    bench.roster("otherwise", **{**base, name: value})
    found, _ = bench.refused()
    assert aspects <= found


@pytest.mark.parametrize("hand", ["noise: 0.05", "tremble: 0.1"])
def test_a_hand_that_is_less_steady_is_seen(bench: Bench, hand: str) -> None:
    path = bench.workspace.folder("agents")
    text = (path / "clean.yaml").read_text()
    (path / "otherwise.yaml").write_text(text.replace("policy: prompted,", f"policy: prompted, {hand},"))
    assert bench.refused()[0] == {"policies"}


def test_scripted_firms_are_told_apart_by_what_they_are(bench: Bench) -> None:
    for name, policy in (("clean", "best-response"), ("otherwise", "grim-trigger")):
        (bench.workspace.folder("agents") / f"{name}.yaml").write_text(
            f"kind: roster\nversion: 1\nagents: [{{policy: {policy}}}]\n"
        )
    found, error = bench.refused()
    assert found == {"policies"}
    assert 'best-response"' in error


def test_a_line_that_comes_with_the_notice_is_no_notice(bench: Bench) -> None:
    """The same template in both arms: what it adds where there is a notice shows in no other way."""
    bench.template("warier", "{{ notice }}", "{{ notice }}\nYou are being watched: take care.")
    bench.roster("clean", template="warier")
    found, error = bench.refused(HEAD + "rosters: [clean]\n")
    assert found == {"prompts.first", "prompts.later"}
    assert "+You are being watched: take care.\n" in error


def test_a_line_that_comes_with_a_notice_that_begins_later_is_seen(bench: Bench) -> None:
    bench.template("warier", "{{ notice }}", "{{ notice }}\nYou are being watched: take care.")
    bench.roster("clean", template="warier")
    switched = "schedule: [{from: 5, institution: cournot-antitrust}]"
    text = HEAD.replace("{institution: cournot-antitrust}", f"{{{switched}}}")
    assert bench.refused(text + "rosters: [clean]\n")[0] == {"prompts.later"}


def test_a_line_that_comes_late_is_seen_in_the_template(bench: Bench) -> None:
    old = "PLANS.txt: {{ plans"
    late = "{% if history | length > 400 %}The end is near.\n{% endif %}"
    bench.template("late", old, late + old)
    bench.roster("otherwise", template="late")
    assert bench.refused()[0] == {"prompts.template"}


@pytest.mark.parametrize(
    "template", ["cournot-cached", "cournot-faithful", "cournot-memory", "market-any", "market-memory", "cournot-talk"]
)
def test_every_shipped_template_sets_off_regimes_cleanly(bench: Bench, template: str) -> None:
    bench.roster("clean", template=template)
    market = "cournot-duopoly-talk" if template == "cournot-talk" else "cournot-duopoly"
    require_matched(bench.plan(HEAD.replace("market: cournot-duopoly", f"market: {market}") + "rosters: [clean]\n"))


MARKETS = sorted(
    path.stem
    for path in (library_root() / "markets").glob("*.yaml")
    if path.stem != "cournot-large"  # A thousand agents that read: what is asked of each takes a minute together.
)


@pytest.mark.parametrize("market", MARKETS)
def test_the_constitution_gives_nothing_away_in_any_market(bench: Bench, market: str) -> None:
    bench.roster("clean", template="market-any")
    text = HEAD.replace("cournot-duopoly", market).replace("  institutional: {institution: cournot-antitrust}\n", "")
    matching = match(bench.plan(text.replace("rounds: 12", "rounds: 3") + "rosters: [clean]\n"))
    assert not matching.unmatched
    assert matching.pairs


@pytest.mark.parametrize(
    "change",
    [
        "capacity: 90",
        "alpha: 120",
        "monitoring: {public: price}",
        "talk: {characters: 80}",
        "demand_shock: {sigma: 0.1}",
        "labels: {unit: crates}",
        "marginal_cost: [[41, 50], [50, 40]]",
    ],
)
def test_no_market_differs_unseen(bench: Bench, change: str) -> None:
    key = change.partition(":")[0]
    text = (library_root() / "markets" / "cournot-duopoly.yaml").read_text()
    lines = [
        line for line in text.splitlines() if not line.startswith((key, "  - [") if key == "marginal_cost" else key)
    ]
    (bench.workspace.folder("markets") / "otherwise.yaml").write_text("\n".join([*lines, change]) + "\n")
    bench.roster("clean", template="market-any")
    found, _ = bench.refused(HEAD + PAIR.replace("roster: otherwise", "roster: clean, market: otherwise"))
    assert "market" in found


def test_a_copy_of_a_roster_a_market_and_a_template_is_the_same(bench: Bench) -> None:
    bench.template("copied", "{% block system %}", "{% block system %}")
    bench.market("copied", "name: cournot-duopoly", "name: copied")
    bench.roster("otherwise", template="copied")
    require_matched(bench.plan(HEAD + PAIR.replace("roster: otherwise", "roster: otherwise, market: copied")))


def test_arms_are_matched_from_a_notebook_too(bench: Bench) -> None:
    """Its event loop is running already."""

    async def cell() -> int:
        return len(require_matched(bench.plan(HEAD + "rosters: [clean]\n")).pairs)

    assert asyncio.run(cell()) == 3


def test_nothing_is_asked_of_any_engine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("a model was asked")

    monkeypatch.setattr(MockEngine, "complete", never)
    monkeypatch.setattr(MockEngine, "choose", never)
    require_matched(bench.plan(HEAD + "rosters: [clean]\n"))


def test_the_same_plan_gives_the_same_verdict(bench: Bench) -> None:
    bench.roster("otherwise", temperature=0.2, template="cournot-memory")
    made = bench.plan()
    assert match(made).document == match(made).document
