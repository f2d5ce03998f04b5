"""Every number in the prose is a value of the manifest, and every value is in the prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions import Institution
from agoranomos.institutions.prose import STYLES, Prose, prose, stated_by_hand
from agoranomos.institutions.prose_text import Mark, Number, Quote, rendered
from institutions.playing import FAITHFUL, HARDENED, duopoly_facts, institution, shipped, text_of

RICH = (Path(__file__).parent / "every_feature.yaml").read_text()
TEXTS = {FAITHFUL: text_of(FAITHFUL), HARDENED: text_of(HARDENED), "rich": RICH}
READ = {name: institution(text) for name, text in TEXTS.items()}
LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
EXPRESSIONS = {"when", "next", "requires", "set", "at_least", "at_most", "below", "nash_at_least", "firms"}
UNSAID = {"version", "name", "title", "about", "label", "guidance", "template", "rules", "kind"}


def forms() -> list[tuple[str, str]]:
    return [(form, style) for form, styles in STYLES.items() for style in styles]


def everything(read: Institution) -> list[Prose]:
    texts = [prose(read, form, style, facts=facts) for form, style in forms() for facts in (None, duopoly_facts())]
    return [*texts, prose(read, "constitution", with_penalties=True)]


def value_at(read: Institution, path: tuple[str | int, ...]) -> Any:
    value: Any = read.manifest.model_dump(by_alias=True)
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize("name", TEXTS)
def test_no_digit_is_written_by_us(name: str) -> None:
    for text in everything(READ[name]):
        for line in text.lines:
            own = [part.text if isinstance(part, Mark) else part for part in line if isinstance(part, str | Mark)]
            assert not any(re.search(r"\d", part) for part in own), (text.form, own)


@pytest.mark.parametrize("name", TEXTS)
def test_every_number_is_the_value_at_its_path(name: str) -> None:
    read = READ[name]
    found = 0
    for text in everything(read):
        for number in text.numbers:
            value = value_at(read, number.path)
            if isinstance(value, str) and number.nth:
                value = float(LITERAL.findall(value)[number.nth - 1])
            if isinstance(value, str):
                continue  # A threshold that the market decides; see below.
            assert number.value == value
            shown = float(number.text.removesuffix("%")) / (100 if number.text.endswith("%") else 1)
            assert shown == pytest.approx(value, rel=1e-12)
            found += 1
    assert found > 100


def test_thresholds_that_depend_on_the_market_are_those_of_the_market() -> None:
    (share,) = [n for n in prose(READ[FAITHFUL], "constitution", facts=duopoly_facts()).numbers if "accuses" in n.path]
    assert (share.text, share.path) == ("0.6", ("signals", "high_concentration", "accuses", "at_least"))
    assert "`firms == 2.0 ? 0.6 : 1.5 / firms`" in prose(READ[FAITHFUL], "constitution").text
    rich = prose(READ["rich"], "notice", facts=duopoly_facts()).text
    assert "at least 0.55," in rich  # half of 1, the elevation at joint monopoly, and 0.05
    assert "together at least 1.7 agents" in rich


def written(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int, float]]:
    """Every number that a manifest writes: its path, its place in an expression (0: it is the value), its value."""
    if isinstance(node, dict):
        for key, item in node.items():
            if key not in UNSAID:
                yield from written(item, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from written(item, (*path, index))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, 0, node
    elif isinstance(node, str) and EXPRESSIONS & set(path):
        for nth, digits in enumerate(LITERAL.findall(node), start=1):
            yield path, nth, float(digits)


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("name", TEXTS)
def test_every_number_of_the_manifest_is_in_the_notice(name: str) -> None:
    told = {(number.path, number.nth) for number in prose(READ[name], "notice").numbers}
    zeros = {(path, nth) for path, nth, value in written(loaded(TEXTS[name])) if value == 0 and nth}  # "a multiple of"
    assert {(path, nth) for path, nth, _ in written(loaded(TEXTS[name]))} - told <= zeros


def changed(name: str, path: tuple[str | int, ...], nth: int, value: float) -> tuple[Institution, float]:
    """The manifest with one number changed, and what it is now."""
    tree = loaded(TEXTS[name])
    node = tree
    for key in path[:-1]:
        node = node[key]
    if nth:
        new = value + 1
        matches = list(LITERAL.finditer(node[path[-1]]))
        old = matches[nth - 1]
        digits = f"{new:g}" if "." not in old.group() else f"{new:.3f}"
        text = node[path[-1]]
        node[path[-1]] = text[: old.start()] + digits + text[old.end() :]
        new = float(digits)
    else:
        new = value + 1 if isinstance(value, int) else round(value * 1.1, 6)
        node[path[-1]] = new
    return institution(json.dumps(tree)), new


CHANGES = [(name, *one) for name in TEXTS for one in written(loaded(TEXTS[name]))]


def test_there_are_many_numbers_to_change() -> None:
    assert len(CHANGES) > 200


def assert_changes_the_prose(name: str, changes: list[Any]) -> None:
    before = {form: prose(READ[name], form).text for form in ("notice", "paper")}
    for _, path, nth, value in changes:
        read, new = changed(name, path, nth, value)
        text = prose(read, "notice")
        assert text.text != before["notice"], path
        assert [n.value for n in text.numbers if (n.path, n.nth) == (path, nth)][:1] in ([new], []), path
        assert prose(read, "paper").text != before["paper"], path


@pytest.mark.parametrize("name", TEXTS)
def test_a_number_that_is_changed_changes_the_prose(name: str) -> None:
    assert_changes_the_prose(name, [change for change in CHANGES if change[0] == name][::5])


@pytest.mark.long
@pytest.mark.parametrize("name", TEXTS)
def test_each_number_that_is_changed_changes_the_prose(name: str) -> None:
    assert_changes_the_prose(name, [change for change in CHANGES if change[0] == name])


ENFORCEMENT = re.compile(
    r"\b(monitor|watch|audit|detect|observ|fine[ds]?\b|penal|sanction|punish|suspen|case|evidence|warn|accus|licen|lenien)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", TEXTS)
def test_the_constitution_tells_the_rules_of_the_notice_word_for_word_and_nothing_of_enforcement(name: str) -> None:
    for facts in (None, duopoly_facts()):
        constitution = prose(READ[name], "constitution", facts=facts).text
        assert constitution.rstrip() in prose(READ[name], "notice", facts=facts).text
        assert not ENFORCEMENT.search(constitution)
        with_penalties = prose(READ[name], "constitution", facts=facts, with_penalties=True).text
        assert with_penalties.startswith(constitution.rstrip())
        assert ENFORCEMENT.search(with_penalties)


def test_what_the_rules_state_by_hand_is_not_repeated() -> None:
    text = prose(shipped(HARDENED), "notice").text
    assert "ten rounds" not in text
    assert [one.path for one in stated_by_hand(shipped(HARDENED))] == [
        ("rules", "H1_competitive_prices", "condition"),
        ("rules", "H1_competitive_prices", "or_else"),
        ("rules", "H2_restoration", "condition"),
    ]
    assert ("states", "fined", "guidance") in [one.path for one in stated_by_hand(shipped(FAITHFUL))]


def test_a_condition_without_a_number_is_told() -> None:
    assert "A firm must keep to itself in public." in prose(READ["rich"], "constitution").text


def test_what_the_audit_adds_is_no_part_of_the_rule() -> None:
    text = prose(institution(RICH.replace("(high && look) && fines < 18", "high && look")), "constitution").text
    assert "This counts as broken when high holds." in text


def test_a_rule_that_depends_on_more_than_conduct_names_what_it_is_read_from() -> None:
    assert "Whether it is kept is read from high." in prose(READ["rich"], "constitution").text


def test_an_institution_without_duties_has_no_constitution() -> None:
    text = re.sub(r"rules:\n(  .*\n)+", "", RICH)
    assert "## The rules" not in prose(institution(text), "notice").text
    with pytest.raises(UsageError, match="nothing to tell"):
        prose(institution(text), "constitution")


def test_forms_and_styles_are_named_with_the_nearest() -> None:
    for form, style, told in (("note", None, "notice"), ("paper", "latx", "latex"), ("notice", "dot", "markdown")):
        with pytest.raises(UsageError) as caught:
            prose(READ[FAITHFUL], form, style)
        assert told in caught.value.advice
    with pytest.raises(UsageError, match="left out of a constitution only"):
        prose(READ[FAITHFUL], "notice", with_penalties=True)


def test_names_and_words_of_the_file_are_escaped() -> None:
    markdown = prose(READ["rich"], "paper").text
    assert "OUT #3" in markdown
    assert all(line.count(" | ") == 6 for line in markdown.splitlines() if line.startswith("| free | warned"))
    latex = prose(READ["rich"], "paper", "latex").text
    assert r"OUT \#3" in latex
    assert r"CLEAR \textless{}1\textgreater{}" in latex
    assert r"25.5\%" in latex
    mermaid = prose(READ["rich"], "diagram").text
    assert 'state_out["out: OUT #35;3"]' in mermaid
    dot = prose(institution(RICH.replace("OUT #3", 'OUT \\"3\\\\')), "diagram", "dot").text
    assert r'state_out [label="out: OUT \"3\\"];' in dot


def test_the_latex_is_balanced() -> None:
    for name in TEXTS:
        text = prose(READ[name], "paper", "latex").text
        bare = re.sub(r"\\[{}\\%&#_$]", "", text)
        assert bare.count("{") == bare.count("}")
        for kind in ("table", "tabularx"):
            assert text.count(rf"\begin{{{kind}}}") == text.count(rf"\end{{{kind}}}") > 0
        for table in re.findall(r"\\midrule\n(.*?)\\bottomrule", text, re.DOTALL):
            cells = {len(re.split(r"(?<!\\)&", row)) for row in table.strip().splitlines()}
            assert len(cells) == 1


def test_the_diagram_has_every_state_and_edge() -> None:
    for name, read in READ.items():
        edges = len(list(read.edges))
        mermaid, dot = prose(read, "diagram").text, prose(read, "diagram", "dot").text
        assert mermaid.count("|") == 2 * edges, name
        assert dot.count(" -> ") == edges
        assert dot.count("[label=") == edges + len(read.states)


def test_segments_are_what_is_printed() -> None:
    line = ("a ", Number("5", 5, ("x",)), Quote("b\x1b", ("y",)), Mark("|"))
    assert rendered(line) == "a 5b\\x1b|"


def test_counters_are_told_before_the_sanction_that_climbs_with_them() -> None:
    line = next(line for line in prose(READ[FAITHFUL], "notice").text.splitlines() if "goes to fined" in line)
    assert line.index("its fine tier becomes 1") < line.index("35%, 75% or 100%")


def test_a_market_without_the_benchmark_leaves_its_threshold_as_it_stands() -> None:
    facts = duopoly_facts()
    bare = msgspec.structs.replace(facts, benchmarks={})
    assert "`0.5 * monopoly + 0.05`" in prose(READ["rich"], "notice", facts=bare).text


def test_what_is_seen_in_public_only_or_without_benchmarks_is_told() -> None:
    seen = re.sub(r"observation: .*", "observation: {sees: public, benchmarks: none}", RICH)
    text = prose(institution(seen), "notice").text
    assert "sees what everybody sees" in text
    assert "does not know the benchmarks" in text


def test_a_state_without_a_way_out_and_a_window_of_a_round_are_told() -> None:
    text = prose(
        institution(
            "kind: institution\nversion: 1\nname: plain\nstates: {a: {label: A}, b: {label: B}}\ninitial: a\n"
            "signals: {s: {statistic: mean, measure: hhi, window: 1, at_least: 0.7}}\n"
            "events: {e: {when: s, accuses: R}}\ntransitions: [{rule: R, from: a, to: b, on: e}]\n"
        ),
        "notice",
    ).text
    assert "it stays there for good" in text
    assert "in 1 round, the mean hhi is at least 0.7" in text
    assert "it opens a case against the agent (R)" in text


DRIFTING = """
kind: institution
version: 1
name: drifting
initial: a
states: {a: {label: A}, b: {label: B}}
signals: {s: {statistic: drift, measure: share, OFwindow: 9, baseline: 0.15, to: 0.5, horizon: 40, false_alarms: 0.1}}
events: {e: {when: s, accuses: R}, back: {when: "!s"}}
transitions: [{rule: R, from: a, to: b, on: e, fine: {rate: 2, of: gap}}, {rule: R, from: b, to: a, on: back}]
"""


@pytest.mark.parametrize(
    ("of", "known", "whose"),
    [
        ("", False, "the share"),
        ("", True, "the agents' market share"),
        ("of: agent, ", True, "the agent's market share"),
    ],
)
def test_drift_is_told_with_all_of_its_figures(of: str, known: bool, whose: str) -> None:
    facts = duopoly_facts() if known else None
    text = " ".join(prose(institution(DRIFTING.replace("OF", of)), "notice", facts=facts).text.split())
    assert f"over the last 9 rounds, {whose} speaks for a rise from 15% to 50%" in text
    assert "chance alone would say so in 40 rounds with probability 10% at most" in text
    assert ("at most (of each agent), were" in text) == ("agent" in of)
    assert "were each to break the rule independently of the others and of its own past" in text
    persisting = DRIFTING.replace("OF", of).replace("false_alarms: 0.1", "false_alarms: 0.1, persistence: 0.75")
    text = " ".join(prose(institution(persisting), "notice", facts=facts).text.split())
    assert "independently of the others, and again after it did with 75%" in text
    gap = "the gap between what it earns where all break the rule and where all keep it"
    assert f"a fine of 200% of {gap} if it broke the rule" in text


PLAYED = sorted((Path(__file__).parent / "corpus").glob("*.yaml")) + sorted(
    (Path(__file__).parent / "faulty").glob("*")
)


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
def test_whatever_is_valid_can_be_told(path: Path) -> None:
    try:
        read = institution(path.read_text())
    except DocumentError:
        return
    for form, style in forms():
        if form != "constitution" or any(rule.deontic != "may" for rule in read.manifest.rules.values()):
            assert prose(read, form, style).text
