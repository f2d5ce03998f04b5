"""The judgement of a table as tables: cases with their evidence, sanctions, and where everybody stood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.errors import MachineError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.judgement import SignalRecord
from agoranomos.institutions.table import JudgedRound
from agoranomos.markets.facts import SCALE

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
"""Stored in the metadata of each Parquet file."""

_ROUND = {"round": ("int64", "number of the round, as the judged table has it")}
_AGENT = {"agent": ("string", "name of the agent")}

COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "cases": {
        **_ROUND,
        **_AGENT,
        "case": ("string", "the case"),
        "rule": ("string", "the rule that it accuses under"),
        "signal": ("string", "a signal that it cites; empty where it cites none"),
        "good": ("string", "the good that the signal fired on; empty where it is none in particular"),
        "value": ("double", "what the signal summed over its window"),
        "threshold": ("double", "what that was held against"),
    },
    "sanctions": {
        **_ROUND,
        **_AGENT,
        "kind": ("string", "fine, suspension, cap or forfeiture"),
        "rule": ("string", "the rule that it rests on"),
        "case": ("string", "the case that it follows from; empty where none"),
        "amount": ("double", "the fine; null for other kinds"),
        "spared": ("double", "what leniency took off the fine; null for other kinds"),
        "limit": ("double", "share of capacity that a cap leaves; null for other kinds"),
        "lasts": ("int64", "rounds that a suspension or cap lasts; 0 where it has no term"),
        "counter": ("string", "the counter that a forfeiture takes from; else empty"),
        "count": ("int64", "how much it takes"),
    },
    "standings": {
        **_ROUND,
        **_AGENT,
        "state": ("string", "state in the institution's graph after this round"),
        "edge": ("string", "`RULE:from->to` of the transition in this round; else empty"),
        "blocked": ("string", "reasons why requests were denied in this round, comma-separated; else empty"),
        "rounds_left": ("int64", "rounds left in this state; 0 where it has no term"),
        "limit": ("double", "share of capacity it may use from the next round on; null where there is no limit"),
        "fine": ("double", "fines of this round"),
    },
}
"""The columns of each table: Arrow type and meaning. `standings` has one more for each counter, `counter_NAME`."""

Rows = dict[str, list[Any]]


class JudgementTables:
    """Collects the judgement of a table, round by round. `standings` are many, and kept only where asked for."""

    def __init__(self, bound: Bound, *, standings: bool) -> None:
        self._counters = tuple(bound.institution.manifest.counters)
        self._columns = {name: dict(columns) for name, columns in COLUMNS.items()}
        for counter in self._counters:
            self._columns["standings"][f"counter_{counter}"] = ("int64", f"the counter {counter} after this round")
        self._rows: dict[str, Rows] = {name: {key: [] for key in columns} for name, columns in self._columns.items()}
        self._standings = standings

    def add(self, judged: JudgedRound) -> None:
        """One more round."""
        judgement, number = judged.judgement, judged.round
        for case in judgement.cases:
            for signal in case.signals or (SignalRecord("", 0, 0),):
                values = (signal.value / SCALE, signal.threshold / SCALE) if signal.signal else (None, None)
                self._put("cases", number, case.agent, case.case, case.rule, signal.signal, signal.good, *values)
        for sanction in judgement.sanctions:
            fine = sanction.sanction == "fine"
            self._put(
                "sanctions",
                number,
                sanction.agent,
                sanction.sanction,
                sanction.rule,
                sanction.case,
                sanction.amount_e6 / SCALE if fine else None,
                sanction.spared_e6 / SCALE if fine else None,
                sanction.share_e6 / SCALE if sanction.sanction == "cap" else None,
                sanction.rounds,
                sanction.counter,
                sanction.count,
            )
        if self._standings:
            self._add_standings(judged)

    def arrow(self, name: str) -> pa.Table:
        """The table `cases`, `sanctions` or `standings`."""
        import pyarrow as pa

        fields = [
            pa.field(key, pa.type_for_alias(kind), metadata={"meaning": meaning})
            for key, (kind, meaning) in self._columns[name].items()
        ]
        metadata = {"agora_table": f"judged_{name}", "agora_version": str(VERSION)}
        return pa.table(self._rows[name], schema=pa.schema(fields, metadata=metadata))

    def write(self, folder: Path) -> Iterator[Path]:
        """Write `cases.parquet`, `sanctions.parquet` and `standings.parquet`; raises `MachineError` where it cannot."""
        import pyarrow.parquet as pq

        for name in COLUMNS:
            path = folder / f"{name}.parquet"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                pq.write_table(self.arrow(name), path, compression="zstd")
            except OSError as error:
                raise MachineError(f"cannot write {path}: {error.strerror or error}") from error
            yield path

    def _add_standings(self, judged: JudgedRound) -> None:
        judgement = judged.judgement
        edges: dict[str, str] = {}
        blocked: dict[str, list[str]] = {}
        for request in judgement.transitions:
            if request.blocked:
                blocked.setdefault(request.agent, []).append(request.blocked)
            else:
                edges[request.agent] = request.edge
        for standing, notice in zip(judgement.standings, judgement.notices, strict=True):
            agent = notice.agent
            self._put(
                "standings",
                judged.round,
                agent,
                standing.state,
                edges.get(agent, ""),
                ",".join(blocked.get(agent, ())),
                standing.timer,
                None if standing.limit_e6 is None else standing.limit_e6 / SCALE,
                notice.fine_e6 / SCALE,
                *standing.counters,
            )

    def _put(self, name: str, *values: Any) -> None:
        for column, value in zip(self._rows[name].values(), values, strict=True):
            column.append(value)
