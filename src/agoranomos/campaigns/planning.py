"""Makes a plan: reads everything that a campaign names, and refuses what cannot run before anything does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from agoranomos.agents import Roster, RosterEntry, engine_name, engines_needed, load_roster, seat_agents
from agoranomos.campaigns.arm import Arm, Seated, describe, read_institution, set_up
from agoranomos.campaigns.document import MAX_RUNS, OUTCOMES, ArmRequest, Campaign, arms_of, base_name
from agoranomos.campaigns.overrides import override
from agoranomos.campaigns.plan import Plan, check_limits, check_prices
from agoranomos.documents import Source, parse_document, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, UsageError, nearest
from agoranomos.institutions import Institution, bind
from agoranomos.institutions.inheritance import bases_of, with_bases
from agoranomos.institutions.lint import lint
from agoranomos.logs import MAX_ENTRY_BYTES, MemoryLog
from agoranomos.markets import Market, MarketSpec, build_market, load_market
from agoranomos.models import UnopenedEngine, script_sha256
from agoranomos.policies import find_policy
from agoranomos.workspace import Workspace, resolve, resolve_argument


def plan_campaign(name: str, workspace: Workspace, settings: Sequence[str] = ()) -> Plan:
    """The plan of the campaign that `name` stands for (a name or a path), with `--set` settings applied."""
    source = read_text(resolve_argument("campaigns", name, workspace))
    return plan(source, workspace, settings)


def plan(source: Source, workspace: Workspace, settings: Sequence[str] = ()) -> Plan:
    """The plan of a campaign's text.

    Raises `DocumentError` with the place for a fault in the text or in a document that it names, `UsageError` for
    parts that do not fit each other and for a plan beyond the campaign's own limits.
    """
    campaign = override(parse_document(source, Campaign), settings)
    requests = tuple(arms_of(campaign))
    _check_arms(source, campaign, requests)
    resolver = _Resolver(source, campaign, workspace)
    made = Plan(campaign, source.text, tuple(resolver.arm(request) for request in requests), workspace)
    check_limits(made)
    check_prices(made)
    return made


def _check_arms(source: Source, campaign: Campaign, requests: Sequence[ArmRequest]) -> None:
    names = [request.name for request in requests]
    for index, request in enumerate(requests):
        place = place_in(source, request.place)
        if request.name in names[:index]:
            raise DocumentError(
                f"two arms are named {request.name!r}",
                place=place,
                advice="Give one of the rosters a `name` of its own.",
            )
        if request.regime not in campaign.regimes:
            raise DocumentError(
                f"unknown regime {request.regime!r}", place=place, advice=nearest(request.regime, campaign.regimes)
            )
        if request.market is None:
            raise DocumentError(f"arm {request.name} has no market: name one under `market`", place=place)
    runs = len(requests) * len(campaign.all_seeds)
    if runs > MAX_RUNS:
        raise UsageError(f"campaign {campaign.name} plans {runs} runs; at most {MAX_RUNS} are planned at once")


class _Resolver:
    """Reads each name once, and says which arm it was for when that fails."""

    def __init__(self, source: Source, campaign: Campaign, workspace: Workspace) -> None:
        self._source = source
        self._campaign = campaign
        self._workspace = workspace
        self._rosters: dict[str, Roster] = {}
        self._markets: dict[tuple[str, int | None], Market] = {}
        self._specs: dict[tuple[str, int | None], MarketSpec] = {}
        self._texts: dict[tuple[str, str], Source] = {}

    def arm(self, request: ArmRequest) -> Arm:
        """The arm that was asked for, with every name resolved."""
        try:
            return self._arm(request)
        except DocumentError:
            raise  # A fault in a document that the campaign names has its own place.
        except UsageError as error:
            place = place_in(self._source, request.place)
            raise DocumentError(f"arm {request.name}: {error.message}", place=place, advice=error.advice) from None

    def _arm(self, request: ArmRequest) -> Arm:
        regime = self._campaign.regimes[request.regime]
        told = None if regime.told is None else self._text("policies", _told_file(regime.told)).text.strip()
        manifest = None if regime.institution is None else self._text("institutions", regime.institution)
        roster = self._roster(request.roster)
        key = (request.market or "", request.rounds)
        market = self._market(*key)
        self._check_outcome(market)
        digest = ""
        if manifest is not None:
            institution = read_institution(manifest)
            _refuse_errors(institution)
            bind(institution, market.facts)
            digest = institution.semantic_sha256
        seats = self._seated(roster, market, told)
        arm = Arm(
            name=request.name,
            regime=request.regime,
            told_name=base_name(regime.told or ""),
            told=told,
            institution_name=base_name(regime.institution or ""),
            institution=manifest,
            institution_sha256=digest,
            roster_name=base_name(request.roster),
            roster=roster,
            market_name=base_name(request.market or ""),
            market=self._specs[key],
            durable=self._durable(any(seat.model for seat in seats)),
            agents=seats,
            workspace=self._workspace,
            privacy=self._campaign.privacy,
            signatures=self._campaign.signatures,
        )
        _check_opening(arm, max(self._campaign.all_seeds))
        return arm

    def _check_outcome(self, market: Market) -> None:
        """Raise `DocumentError` where the campaign names an outcome that this market does not have."""
        named = self._campaign.outcome
        known = (*OUTCOMES, *(measure.removesuffix("_e6") for measure in market.facts.measures))
        if named is not None and named not in known:
            raise DocumentError(
                f"outcome {named!r} is no measure of market {market.facts.market}",
                place=place_in(self._source, ("outcome",)),
                advice=nearest(named, known),
            )

    def _durable(self, asks_models: bool) -> Literal["round", "run"]:
        if self._campaign.durable == "auto":
            return "round" if asks_models else "run"
        return self._campaign.durable

    def _text(self, kind: str, name: str) -> Source:
        if (kind, name) not in self._texts:
            text = read_text(resolve(kind, name, self._workspace))
            self._texts[kind, name] = with_bases(text, self._workspace) if kind == "institutions" else text
        return self._texts[kind, name]

    def _roster(self, name: str) -> Roster:
        if name not in self._rosters:
            self._rosters[name] = load_roster(name, self._workspace)
        return self._rosters[name]

    def _market(self, name: str, rounds: int | None) -> Market:
        key = (name, rounds)
        if key not in self._markets:
            spec = load_market(name, self._workspace).spec
            if rounds is not None:
                spec = _with_rounds(spec, rounds)
            self._specs[key] = spec
            self._markets[key] = build_market(spec)
        return self._markets[key]

    def _seated(self, roster: Roster, market: Market, told: str | None) -> tuple[Seated, ...]:
        engines = {name: UnopenedEngine(name) for name in engines_needed(roster, self._workspace)}
        scripts = {name: script_sha256(name, self._workspace) for name in engines}

        def described(seed: int) -> dict[str, str]:
            agents = seat_agents(roster, market, seed, engines=engines, told=told, workspace=self._workspace)
            return {agent.name: describe(agent) for agent in agents}

        digests = _digests(described, self._campaign.all_seeds)
        seats = zip(digests.items(), roster.entries(len(digests)), strict=True)
        return tuple(_seat(name, entry, digest, scripts) for (name, digest), entry in seats)


def _refuse_errors(institution: Institution) -> None:
    """Raise `DocumentError` for an institution whose lint has errors: nobody can have meant what it would do."""
    errors = [remark for remark in lint(institution) if remark.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more errors: agora graph lint shows them)" if len(errors) > 1 else ""
        raise DocumentError(f"{errors[0].message}{more}", place=errors[0].place, advice=errors[0].advice)


def _check_opening(arm: Arm, seed: int) -> None:
    """Raise `UsageError` where actors would have to sign an entry 0 that is longer than a line of a log."""
    governed, agents = set_up(arm, seed, MemoryLog(), {name: UnopenedEngine(name) for name in arm.models})
    size = governed.opening_bytes(seed)
    if size > MAX_ENTRY_BYTES and arm.signatures == "actors":
        policies = sum(len(describe(agent).encode()) for agent in agents)
        texts = () if arm.institution is None else (arm.institution, *bases_of(arm.institution))
        institution = sum(len(text.text.encode()) for text in texts)
        raise UsageError(
            f"entry 0 of its log would have {size:,} bytes, and actors sign {MAX_ENTRY_BYTES:,} at most",
            advice=f"Entry 0 holds the institution ({institution:,} bytes) and every agent's policy with what it is "
            f"told ({policies:,} bytes for {len(agents)} agents). Shorten the texts, seat fewer agents, or leave "
            "`signatures` out.",
        )


def _digests(described: Callable[[int], Mapping[str, str]], seeds: Sequence[int]) -> dict[str, str]:
    """SHA-256, in hex, of every agent's description: of those with each seed, in order, where seeds make a difference.

    They do where an agent is shown a run with its own seed; the first and the last seed tell.
    """
    found = [described(seeds[0])]
    if len(seeds) > 1 and described(seeds[-1]) != found[0]:
        found += [described(seed) for seed in seeds[1:]]
    return {name: hashlib.sha256("\n".join(one[name] for one in found).encode()).hexdigest() for name in found[0]}


def _seat(name: str, entry: RosterEntry, digest: str, scripts: Mapping[str, str]) -> Seated:
    kind = find_policy(entry.policy)
    if not kind.needs_engine:
        return Seated(name, entry.policy, "", 0, digest)
    checked = kind.parse(entry.parameters)
    most = getattr(checked, "most_calls", getattr(checked, "attempts", 1))
    model = engine_name(kind, checked)
    return Seated(name, entry.policy, model, int(most), digest, scripts[model])


def _with_rounds(spec: MarketSpec, rounds: int) -> MarketSpec:
    try:
        return type(spec).model_validate({**spec.model_dump(), "rounds": rounds})
    except ValidationError as error:
        raise UsageError(f"rounds: {error.errors(include_url=False)[0]['msg']}") from None


def _told_file(name: str) -> str:
    return name if name.endswith(".md") else f"{name}.md"
