"""`agora log verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from agoranomos.cli.log_places import (
    campaigns_in,
    has_actors,
    has_attested,
    is_campaign,
    is_ledger,
    is_log,
    is_tree,
    place_of_log,
)
from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson, TrustedKey
from agoranomos.cli.terminal import console, say_json
from agoranomos.errors import Finding, UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.campaigns.verification import CheckedRun, VerifiedRun
    from agoranomos.institutions import Institution
    from agoranomos.logs import Verifier
    from agoranomos.logs.policy import Policy
    from agoranomos.logs.remembered import RememberedCheckpoints
    from agoranomos.logs.timestamp import Authority
    from agoranomos.logs.verification import Level, Verification

_DAY_S = 86_400


def verify(
    log: Annotated[
        str,
        typer.Argument(
            metavar="LOG",
            help="The folder of a run's log, a ledger, an exported log, a campaign, or several campaigns.",
        ),
    ],
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            metavar="LEVEL",
            help="structure (kept hashes only), full (every byte), strict (every entry), actors (signatures of agents) "
            "or replay (every judgement again; the default). Each holds those before it.",
        ),
    ] = None,
    key: TrustedKey = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="FILE", help="Witnesses and their quorum: they must have cosigned the log."),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option("--max-age", min=0, metavar="DAYS", help="With --policy: older cosignatures do not count."),
    ] = None,
    tsa: Annotated[
        Path | None,
        typer.Option("--tsa", metavar="CERT.pem", help="The log must carry time stamps of this authority."),
    ] = None,
    actors: Annotated[
        str | None,
        typer.Option("--actors", metavar="FILE", help="Public keys of a run's actors, one a line, from its ledger."),
    ] = None,
    remember: Annotated[
        bool,
        typer.Option("--remember", help="Keep what was verified; from then on the log must continue it."),
    ] = False,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="Read only what was added since the log was remembered.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="Worker processes.")] = 1,
    still_open: Annotated[
        bool, typer.Option("--open", help="The log was not closed: verify it as far as it is signed.")
    ] = False,
    institution: Annotated[
        str | None,
        typer.Option("--institution", metavar="FILE", help="The run must have been judged under this institution."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="--no-replay is short for --level strict.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Verify a run, a ledger, or a whole campaign.

    Digests, tree, signatures, order and references are checked, and then every judgement is made again, byte for byte.

    Exit code 0: verified under a key that you trust. 1: tampered with, damaged, or undecided for want of trust; the
    message says which entry and why. What such a check cannot exclude is printed too.

    Example:  agora log verify logs/CAMPAIGN/runs/ARM/0
    """
    try:
        place = place_of_log(log)
    except Finding as fault:
        if not as_json:
            raise
        _say_fault(log, fault)
        raise typer.Exit(fault.exit_code) from None
    asked = _asked(level, replay, incremental, institution)
    given = _Given(
        place,
        asked,
        level is not None or not replay,
        _trusted(key),
        _policy(policy, max_age),
        _authorities(tsa),
        _remembered(),
        remember,
        incremental,
        jobs,
        still_open,
        institution_named(institution) if institution is not None else None,
        _actor_keys(actors),
        as_json,
    )
    if is_log(place):
        _verify_log(given)
    elif is_tree(place):
        _verify_tree(given)
    else:
        _verify_campaigns(given)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the command line asks for."""

    place: Path
    level: Level
    chosen: bool
    trusted: Sequence[Verifier]
    policy: Policy | None
    authorities: tuple[Authority, ...]
    remembered: RememberedCheckpoints
    remember: bool
    incremental: bool
    jobs: int
    still_open: bool
    institution: Institution | None
    actors: Sequence[Verifier] | None
    as_json: bool


def _asked(level: str | None, replay: bool, incremental: bool, institution: str | None) -> Level:
    from agoranomos.logs.verification import LEVELS

    if level is not None and level not in LEVELS:
        raise unknown_name("level", level, LEVELS)
    if level is not None and not replay and level != "strict":
        raise UsageError(f"--no-replay means --level strict, and --level {level} was given", advice="Leave one out.")
    default = "strict" if not replay else "full" if incremental else "replay"
    asked = next(known for known in LEVELS if known == (level or default))
    if incremental and asked not in ("structure", "full"):
        raise UsageError(
            f"--incremental does not go with level {asked}: entries can be judged only from the first one on",
            advice="Leave out --incremental, or add --level full.",
        )
    if institution is not None and asked != "replay":
        raise UsageError("--institution needs the replay", advice="Leave out --no-replay, or any other --level.")
    return asked


def _trusted(key: str | None) -> Sequence[Verifier]:
    from agoranomos.logs import KeyStore, read_vkeys
    from agoranomos.workspace import state_folder

    if key is None:
        return KeyStore(state_folder() / "keys").trusted()
    if not key.strip() or Path(key).is_dir():
        raise UsageError(f"--key: {key!r} is neither a public key (`name+keyid+base64`) nor a file with some")
    return read_vkeys(key)


def _actor_keys(source: str | None) -> Sequence[Verifier] | None:
    if source is None:
        return None
    from agoranomos.logs import read_vkeys

    return read_vkeys(source)


def _policy(name: str | None, max_age_days: float | None) -> Policy | None:
    if name is None:
        if max_age_days is not None:
            raise UsageError("--max-age needs --policy", advice="Only witnesses say until when they saw a log.")
        return None
    from agoranomos.logs.plain_file import open_plain
    from agoranomos.logs.policy import MAX_POLICY_BYTES, Policy

    try:
        with open_plain(Path(name)) as file:
            policy = Policy.parse(file.read(MAX_POLICY_BYTES + 1), name=name)
    except OSError as error:
        raise UsageError(f"--policy: cannot read {name}: {error.strerror}") from None
    if max_age_days is None:
        return policy
    if not isfinite(max_age_days):
        raise UsageError(f"--max-age: {max_age_days} is no number of days")
    return replace(policy, since=max(0, int(time() - max_age_days * _DAY_S)))


def _authorities(certificate: Path | None) -> tuple[Authority, ...]:
    if certificate is None:
        return ()
    from agoranomos.logs.timestamp import read_authority

    return (read_authority(certificate),)


def _remembered() -> RememberedCheckpoints:
    from agoranomos.logs.remembered import RememberedCheckpoints
    from agoranomos.workspace import state_folder

    return RememberedCheckpoints(state_folder() / "remembered")


def _verify_log(given: _Given) -> None:
    from agoranomos.campaigns.verification import verify_run

    ledger = is_ledger(given.place)
    if ledger and given.institution is not None:
        raise UsageError("--institution is for the log of a run; a ledger judges nobody")
    actors = given.actors
    if actors is None and given.level in ("actors", "replay"):
        actors = _registered_around(given)
    try:
        with _progress(given.as_json) as watch:
            verified = verify_run(
                given.place,
                given.trusted,
                institution=given.institution,
                level=given.level,
                jobs=given.jobs,
                policy=given.policy,
                remembered=given.remembered,
                incremental=given.incremental,
                still_open=given.still_open or ledger,
                authorities=given.authorities,
                actors=actors,
                watch=watch,
            )
    except Finding as fault:
        _refuse(given, fault)
    _report(given, verified)


def _registered_around(given: _Given) -> Sequence[Verifier] | None:
    """The keys of a run's actors from the ledger of the campaign that it lies in, if that can be believed."""
    from agoranomos.campaigns.verified_ledger import verify_ledger

    place = given.place.resolve()
    if len(place.parents) < 3 or place.parents[1].name != "runs" or not is_campaign(place.parents[2]):
        return None
    if not (has_attested(place) or has_actors(place.parents[2] / "ledger")):
        return None  # Where the ledger names actors, a run that none of them signed is one that was changed.
    try:
        history = verify_ledger(place.parents[2] / "ledger", given.trusted, level="strict").history
    except Finding:
        return None  # the run is then undecided, and says that keys are wanted
    return history.actors.get((place.parent.name, int(place.name) if place.name.isdecimal() else -1))


