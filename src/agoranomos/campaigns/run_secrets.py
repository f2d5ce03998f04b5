"""What is derived from the owner's secrets for one run: the keys of its actors, and the nonces of what it withholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agoranomos.campaigns.arm import Signing
from agoranomos.campaigns.ledger_entries import RunActors
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.private import Committing, Withholding
from agoranomos.campaigns.private_store import PRIVATE, PrivateStore
from agoranomos.errors import Finding
from agoranomos.logs import KeyStore, Verifier
from agoranomos.logs.actor_keys import run_secret
from agoranomos.markets import build_market

COMMITMENTS, ACTORS = "commitments", "actors"
"""The roles of the two secrets in the key store: who learns one can still not do what needs the other."""


@dataclass(frozen=True)
class RunSecrets:
    """Signers and withholders of a plan's runs. Secrets are read, and made, only where the plan asks for them.

    `prefix` is `<workspace>/<plan>`, `root` the campaign's folder.
    """

    plan: Plan
    root: Path
    keys: KeyStore = field(repr=False)

    def name(self, run: PlannedRun) -> str:
        """`<workspace>/<plan>/<arm>/<seed>`: the run, whichever attempt at it."""
        return f"{self.plan.workspace.name}/{self.plan.label}/{run.arm.name}/{run.seed}"

    def signing(self, run: PlannedRun) -> Signing | None:
        """What signs in the names of the run's actors; None where they do not sign."""
        if run.arm.signatures == "none":
            return None
        return Signing(self.name(run), run_secret(self.keys.secret(ACTORS), self.name(run)))

    def actors(self, run: PlannedRun) -> tuple[Verifier, ...]:
        """The public keys of the run's actors; none where they do not sign."""
        signing = self.signing(run)
        if signing is None:
            return ()
        agents = build_market(run.arm.market).facts.agents
        return tuple(signing.attestor(agents, run.arm.governed).verifiers.values())

    def registration(
        self, run: PlannedRun, registered: Sequence[Verifier] | None, claimed_unix_s: int
    ) -> RunActors | None:
        """The entry that the ledger needs before the run's first one; None where it needs none, or has it.

        Raises `Finding` where it has registered other keys than the owner's secret gives.
        """
        made = self.actors(run)
        if registered is None:
            return RunActors(run.arm.name, run.seed, tuple(key.vkey for key in made), claimed_unix_s) if made else None
        if made != tuple(registered):
            raise Finding(
                f"the actors of {run.arm.name}/{run.seed} are registered with other keys than this key store's",
                advice="Use the key store (AGORA_HOME) with which the campaign was begun, or run it in a new folder.",
            )
        return None

    def withholding(self, run: PlannedRun) -> Withholding | None:
        """What keeps the run's prompts and replies out of its log; None where they stand in it, or there are none."""
        if run.arm.privacy == "open" or not run.arm.models:
            return None
        store = PrivateStore(self.root / PRIVATE / run.arm.name / str(run.seed))
        return Withholding(Committing(self.keys.secret(COMMITMENTS), self.name(run)), store)
