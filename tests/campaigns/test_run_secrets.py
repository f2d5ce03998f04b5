"""The keys of a run's actors: registered once, before its first attempt, each in one role."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest

from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.ledger_entries import RunActors, RunOpened, decode_ledger_entry, encode_ledger_entry
from agoranomos.campaigns.ledger_history import History
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.errors import Finding
from agoranomos.logs import Verifier
from campaigns.laboratory import MOCK, SCRIPTED, Died, DyingStorage, Lab

SIGNED = "signatures=actors"


def secrets_of(lab: Lab, *settings: str) -> RunSecrets:
    made = lab.plan(MOCK, *settings)
    return RunSecrets(made, lab.folder(made).root, lab.keys)


def test_who_does_not_sign_needs_no_secret(lab: Lab) -> None:
    secrets = secrets_of(lab)
    run = secrets.plan.runs()[0]
    assert secrets.signing(run) is None
    assert secrets.withholding(run) is None
    assert secrets.actors(run) == ()
    assert secrets.registration(run, None, 0) is None
    assert not list(lab.keys.folder.glob("*.secret"))


def test_a_run_is_named_without_its_attempt_and_every_actor_of_every_run_has_a_key(lab: Lab) -> None:
    secrets = secrets_of(lab, SIGNED)
    keys = {}
    for run in secrets.plan.runs():
        assert secrets.name(run) == f"lab/{secrets.plan.label}/{run.arm.name}/{run.seed}"
        for verifier in secrets.actors(run):
            assert verifier.name.startswith(secrets.name(run) + "/")
            keys[verifier.name] = verifier.public
    assert len(keys) == len(set(keys.values())) == 2 * 4 + 2 * 5


def test_a_registration_comes_once_and_only_with_the_same_secret(lab: Lab, second_lab: Lab) -> None:
    secrets = secrets_of(lab, SIGNED)
    run = secrets.plan.runs()[0]
    made = secrets.registration(run, None, 7)
    assert made is not None
    assert made.claimed_unix_s == 7
    assert decode_ledger_entry(encode_ledger_entry(made, 1)) == made
    assert secrets.registration(run, secrets.actors(run), 8) is None
    with pytest.raises(Finding, match="registered with other keys") as refused:
        secrets.registration(run, secrets_of(second_lab, SIGNED).actors(run), 8)
    assert "AGORA_HOME" in refused.value.advice


def test_a_run_s_secret_reaches_a_worker_and_is_not_shown(lab: Lab) -> None:
    secrets = secrets_of(lab, SIGNED)
    signing = secrets.signing(secrets.plan.runs()[0])
    assert signing is not None
    assert pickle.loads(pickle.dumps(signing)) == signing
    assert signing.secret.hex() not in repr(signing)
    assert repr(signing.secret) not in repr(signing)
    assert lab.keys.secret("actors") != signing.secret


@pytest.mark.parametrize("text", [MOCK, SCRIPTED])
def test_the_ledger_registers_actors_before_the_first_attempt_and_never_again(lab: Lab, text: str) -> None:
    made = lab.plan(text, SIGNED, "seeds=1")
    lab.run(made)
    lab.run(made)
    history, _ = read_ledger(lab.folder(made).ledger, lab.trusted())
    secrets = RunSecrets(made, lab.folder(made).root, lab.keys)
    assert history.actors == {run.key: secrets.actors(run) for run in made.runs()}


def test_a_run_is_not_gone_on_with_under_other_actors_keys(lab: Lab) -> None:
    made = lab.plan(MOCK, SIGNED, "seeds=1")
    with pytest.raises(Died):
        lab.run(made, DyingStorage(60, Died))
    secret = (lab.keys.folder / "actors.secret").read_bytes()
    (lab.keys.folder / "actors.secret").unlink()
    with pytest.raises(Finding, match="registered with other keys"):
        lab.run(made)
    (lab.keys.folder / "actors.secret").write_bytes(secret)
    assert lab.run(made).failures == ()


def names(actors: Sequence[str], run: str = "lab/p/a/0") -> RunActors:
    keys = [Verifier(f"{run}/{actor}", bytes([number + 2]) * 31 + b"\0") for number, actor in enumerate(actors)]
    return RunActors("a", 0, tuple(key.vkey for key in keys), 0)


def test_a_ledger_that_registers_wrongly_is_refused() -> None:
    good = names(["publisher", "oracle"])
    History().add(good)
    twice = RunActors("a", 0, (good.vkeys[0], Verifier("lab/p/a/0/oracle", bytes([2]) * 31 + b"\0").vkey), 0)
    for bodies, words in (
        ((good, good), "registers the actors of a/0 twice"),
        ((RunOpened("a", 0, 1, "lab/p/a/0/1", 0), good), "or after its first attempt"),
        ((twice,), "registers the key of lab/p/a/0/publisher as that of lab/p/a/0/oracle"),
        ((good, RunActors("a", 1, good.vkeys, 0)), "an actor of a/1"),
        ((names(["oracle"], "lab/p/b/0"),), "an actor of a/0"),
        ((RunActors("a", 0, ("junk",), 0),), "registers a bad key for a/0"),
    ):
        history = History()
        for body in bodies[:-1]:
            history.add(body)
        with pytest.raises(Finding, match=words):
            history.add(bodies[-1])
