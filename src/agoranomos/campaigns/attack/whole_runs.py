"""Forgeries of a campaign: runs left out, repeated, exchanged, rewritten, with the ledger left alone or forged too."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import msgspec

from agoranomos.campaigns.attack.campaign_twin import CampaignTwin, TwinRun, about
from agoranomos.campaigns.attack.forgery import EVERYTHING, OUTSIDE, Forgery
from agoranomos.campaigns.attack.laying import overwrite
from agoranomos.campaigns.attack.signed_lies import lie
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger_entries import LedgerBody, RunAbandoned, RunClosed, RunOpened
from agoranomos.logs import SigningKey

ELSEWHERE = OUTSIDE - {Trust.LEDGER}
"""What others hold of the ledger: the ledger itself is forged here."""


def _delete_run(twin: CampaignTwin, rng: Random, _turn: int) -> Path:
    root = twin.copy()
    run = rng.choice(twin.runs)
    shutil.rmtree(CampaignFolder(root).run(run.arm, run.seed))
    return root


def _exchange(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    root = twin.copy()
    first, second = (CampaignFolder(root).run(run.arm, run.seed) for run in twin.runs[:2])
    shutil.rmtree(first)
    shutil.copytree(second, first)
    return root


def _two_runs(twin: CampaignTwin) -> str:
    return "" if len(twin.runs) > 1 else "this campaign has one finished run"


def _add_run(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """A run that the ledger never opened, rightly signed: one more seed, and the better for it."""
    root = twin.copy()
    run = twin.runs[0]
    key = SigningKey.from_seed(run.key.name.replace(f"/{run.seed}/", "/999/"), b"\x09" * 32)
    twin.lay_run(root, TwinRun(run.arm, 999, run.lines, key))
    return root


def _change_plan(twin: CampaignTwin, _rng: Random, turn: int) -> Path:
    root = twin.copy()
    path = root / "plan.json"
    plan = path.read_bytes()
    overwrite(path, plan + b"\n" if turn else plan.replace(b'"seeds":[', b'"seeds":[998,'))
    return root


def _delete_ledger(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    root = twin.copy()
    shutil.rmtree(root / "ledger")
    return root


def _rewrite_run(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """A run is rewritten under its own key; the ledger is left."""
    root = twin.copy()
    twin.lay_run(root, _lied(twin.runs[0]))
    return root


def _roll_back(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """As it was before the last run: its folder is gone, and the ledger is cut at the checkpoint before it."""
    root = twin.copy()
    run = twin.runs[-1]
    shutil.rmtree(CampaignFolder(root).run(run.arm, run.seed))
    begun = next(index for index, body in enumerate(twin.ledger) if about(body, run))
    twin.lay_ledger(root, twin.ledger[:begun])
    return root


def _hide_attempt(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """The attempt that was given up is struck out; the one that is shown is signed as if it were the first."""
    run = twin.runs[0]
    key = SigningKey.from_seed(run.key.name.rpartition("/")[0] + "/1", b"\x08" * 32)
    shown = TwinRun(run.arm, run.seed, run.lines, key)
    told: list[LedgerBody] = []
    for body in twin.ledger:
        if isinstance(body, RunClosed) and about(body, run):
            told += [
                RunOpened(run.arm, run.seed, 1, key.name, body.claimed_unix_s),
                msgspec.structs.replace(body, attempt=1, head=shown.head()),
            ]
        elif not (isinstance(body, RunOpened | RunAbandoned) and about(body, run)):
            told.append(body)
    root = twin.copy()
    twin.lay_run(root, shown)
    twin.lay_ledger(root, told)
    return root


def _hide_run(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """A whole run is struck out of the ledger and its folder removed: it now looks as if it was never begun."""
    root = twin.copy()
    run = twin.runs[-1]
    shutil.rmtree(CampaignFolder(root).run(run.arm, run.seed))
    twin.lay_ledger(root, [body for body in twin.ledger if not about(body, run)])
    return root


def _rewrite_all(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    """A run is rewritten, and the ledger tells of the rewritten one."""
    root = twin.copy()
    run = _lied(twin.runs[0])
    twin.lay_run(root, run)
    twin.lay_ledger(
        root,
        [
            msgspec.structs.replace(body, head=run.head()) if isinstance(body, RunClosed) and about(body, run) else body
            for body in twin.ledger
        ],
    )
    return root


def _backdate(twin: CampaignTwin, _rng: Random, _turn: int) -> Path:
    root = twin.copy()
    twin.lay_ledger(root, [_a_year_earlier(body) for body in twin.ledger])
    return root


def _a_year_earlier(body: LedgerBody) -> LedgerBody:
    time: int | None = getattr(body, "claimed_unix_s", None)
    return body if time is None else msgspec.structs.replace(body, claimed_unix_s=time - 365 * 86_400)


def _lied(run: TwinRun) -> TwinRun:
    return TwinRun(run.arm, run.seed, tuple(lie(run.lines)), run.key)


FORGERIES: tuple[Forgery[CampaignTwin], ...] = (
    Forgery("a run's folder deleted", "A2", EVERYTHING, _delete_run, 2),
    Forgery("a run put in the place of another", "A2", EVERYTHING, _exchange, 1, _two_runs),
    Forgery("a run added that was never opened", "A4", EVERYTHING, _add_run),
    Forgery("the plan changed", "A2", EVERYTHING, _change_plan, 2),
    Forgery("the ledger deleted", "A2", EVERYTHING, _delete_ledger),
    Forgery("a run rewritten under its own key, the ledger left", "A3", EVERYTHING, _rewrite_run),
    Forgery("the last run deleted, and the ledger rolled back", "A2", ELSEWHERE, _roll_back, 1, _two_runs),
    Forgery("a run struck out of the ledger, all signed again", "A4", ELSEWHERE, _hide_run, 1, _two_runs),
    Forgery("run twenty times, the best shown as the first", "A4", ELSEWHERE, _hide_attempt),
    Forgery("a run and the ledger rewritten together", "A4", ELSEWHERE, _rewrite_all),
    Forgery("every time in the ledger a year earlier", "A4", ELSEWHERE, _backdate),
)
