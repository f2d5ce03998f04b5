"""Trust policies: official files, quorums, and what a line may not say."""

from __future__ import annotations

import itertools
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import DocumentError
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.policy import MAX_OF_A_KIND, Policy
from logs.building import RUN, vectors

OFFICIAL = vectors("tlog_policy.json")
COSIGNERS = [Cosigner.from_seed(f"w{number}.example", bytes([number]) * 32) for number in range(1, 7)]
W = [cosigner.key.vkey for cosigner in COSIGNERS]
THREE = "".join(f"witness W{number} {W[number]}\n" for number in range(3))


def signed(*numbers: int, at: int = 5) -> list[Cosigned]:
    return [Cosigned(COSIGNERS[number].key, at + number) for number in numbers]


@pytest.mark.parametrize("text", OFFICIAL["good"])
def test_an_official_policy_is_read(text: str) -> None:
    policy = Policy.parse(text)
    assert [witness.name for witness in policy.witnesses] == ["w1", "w2"]
    assert [witness.url for witness in policy.witnesses] == [
        "https://sigsum.org/witness/",
        "https://example.com/witness/",
    ]
    assert [(group.name, group.threshold, group.members) for group in policy.groups] == [("g1", 2, ("w1", "w2"))]
    both = [Cosigned(key, 1) for key in policy.keys]
    assert policy.satisfied_by(both)
    assert not policy.satisfied_by(both[:1])


