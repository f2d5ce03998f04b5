"""Makes a plan: reads everything that a campaign names, and refuses what cannot run before anything does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

from pydantic import ValidationError

from agoranomos.agents import Roster, RosterEntry, engine_name, engines_needed, load_roster, seat_agents
from agoranomos.campaigns.arm import Arm, Seated, Switch, Wording, describe, read_institution, set_up
from agoranomos.campaigns.changing import changed_institution, changed_market, changed_roster
from agoranomos.campaigns.document import MAX_RUNS, ArmRequest, Campaign, arms_of, base_name
from agoranomos.campaigns.factors import Change, together
from agoranomos.campaigns.inferable import check_inferable, with_clusters
from agoranomos.campaigns.outcome import OUTCOMES
from agoranomos.campaigns.overrides import override, sets
from agoranomos.campaigns.pairing import pairs
from agoranomos.campaigns.people import POLICY, listens, with_people
from agoranomos.campaigns.plan import Plan, check_limits, check_prices
from agoranomos.campaigns.regime import Phase
from agoranomos.documents import Source, parse_document, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, UsageError, nearest
from agoranomos.institutions import Institution, bind
from agoranomos.institutions.entries import canonical_json
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
    written = parse_document(source, Campaign)
    campaign = override(written, settings)
    requests = tuple(arms_of(campaign))
    _check_arms(source, campaign, requests)
    _check_hypotheses(source, campaign, requests)
    resolver = _Resolver(source, campaign, workspace)
    made = Plan(campaign, source.text, tuple(resolver.arm(request) for request in requests), workspace)
    if "clusters" not in written.model_fields_set and not any(sets(setting, "clusters") for setting in settings):
        made = with_clusters(made)
    check_inferable(source, made)
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


def _check_hypotheses(source: Source, campaign: Campaign, requests: Sequence[ArmRequest]) -> None:
    """Raise `DocumentError` for a side of a hypothesis that is neither a regime nor an arm, or pairs nothing."""
    known = {*campaign.regimes, *(request.name for request in requests)}
    for name, hypothesis in campaign.hypotheses.items():
        for side in ("first", "second"):
            chosen = getattr(hypothesis, side)
            if chosen not in known:
                raise DocumentError(
                    f"hypothesis {name}: {chosen!r} is neither a regime nor an arm",
                    place=place_in(source, ("hypotheses", name, side)),
                    advice=nearest(chosen, known),
                )
        if not pairs(hypothesis, requests):
            raise DocumentError(
                f"hypothesis {name}: no arm of {hypothesis.first} has its like among those of {hypothesis.second}",
                place=place_in(source, ("hypotheses", name)),
                advice="Arms are compared that have the same roster, market, rounds and levels; or name two arms.",
            )


class _Resolver:
    """Reads each name once, and says which arm it was for when that fails."""

    def __init__(self, source: Source, campaign: Campaign, workspace: Workspace) -> None:
        self._source = source
        self._campaign = campaign
        self._workspace = workspace
        self._rosters: dict[str, Roster] = {}
        self._specs: dict[tuple[str, int | None, str], MarketSpec] = {}
        self._texts: dict[tuple[str, str], Source] = {}

    def arm(self, request: ArmRequest) -> Arm:
        """The arm that was asked for, with every name resolved."""
        with self._written_at(request, request.place):
            return self._arm(request)

    @contextmanager
    def _written_at(self, request: ArmRequest, path: Sequence[str | int]) -> Iterator[None]:
        """Give errors of the block the arm, and the place of what led to them in the campaign's text."""
        try:
            yield
        except DocumentError:
            raise  # It has its place already, here or in a document that the campaign names.
        except UsageError as error:
            place = place_in(self._source, path)
            raise DocumentError(f"arm {request.name}: {error.message}", place=place, advice=error.advice) from None

    def _arm(self, request: ArmRequest) -> Arm:
        regime = self._campaign.regimes[request.regime]
        with self._written_at(request, self._levels_of(request, "rounds")):
            change = self._change(request)
        suffix = "-".join(level for _, level in request.levels)
        with self._written_at(request, ("regimes", request.regime, "told")):
            wordings = tuple(self._wording(name) for name in regime.wordings)
        roster = self._roster(request.roster)
        if change.parameters:
            with self._written_at(request, self._levels_of(request, "parameters")):
                roster = changed_roster(roster, change.parameters, self._workspace)
        changed = self._levels_of(request, "market") if change.market else request.place
        with self._written_at(request, changed):
            spec = self._market(request.market or "", change.rounds or request.rounds, change.market)
        market = build_market(spec)
        self._check_outcome(market)
        own = request.place if request.institution else ("regimes", request.regime, "institution")
        with self._written_at(request, own):
            first = self._governing(request.institution or regime.institution, change, suffix, market)
        switches = tuple(
            self._switch(request, index, phase, lambda name: self._governing(name, change, suffix, market))
            for index, phase in enumerate(regime.schedule)
        )
        if request.people:
            held = [one.institution for one in (first, *switches) if one.institution is not None]
            reports = any(listens(read_institution(source)) for source in held)
            roster = with_people(roster, market.possible_agents, request.people, reports=reports)
        seats = self._seated(roster, market, wordings, regime.repeat)
        arm = Arm(
            name=request.name,
            regime=request.regime,
            wordings=wordings,
            institution_name=first.institution_name,
            institution=first.institution,
            institution_sha256=first.institution_sha256,
            roster_name=base_name(request.roster),
            roster=roster,
            market_name=base_name(request.market or ""),
            market=spec,
            durable=self._durable(any(seat.model or seat.policy == POLICY for seat in seats)),
            agents=seats,
            workspace=self._workspace,
            privacy=self._campaign.privacy,
            signatures=self._campaign.signatures,
            levels=request.levels,
            repeat=regime.repeat,
            switches=switches,
        )
        for index, switch in enumerate(arm.switches):
            with self._written_at(request, ("regimes", request.regime, "schedule", index)):
                _check_switch(switch, arm.rounds)
        _check_opening(arm, max(self._campaign.all_seeds))
        return arm

    def _switch(
        self, request: ArmRequest, index: int, phase: Phase, governing: Callable[[str | None], Switch]
    ) -> Switch:
        with self._written_at(request, ("regimes", request.regime, "schedule", index, "institution")):
            return replace(governing(phase.institution), first_round=phase.first_round)

    def _levels_of(self, request: ArmRequest, part: str) -> tuple[str, ...]:
        """The path of what the arm's levels say of `part`: that of the first level which says anything of it."""
        for factor, level in request.levels:
            change = self._campaign.factors.get(factor, {}).get(level)
            if change is not None and getattr(change, part):
                return ("factors", factor, level, part)
        return ("arms", request.name, "levels") if request.place[0] == "arms" else ("factors",)

    def _change(self, request: ArmRequest) -> Change:
        """What the arm's levels say otherwise, all together."""
        changes = []
        for factor, level in request.levels:
            levels = self._campaign.factors.get(factor)
            if levels is None:
                raise UsageError(f"unknown factor {factor!r}", advice=nearest(factor, self._campaign.factors))
            if level not in levels:
                raise UsageError(f"factor {factor} has no level {level!r}", advice=nearest(level, levels))
            changes.append(levels[level])
        try:
            return together(iter(changes))
        except ValueError as error:
            raise UsageError(str(error)) from None

    def _wording(self, name: str) -> Wording:
        return Wording(base_name(name), self._text("policies", _told_file(name)).text.strip())

    def _governing(self, name: str | None, change: Change, suffix: str, market: Market) -> Switch:
        """The institution of that name as the arm has it, checked and bound once; of no name, none."""
        if name is None:
            return Switch(1, "", None, "")
        source, called = self._text("institutions", name), base_name(name)
        if change.institution:
            source = changed_institution(source, called, suffix, change.institution)
            called = f"{called}-{suffix}"
        institution = read_institution(source)
        _refuse_errors(institution)
        bind(institution, market.facts)
        return Switch(1, called, source, institution.semantic_sha256)

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

    def _market(self, name: str, rounds: int | None, changes: Mapping[str, Any]) -> MarketSpec:
        key = (name, rounds, canonical_json(dict(changes)))
        if key not in self._specs:
            spec = load_market(name, self._workspace).spec
            if changes:
                spec = changed_market(spec, changes)
            if rounds is not None:
                spec = _with_rounds(spec, rounds)
            self._specs[key] = spec
        return self._specs[key]

    def _seated(
        self, roster: Roster, market: Market, wordings: tuple[Wording, ...], repeat: bool
    ) -> tuple[Seated, ...]:
        engines = {name: UnopenedEngine(name) for name in engines_needed(roster, self._workspace)}
        scripts = {name: script_sha256(name, self._workspace) for name in engines}

        def described(seed: int) -> dict[str, str]:
            # Which wording a run has is in the plan by the wordings themselves: agents are described with the first.
            told = wordings[0].text if wordings else None
            agents = seat_agents(
                roster, market, seed, engines=engines, told=told, repeat=repeat, workspace=self._workspace
            )
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


def _check_switch(switch: Switch, rounds: int) -> None:
    """Raise `UsageError` for a switch after the run's last round."""
    if switch.first_round > rounds:
        raise UsageError(f"its schedule switches in round {switch.first_round}, and a run has {rounds} rounds")


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
