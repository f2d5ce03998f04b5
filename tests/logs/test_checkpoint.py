import pytest

from agoranomos.logs import Checkpoint, LogFault, SigningKey, Verifier
from agoranomos.logs.certificate import HEADER, Certificate, certified_by, read_certificate
from agoranomos.logs.checkpoint import check_origin, open_checkpoint, parse_checkpoint
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, VECTORS, WORKSPACE, vectors
from logs.test_note import signing_key

PUBLISHED = vectors("checkpoints.json")
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize("case", PUBLISHED["signed"], ids=lambda case: case["name"])
def test_published_checkpoints(case):
    verifier = Verifier(case["origin"], bytes.fromhex(case["public_hex"]))
    note = case["checkpoint"].encode()
    if not case["valid"]:
        with pytest.raises(LogFault):
            open_checkpoint(note, verifier)
        return
    checkpoint = open_checkpoint(note, verifier)
    assert sign_note(checkpoint.text, SigningKey.from_seed(case["origin"], bytes.fromhex(case["seed_hex"]))) == note


@pytest.mark.parametrize("size", range(16))
def test_we_sign_what_another_implementation_signs(size):
    meta = vectors("tessera_15/meta.json")
    key = signing_key(meta["skey_test_only"])
    root = root_of(leaf_hashes([text.encode() for text in meta["entries"][:size]]))
    note = (VECTORS / f"tessera_15/checkpoint.{size}").read_bytes()
    assert sign_note(Checkpoint(key.name, size, root).text, key) == note
    assert open_checkpoint(note, Verifier.from_vkey(meta["vkey"])).size == size


@pytest.mark.parametrize(
    "text",
    [
        *PUBLISHED["bodies_bad"],
        f"o\n01\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n 1\n{ROOT}\n",
        f"o\n١\n{ROOT}\n",
        f"o\n{2**63}\n{ROOT}\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-2]}J=\n",
        f"o\n1\n{ROOT}\nextension\n",
        f"o p\n1\n{ROOT}\n",
    ],
)
def test_bad_bodies_are_refused(text):
    with pytest.raises(LogFault) as caught:
        parse_checkpoint(text)
    assert caught.value.kind == "damaged"


def test_the_largest_size_is_read():
    assert parse_checkpoint(f"o\n{2**63 - 1}\n{ROOT}\n").size == 2**63 - 1


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "DSSEv1", "cosignature/v1", "subtree/v1", "λογος"])
def test_bad_origins_are_refused(origin):
    with pytest.raises(LogFault):
        check_origin(origin)


def test_a_checkpoint_of_another_origin_is_refused_under_its_own_key():
    note = sign_note(Checkpoint("another/origin", 1, bytes(32)).text, RUN)
    with pytest.raises(LogFault, match="another/origin") as caught:
        open_checkpoint(note, RUN.verifier)
    assert caught.value.kind == "tampered"


def test_a_certificate_binds_one_origin_to_one_key():
    note = sign_note(Certificate(RUN.verifier).text, WORKSPACE)
    assert read_certificate(note).log == RUN.verifier
    assert certified_by(note, [WORKSPACE.verifier, WORKSPACE.verifier]) == WORKSPACE.verifier
    with pytest.raises(LogFault) as caught:
        certified_by(note, [RUN.verifier])
    assert caught.value.kind == "undecided"


def test_a_certificate_and_a_checkpoint_cannot_pass_for_each_other():
    with pytest.raises(LogFault):
        parse_checkpoint(Certificate(RUN.verifier).text)
    with pytest.raises(LogFault, match="not a certificate"):
        read_certificate(sign_note(Checkpoint(ORIGIN, 1, bytes(32)).text, RUN))


def test_the_words_of_a_certificate_are_those_of_the_format():
    assert Certificate(RUN.verifier).text == f"agoranomos run certificate v1\n{ORIGIN}\n{RUN.vkey}\n"


def test_of_two_who_certify_a_key_the_first_to_sign_is_named():
    second = SigningKey.from_seed("second", b"2" * 32)
    for keys in ((WORKSPACE, second), (second, WORKSPACE)):
        note = sign_note(Certificate(RUN.verifier).text, *keys)
        for trusted in ((WORKSPACE.verifier, second.verifier), (second.verifier, WORKSPACE.verifier)):
            assert certified_by(note, trusted) == keys[0].verifier


def test_a_certificate_that_names_two_origins_is_refused():
    with pytest.raises(LogFault, match="names origin other"):
        read_certificate(sign_note(f"{HEADER}\nother\n{RUN.vkey}\n", WORKSPACE))