@pytest.mark.parametrize("text", OFFICIAL["bad"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_an_official_bad_policy_is_refused(text: str, end: str) -> None:
    with pytest.raises(DocumentError):
        Policy.parse(text + end)


@pytest.mark.parametrize("how", ["1", "2", "3", "any", "all"])
def test_k_of_n_is_reached_by_k_witnesses_whoever_they_are(how: str) -> None:
    policy = Policy.parse(f"{THREE}group g {how} W0 W1 W2\nquorum g\n")
    need = {"any": 1, "all": 3}.get(how) or int(how)
    for count in range(4):
        for some in itertools.combinations(range(3), count):
            assert policy.satisfied_by(signed(*some)) == (count >= need)
    assert policy.satisfied_by(signed(0, 0, 0)) == (need == 1)


def test_groups_of_groups() -> None:
    six = "".join(f"witness W{number} {W[number]}\n" for number in range(6))
    policy = Policy.parse(
        f"{six}group x 2 W0 W1 W2\ngroup y any W3 W4 W5\ngroup both all x y\nquorum both\n".encode(), name="p"
    )
    for some in itertools.chain.from_iterable(itertools.combinations(range(6), n) for n in range(7)):
        expected = sum(number < 3 for number in some) >= 2 and any(number >= 3 for number in some)
        assert policy.satisfied_by(signed(*some)) == expected


def test_cosignatures_of_any_time_count_unless_a_time_is_given() -> None:
    assert Policy.parse(f"{THREE}quorum W0\n").satisfied_by([Cosigned(COSIGNERS[0].key, 0)])


def test_no_quorum_is_asked_for_and_a_single_witness_can_be() -> None:
    nobody = Policy.parse(f"log {RUN.vkey} https://log.example/\nquorum none\n")
    assert (nobody.logs[0].key, nobody.logs[0].url) == (RUN.verifier, "https://log.example/")
    assert nobody.satisfied_by([])
    assert nobody.require([]).as_of is None
    one = Policy.parse(f"{THREE}quorum W1\n")
    assert one.satisfied_by(signed(1))
    assert not one.satisfied_by(signed(0, 2))


def test_the_verdict_says_who_who_not_and_as_of_when() -> None:
    policy = Policy.parse(f"{THREE}group g 2 W0 W1 W2\nquorum g\n")
    found = policy.require([*signed(0, 2, at=100), Cosigned(COSIGNERS[5].key, 900)])
    assert [(name, one.time) for name, one in found.cosigned] == [("W0", 100), ("W2", 102)]
    assert (found.missing, found.quorum, found.as_of) == (("W1",), "g", 100)
    assert policy.verdict(signed(0, 1, 2, at=100)).as_of == 101
    with pytest.raises(LogFault, match="quorum 'g' of the policy is not reached: cosigned by W1, not by W0, W2") as no:
        policy.require(signed(1))
    assert no.value.kind == "undecided"
    with pytest.raises(LogFault, match="cosigned by no witness, not by W0, W1, W2"):
        policy.require([])
    assert policy.verdict(signed(1)).as_of is None


def test_cosignatures_from_before_a_time_do_not_count() -> None:
    policy = replace(Policy.parse(f"{THREE}group g 2 W0 W1 W2\nquorum g\n"), since=101)
    assert policy.satisfied_by(signed(1, 2, at=100))
    assert policy.require(signed(0, 1, 2, at=100)).missing == ("W0",)
    assert not policy.satisfied_by(signed(0, 1, at=100))
    with pytest.raises(LogFault, match=r"cosigned by W1, not by W0, W2 \(too long ago: W0\)\n"):
        policy.require(signed(0, 1, at=100))
    with pytest.raises(LogFault, match=r"not by W0, W1, W2\n"):
        policy.require([])


def test_a_cosignature_counts_under_the_key_and_not_under_the_name() -> None:
    policy = Policy.parse(f"{THREE}quorum W0\n")
    impostor = Cosigner.from_seed(COSIGNERS[0].key.name, b"x" * 32)
    assert not policy.satisfied_by([Cosigned(impostor.key, 1)])


def test_a_witness_key_of_type_one_means_the_cosignatures_of_that_key() -> None:
    key = COSIGNERS[0].key
    policy = Policy.parse(f"witness a {Verifier(key.name, key.public).vkey}\nquorum a\n")
    assert policy.keys == (key,)
    line = COSIGNERS[0].cosign("lab\n0\n\n", 7)
    assert cosigned_by(b"lab\n0\n\n\n" + line, policy.keys) == (Cosigned(key, 7),)


def twin(kind: type, number: int) -> Verifier | WitnessKey:
    return kind("twin", sha256(b"%d" % number).digest()[:31] + b"\x10")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("witnes a b\nquorum none\n", 1, "'witnes' begins no line.*\n.*'witness'"),
        (f"{THREE}group g 2 W0 W1\nquorum h\n", 5, "'h' is not defined on a line before this one"),
        (f"{THREE}group g any W0 W1\nquorum g\nquorum g\n", 6, "a second quorum line"),
        (f"{THREE}group g 3 W0 W1\nquorum g\n", 4, "3 of 2 members can never be reached"),
        (f"{THREE}group g 0 W0 W1\nquorum g\n", 4, "neither `all`, `any` nor a number"),
        (f"{THREE}group g 1_0 W0 W1\nquorum g\n", 4, "neither `all`, `any` nor a number"),
        (f"{THREE}group g 01 W0 W1\nquorum g\n", 4, "neither `all`, `any` nor a number"),
        (f"{THREE}group g any\nquorum g\n", 4, "`group NAME all|any|K MEMBER...` was expected"),
        (f"{THREE}group g any W0 W0\nquorum g\n", 4, "'W0' is a member already"),
        (f"{THREE}group g any W0\ngroup h any W0 W1\nquorum h\n", 5, "'W0' is a member already"),
        (f"{THREE}group g any g W0\nquorum g\n", 4, "'g' is not defined"),
        (f"{THREE}group W1 any W0\nquorum W1\n", 4, "'W1' is defined already"),
        (f"{THREE}group g any none W0\nquorum g\n", 4, "'none' is not defined"),
        (f"{THREE}group none any W0\nquorum none\n", 4, "is a word of the format"),
        (f"witness any {W[0]}\nquorum none\n", 1, "is a word of the format"),
        (f"{THREE}quorum\n", 4, "`quorum NAME` was expected"),
        ("log\nquorum none\n", 1, "`log VKEY"),
        (f"log {RUN.vkey} u v\nquorum none\n", 1, "`log VKEY"),
        (f"witness {W[0]}\nquorum none\n", 1, "`witness NAME VKEY"),
        (f"witness w {W[0]} u v\nquorum none\n", 1, "`witness NAME VKEY"),
        (f"log {W[0]}\nquorum none\n", 1, "not of type 1"),
        ("log vkey\nquorum none\n", 1, "not a verifier key"),
        ("witness w vkey\nquorum none\n", 1, "not a verifier key"),
        (f"log {RUN.vkey}\nlog {RUN.vkey}\nquorum none\n", 2, "stands in the policy already"),
        (f"{THREE}witness other {W[1]}\nquorum W0\n", 4, "stands in the policy already, as that of w2.example"),
        (
            f"log {Verifier('l', COSIGNERS[0].key.public).vkey}\n{THREE}quorum W0\n",
            2,
            "stands in the policy already, as that of l",
        ),
        (
            f"log {twin(Verifier, 40933).vkey}\nlog {twin(Verifier, 50619).vkey}\nquorum none\n",
            2,
            r"two different keys are both twin\+",
        ),
        (
            f"witness a {twin(WitnessKey, 6365).vkey}\nwitness b {twin(WitnessKey, 53893).vkey}\nquorum none\n",
            2,
            r"two different keys are both twin\+",
        ),
        ("# a\x1b[2J\nquorum none\n", 1, "control character"),
        ("quorum none\r\n", 1, "control character"),
        ("quorum\u00a0none\n", 1, "begins no line"),
        (f"{THREE}quorum W1", 4, "does not end in a newline"),
    ],
)
def test_what_a_policy_may_not_say_is_named_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(DocumentError, match=rf"(?s)policy:{line}: .*{message}"):
        Policy.parse(text)