def _say_fault(log: str, fault: Finding) -> None:
    from agoranomos.campaigns.verification_json import fault_json

    say_json({"log": log, **fault_json(fault)})


def _refuse(given: _Given, fault: Finding) -> NoReturn:
    from agoranomos.cli.log_verify_text import complain_of

    if given.as_json:
        _say_fault(str(given.place), fault)
    else:
        complain_of(fault)
    raise typer.Exit(1) from None


def _report(given: _Given, verified: VerifiedRun) -> None:
    from agoranomos.campaigns.verification_json import run_json
    from agoranomos.cli.log_verify_text import show_run

    kept = _remember(given, verified.verification)
    if given.as_json:
        say_json({"log": str(given.place), "verdict": "verified", **run_json(verified), "remembered_now": kept})
    else:
        show_run(verified, kept)


def _remember(given: _Given, verification: Verification) -> bool:
    if given.remember:
        import time

        given.remembered.remember(verification.seen(int(time.time())))
    return given.remember


def _verify_tree(given: _Given) -> None:
    from agoranomos.campaigns.verified_run import VerifiedRun
    from agoranomos.logs.verified_tree import verify_exported

    if given.chosen and given.level != "full":
        raise UsageError(
            f"an exported log is verified at level full, and not at {given.level}",
            advice="Leave out --level, or verify the log that it was exported from.",
        )
    for name, value in (("--incremental", given.incremental), ("--institution", given.institution)):
        if value:
            raise UsageError(f"{name} is for a log itself, not for an exported copy of it")
    try:
        verified = verify_exported(given.place, given.trusted, policy=given.policy, remembered=given.remembered)
    except Finding as fault:
        _refuse(given, fault)
    _report(given, VerifiedRun(verified))


