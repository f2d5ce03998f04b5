"""Keys that change nothing, as far as the file alone tells: amounts of nothing, sight of what nobody looks at."""

from __future__ import annotations

from agoranomos.institutions.institution import Edge, Institution
from agoranomos.institutions.manifest import Fine, Manifest
from agoranomos.institutions.oversight import Estimated
from agoranomos.institutions.remark import Remarks


def remark_on_decoration(institution: Institution, remarks: Remarks) -> None:
    """Fines of nothing, rungs that nobody climbs to, forfeits of what nobody has, and observation that is not used."""
    _remark_on_observation(institution.manifest, remarks)
    for edge in institution.edges:
        if edge.spec.fine is not None:
            _remark_on_fine(institution.manifest, edge, edge.spec.fine, remarks)
        _remark_on_counters(institution.manifest, edge, remarks)


def _remark_on_observation(manifest: Manifest, remarks: Remarks) -> None:
    observation = manifest.observation
    if observation is None:
        return
    read = {measure for signal in manifest.signals.values() for measure in signal.reads()}
    for measure in observation.error:
        if measure not in read:
            remarks.error(f"{measure!r} is read with an error, but no signal reads it", "observation", "error", measure)
    if isinstance(observation.benchmarks, Estimated) and not manifest.signals:
        remarks.error("benchmarks are estimated, and no signal reads one", "observation", "benchmarks")
    if observation.benchmarks != "none":
        return
    for name, signal in manifest.signals.items():
        for benchmark in signal.benchmarks()[:1]:
            remarks.error(
                f"signal {name!r} compares with {benchmark!r}, and the authority has no benchmarks", "signals", name
            )
    for index, spec in enumerate(manifest.transitions):
        for key, default in (("above", "nothing"), ("of", "profit")):
            said = getattr(spec.fine, key, default)
            if said != default:
                remarks.error(
                    f"the fine of {spec.key} counts {'from ' if key == 'above' else 'a '}{said}, and the authority has "
                    "no benchmarks",
                    "transitions",
                    index,
                    "fine",
                    key,
                )


def _remark_on_fine(manifest: Manifest, edge: Edge, fine: Fine, remarks: Remarks) -> None:
    at = ("transitions", edge.index, "fine")
    rates = fine.rate if isinstance(fine.rate, tuple) else (fine.rate,)
    if not any(rates):
        if fine.floor == 0:
            remarks.error(f"the fine of {edge.key} takes nothing: its rate and its floor are 0", *at)
        for key, default in (("of", "profit"), ("over", "round"), ("above", "nothing")):
            if getattr(fine, key) != default:
                remarks.error(
                    f"the fine of {edge.key} takes no share of anything, so `{key}` changes nothing", *at, key
                )
    if fine.by is None or not isinstance(fine.rate, tuple):
        return
    if len(rates) == 1:
        remarks.error(
            f"the ladder of {edge.key} has one rung: `{fine.by}` changes nothing",
            *at,
            "rate",
            advice="Write the number.",
        )
    highest = manifest.counters[fine.by].max
    if len(rates) > max(1, highest):
        remarks.error(
            f"the ladder of {edge.key} has {len(rates)} rungs, and {fine.by!r} climbs to {highest} only", *at, "rate"
        )


def _remark_on_counters(manifest: Manifest, edge: Edge, remarks: Remarks) -> None:
    raised = {name for spec in manifest.transitions for name in spec.set}
    for name in edge.spec.forfeit:
        counter = manifest.counters[name]
        if counter.initial == 0 and counter.next is None and name not in raised:
            remarks.error(
                f"{edge.key} takes {name!r} away, and nobody ever has any", "transitions", edge.index, "forfeit", name
            )
    for name, text in edge.spec.set.items():
        if text == name:
            remarks.error(f"{edge.key} sets {name!r} to what it is", "transitions", edge.index, "set", name)