def test_a_policy_without_a_quorum_and_one_too_long_are_refused() -> None:
    with pytest.raises(DocumentError, match="mine: it has no quorum line"):
        Policy.parse(THREE, name="mine")
    with pytest.raises(DocumentError, match="at most"):
        Policy.parse(b"quorum none\n#" + b"-" * ((1 << 20) - 13) + b"\n")
    assert Policy.parse(b"quorum none\n#" + b"-" * ((1 << 20) - 14) + b"\n").quorum == "none"


def many(kind: type, count: int) -> list[str]:
    return [kind("k", sha256(b"%d" % n).digest()[:31] + b"\x10").vkey for n in range(count)]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("logs", [f"log {vkey}" for vkey in many(Verifier, MAX_OF_A_KIND + 1)]),
        ("witnesses", [f"witness w{n} {vkey}" for n, vkey in enumerate(many(WitnessKey, MAX_OF_A_KIND + 1))]),
        ("groups", [f"witness g0 {W[0]}", *(f"group g{n + 1} any g{n}" for n in range(MAX_OF_A_KIND + 1))]),
    ],
)
def test_there_is_a_limit_to_each_kind(kind: str, lines: list[str]) -> None:
    with pytest.raises(DocumentError, match=f"policy:{len(lines)}: more than {MAX_OF_A_KIND} {kind}"):
        Policy.parse("\n".join([*lines, "quorum none\n"]))
    Policy.parse("\n".join([*lines[:-1], "quorum none\n"]))


def test_names_are_octets_and_blanks_are_spaces_and_tabs() -> None:
    data = b"\t witness  \xe2\x84\xaa\t" + W[0].encode() + b" \nwitness K " + W[1].encode() + b"\n\t # \xff\n"
    policy = Policy.parse(data + b"witness \xff " + W[2].encode() + b"\ngroup g all \xe2\x84\xaa K \xff\nquorum g\n")
    assert policy.satisfied_by(signed(0, 1, 2))
    assert not policy.satisfied_by(signed(0, 1))


def test_witnesses_on_one_host_are_named() -> None:
    urls = (
        "http://127.0.0.1:8642",
        "http://me@127.0.0.1/w",
        "https://[::1]:80/",
        "https://A.example/x",
        "",
        "a.example",
    )
    lines = "".join(f"witness w{n} {W[n]} {url}\n" for n, url in enumerate(urls))
    assert Policy.parse(f"{lines}quorum none\n").same_host == (("127.0.0.1", ("w0", "w1")),)
    more = f"{THREE}witness a {W[3]} https://A.example/x\nwitness b {W[4]} http://a.EXAMPLE:80\nquorum none\n"
    assert Policy.parse(more).same_host == (("a.example", ("a", "b")),)


@st.composite
def policies(draw: st.DrawFn) -> tuple[str, dict[str, tuple[int, list[str]]]]:
    """A policy over six witnesses with groups of whatever is left over, and what each group asks for."""
    left = [f"w{n}" for n in range(6)]
    groups: dict[str, tuple[int, list[str]]] = {}
    for number in range(draw(st.integers(1, 4))):
        members = draw(st.lists(st.sampled_from(left), min_size=1, unique=True))
        groups[f"g{number}"] = (draw(st.integers(1, len(members))), members)
        left = [name for name in left if name not in members] + [f"g{number}"]
    lines = [f"witness w{n} {W[n]}" for n in range(6)]
    lines += [f"group {name} {threshold} {' '.join(members)}" for name, (threshold, members) in groups.items()]
    return "".join(f"{line}\n" for line in (*lines, f"quorum g{len(groups) - 1}")), groups


@settings(max_examples=60)
@given(policies(), st.sets(st.integers(0, 5)))
def test_any_policy_counts_as_its_text_says(
    drawn: tuple[str, dict[str, tuple[int, list[str]]]], some: set[int]
) -> None:
    text, groups = drawn

    def counts(name: str) -> bool:
        if name not in groups:
            return int(name[1:]) in some
        threshold, members = groups[name]
        return sum(counts(member) for member in members) >= threshold

    policy = Policy.parse(text)
    expected = counts(policy.quorum)
    cosigned = [Cosigned(COSIGNERS[n].key, 100 * (n + 1)) for n in some]
    assert policy.satisfied_by(cosigned) == expected
    verdict = policy.verdict(cosigned)
    assert (verdict.as_of is not None) == expected
    if verdict.as_of is not None:
        assert policy.satisfied_by(one for one in cosigned if one.time >= verdict.as_of)
        assert not policy.satisfied_by(one for one in cosigned if one.time > verdict.as_of)