def _verify_campaigns(given: _Given) -> None:
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.verification import verify_campaign
    from agoranomos.campaigns.verification_json import campaign_json
    from agoranomos.cli.log_verify_text import show_campaign

    folders = [given.place] if is_campaign(given.place) else campaigns_in(given.place)
    if not folders:
        raise UsageError(f"{given.place} holds no log", advice="Give the folder of a run's log, or of a campaign.")
    if given.institution is not None:
        raise UsageError("--institution is for the log of one run", advice="Give a folder such as runs/ARM/SEED.")
    if given.incremental:
        raise UsageError("--incremental is for one log", advice="Give the campaign's ledger/, or the folder of a run.")
    checked = []
    for folder in folders:
        one = verify_campaign(
            CampaignFolder(folder),
            given.trusted,
            level=given.level,
            jobs=given.jobs,
            policy=given.policy,
            remembered=given.remembered,
            authorities=given.authorities,
            watch=_runs_progress,
        )
        checked.append(one)
        kept = one.first_fault is None and one.ledger is not None and _remember(given, one.ledger)
        if not given.as_json:
            show_campaign(one, kept)
    if given.as_json:
        shown = [campaign_json(one) for one in checked]
        say_json(shown[0] if len(shown) == 1 else shown)
    if any(one.first_fault for one in checked):
        raise typer.Exit(1)


def _runs_progress(runs: Sequence[CheckedRun]) -> Iterable[CheckedRun]:
    if not sys.stderr.isatty():
        return runs
    from rich.progress import track

    return track(runs, "Verifying", console=console(sys.stderr), transient=True)


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar of entries that are behind, where somebody watches."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    with Progress(console=console(sys.stderr), transient=True) as bar:
        task: Any = bar.add_task("Verifying", total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
