"""The columns of a campaign's tables: what `tables/*.parquet` holds, and what reports are built on.

Every table is derived from the signed logs and can be rebuilt from them at any time; the one exception is
`calls.seconds`, which comes from a side file, because a run's log holds no time. The same plan gives the same tables,
however often its execution was broken off and resumed; what depends on the execution (attempts, origins) is a table of
its own, `attempts`. Quantities, prices and money are in the market's natural units (the log's millionths divided by
10**6); a measure that is undefined (a share of nothing) is null. Rows are ordered by arm (as the plan orders them),
seed, round and seat, whatever order the runs were executed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

TABLES_VERSION = 5
"""Stored in the metadata of each Parquet file; a reader keeps older versions."""

READABLE_VERSIONS = (3, 4, 5)
"""Of a version before this one, what was added since is missing: see `ADDED`."""

BENCHMARKS = ("nash", "monopoly", "competitive", "division", "efficient")
"""The benchmark outcomes whose measures each run carries; null where the market does not know one."""

SANCTION_KINDS = ("fine", "suspension", "cap", "forfeiture")
"""The acts that take something; a case accuses, a warning takes nothing."""

ENFORCEMENT_KINDS = ("case", "transition", "blocked", "warning", *SANCTION_KINDS, "announced")
"""What a row of `enforcement` is. Cases accuse, `SANCTION_KINDS` are sanctions, the rest is neither.

A sanction that is `announced` is not carried out."""

_TEXT = pa.string()
_WHOLE = pa.int64()
_REAL = pa.float64()
_FLAG = pa.bool_()
_TEXTS = pa.list_(_TEXT)
_REALS = pa.list_(_REAL)
_WHOLES = pa.list_(_WHOLE)
_NAMED = pa.map_(_TEXT, _REAL)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its Arrow type and what it means."""

    name: str
    type: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name (the file is `<name>.parquet`), what a row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> Any:
        """The Arrow schema, with the version and each column's meaning as metadata."""
        fields = [pa.field(c.name, c.type, metadata={"meaning": c.meaning}) for c in self.columns]
        return pa.schema(fields, metadata={"agora_table": self.name, "agora_version": str(TABLES_VERSION)})


def _key() -> tuple[Column, ...]:
    return (
        Column("arm", _TEXT, "name of the arm"),
        Column("seed", _WHOLE, "seed of the run; the same seed in two arms is a pair"),
    )


def _benchmark_columns() -> tuple[Column, ...]:
    """`<benchmark>_price` and the like, in the units of the table `rounds` (per round, before fines)."""
    columns: list[Column] = []
    for name in BENCHMARKS:
        columns += [
            Column(f"{name}_price", _REALS, f"price of each good at the {name} outcome"),
            Column(f"{name}_profit", _REALS, f"profit of each agent at the {name} outcome"),
            Column(f"{name}_consumer_surplus", _REAL, f"consumer surplus over all goods at the {name} outcome"),
            Column(f"{name}_welfare", _REAL, f"consumer surplus plus profits at the {name} outcome"),
            Column(f"{name}_hhi", _REALS, f"Herfindahl-Hirschman index (0 to 1) of each good at the {name} outcome"),
            Column(f"{name}_cv", _REALS, f"coefficient of variation over goods of each agent at the {name} outcome"),
        ]
    return tuple(columns)


RUNS = Table(
    "runs",
    "one row a planned run, finished or not",
    (
        *_key(),
        Column("regime", _TEXT, "name of the regime"),
        Column("told", _TEXT, "name of the text that agents are told, of several the first; empty where none"),
        Column("wording", _TEXT, "name of the text that agents of this run are told; empty where none"),
        Column(
            "institution",
            _TEXT,
            "name of the institution, or of all that follow on each other, with their rounds; empty where none",
        ),
        Column(
            "institution_sha256",
            _TEXT,
            "semantic digest of the institution, or of each that a run has, by commas; empty where none",
        ),
        Column("placebo", _TEXT, "what makes the institution a placebo, in words; empty where it is none"),
        Column("notice_wording", _TEXT, "which wording of its notice this run has; empty where there is but one"),
        Column("roster", _TEXT, "name of the roster"),
        Column("market", _TEXT, "name of the market specification"),
        Column("goods", _TEXTS, "names of the goods; lists per good are in this order"),
        Column("agents", _TEXTS, "names of the agents; lists per agent are in this order"),
        Column("policies", _TEXTS, "name of each agent's policy as the roster gives it"),
        Column("policy_descriptions", _TEXTS, "each agent's policy in full, as canonical JSON (from entry 0)"),
        Column("models", _TEXTS, "name of each agent's language model; empty where it has none"),
        Column("status", _TEXT, "`closed`: finished; `failed`: given up with an error; `open`: not finished yet"),
        Column("failure", _TEXT, "the error of the last attempt where status is `failed`; else empty"),
        Column("root", _TEXT, "Merkle root of the run's log in hex; empty where status is not `closed`"),
        Column("entries", _WHOLE, "number of entries in the run's log"),
        Column("rounds", _WHOLE, "rounds played"),
        *_benchmark_columns(),
        Column(
            "benchmark_measures",
            _NAMED,
            "`<benchmark>.<measure>` for the market's other measures, each as its mean over agents and goods",
        ),
        Column("switch_rounds", _WHOLES, "the rounds from which another institution holds, or none; null where none"),
        Column(
            "switch_institutions",
            _TEXTS,
            "names of the institution that the run begins with and of those that hold from `switch_rounds` on (one "
            "more than these), empty for none; null where none is replaced",
        ),
    ),
)

ROUNDS = Table(
    "rounds",
    "one row a round of a finished run",
    (
        *_key(),
        Column("round", _WHOLE, "number of the round, from 1"),
        Column("price", _REALS, "price of each good"),
        Column("price_mean", _REAL, "mean price over goods"),
        Column("hhi", _REALS, "Herfindahl-Hirschman index (0 to 1) of each good; null where nothing was sold"),
        Column("hhi_mean", _REAL, "mean of `hhi` over the goods where it is defined"),
        Column("price_elevation", _REALS, "(P - P_Nash) / (P_monopoly - P_Nash) of each good"),
        Column("price_elevation_mean", _REAL, "mean of `price_elevation` over the goods where it is defined"),
        Column("consumer_surplus", _REAL, "consumer surplus over all goods"),
        Column("surplus_ratio", _REAL, "consumer surplus over that at Nash"),
        Column("welfare", _REAL, "consumer surplus plus profits before fines"),
        Column("profit_total", _REAL, "profits of all agents before fines"),
        Column("fine_total", _REAL, "fines of all agents due in this round"),
        Column("cases", _WHOLE, "cases opened in this round"),
        Column("sanctions", _WHOLE, "fines, suspensions, caps and forfeitures imposed in this round"),
        Column("suspended", _FLAG, "whether any agent sat out this round under a suspension"),
        Column(
            "audits",
            _WHOLE,
            "audits that took place, one an agent or one of the whole market; null where the institution has none",
        ),
        Column(
            "measures",
            _NAMED,
            "the market's other measures by name, each as its mean over agents and goods where it is defined; null "
            "where the market has no others",
        ),
    ),
)

AGENTS = Table(
    "agents",
    "one row an agent and round of a finished run",
    (
        *_key(),
        Column("round", _WHOLE, "number of the round, from 1"),
        Column("seat", _WHOLE, "index of the agent among the market's agents"),
        Column("agent", _TEXT, "name of the agent"),
        Column("action", _REALS, "the parts of the action that cleared; empty where the agent sat out"),
        Column("quantity", _REALS, "quantity of each good that cleared; null where the market has no quantities"),
        Column("share", _REALS, "share of each good's sales; null where nothing was sold"),
        Column("profit", _REAL, "profit before fines"),
        Column("nash_profit", _REAL, "what Nash play would have earned it in this round; null where that is unknown"),
        Column("fine", _REAL, "fines due in this round"),
        Column("cv", _REAL, "coefficient of variation of the quantities over goods; null where nothing was made"),
        Column("restraint", _REAL, "the market's measure `restraint`; null where it has none"),
        Column("calvano_delta", _REAL, "(profit - profit_Nash) / (profit_monopoly - profit_Nash) of this agent"),
        Column("measures", _NAMED, "the market's other measures of this agent; null where there are none"),
        Column("state", _TEXT, "state in the institution's graph after this round; empty without institution"),
        Column("suspended", _FLAG, "whether the agent sat out this round under a suspension"),
        Column("limit", _REAL, "share of capacity it may use from the next round on; null where there is no cap"),
        Column("projected", _FLAG, "whether the action had to be made feasible"),
        Column("reported", _FLAG, "whether it came forward in this round"),
        Column("message", _TEXT, "what it said to the others; null where nothing"),
        Column("repaired", _FLAG, "whether the policy had to repair the model's answer"),
        Column("calls", _WHOLE, "model calls of this decision"),
        Column("failures", _WHOLE, "of these, how many failed"),
        Column("forgotten", _WHOLE, "past rounds left out for good because the prompt did not fit the model"),
    ),
)

ENFORCEMENT = Table(
    "enforcement",
    "one row an act of the institution: a case, a transition (applied or blocked), a warning, a sanction",
    (
        *_key(),
        Column("round", _WHOLE, "number of the round whose judgement this is"),
        Column("agent", _TEXT, "the agent concerned"),
        Column("kind", _TEXT, "one of " + ", ".join(ENFORCEMENT_KINDS)),
        Column("rule", _TEXT, "the rule that it rests on; empty where none is named"),
        Column("case", _TEXT, "the case that it follows from; empty where none"),
        Column("edge", _TEXT, "`RULE:from->to` of a transition, blocked request or warning; else empty"),
        Column(
            "reason",
            _TEXT,
            "event of a transition, reason of a block, signals of a case (by commas), counter of a forfeiture",
        ),
        Column("amount", _REAL, "the fine, or how much of a counter was forfeited; null for other kinds"),
        Column("spared", _REAL, "what leniency took off a fine; null for other kinds"),
        Column("limit", _REAL, "share of capacity that a cap leaves; null for other kinds"),
        Column("lasts", _WHOLE, "rounds that a state, suspension or cap lasts; 0 where it has no term"),
    ),
)

CALLS = Table(
    "calls",
    "one row a call of a language model in a finished run",
    (
        *_key(),
        Column("round", _WHOLE, "number of the round"),
        Column("agent", _TEXT, "name of the agent"),
        Column("attempt", _WHOLE, "index of the call within its decision, from 0"),
        Column("model", _TEXT, "name of the model"),
        Column("prompt_sha256", _TEXT, "digest of the prompt; empty where prompts are withheld"),
        Column("prompt_tokens", _WHOLE, "tokens read"),
        Column("reply_tokens", _WHOLE, "tokens written"),
        Column("failure", _TEXT, "kind of failure; empty where the call succeeded"),
        Column("purpose", _TEXT, "`summary` where the call asked for one; empty where it asked for the move"),
        Column(
            "scored",
            _TEXT,
            "`direct` or `after_reasoning` where the model was asked how probable it finds options; empty where it "
            "wrote a reply",
        ),
        Column("seconds", _REAL, "from request to reply, queue included; null where it was not measured"),
    ),
)

CHOICES = Table(
    "choices",
    "one row an option of a decision whose distribution the log holds, of a finished run",
    (
        *_key(),
        Column("round", _WHOLE, "number of the round"),
        Column("agent", _TEXT, "name of the agent"),
        Column("attempt", _WHOLE, "index of the call within its decision, from 0"),
        Column("model", _TEXT, "name of the model"),
        Column("scored", _TEXT, "`direct` or `after_reasoning`: two different quantities, never to be pooled"),
        Column("place", _WHOLE, "index of the option among those of the question, from 0"),
        Column("option", _TEXT, "text of the option"),
        Column("action", _REALS, "the action that it stands for; null where the policy's description names none"),
        Column("probability", _REAL, "how probable the model finds it, averaged over orders where there are several"),
        Column("log_probability", _REAL, "natural logarithm of `probability`, as the log holds it; -inf for 0"),
        Column("by_order", _REALS, "`probability` in each order of the list; null where there is one"),
        Column("chosen", _FLAG, "whether the policy acted on it; noise and a trembling hand come after that"),
        Column(
            "accused",
            _FLAG,
            "whether the institution would have opened a case against the agent in this round, had it done this and "
            "all others what they did; null where no institution judges, or it is not known",
        ),
        Column("sanctioned", _FLAG, "likewise, whether it would have fined, suspended or capped it, or taken credits"),
    ),
)

ATTEMPTS = Table(
    "attempts",
    "one row an attempt at a run, from the ledger: how the campaign was executed, not what it found",
    (
        *_key(),
        Column("attempt", _WHOLE, "number of the attempt, from 1"),
        Column("origin", _TEXT, "origin of the attempt's log"),
        Column("status", _TEXT, "`closed`: the attempt that counts; `abandoned`: died or failed; `open`: under way"),
        Column("reason", _TEXT, "why it was abandoned; else empty"),
        Column("entries", _WHOLE, "number of signed entries"),
        Column("root", _TEXT, "Merkle root in hex; empty where nothing was signed"),
    ),
)

DEVIATIONS = Table(
    "deviations",
    "one row a plan that was begun before this campaign, then one a deviation from its own, from the ledger",
    (
        Column(
            "kind",
            _TEXT,
            "`before`: a plan that had runs before this campaign began; `deviation`: one followed from then on",
        ),
        Column("plan_sha256", _TEXT, "digest of that plan"),
        Column("reason", _TEXT, "why, as whoever ran the campaign said"),
        Column("claimed_unix_s", _WHOLE, "when, as whoever ran the campaign claims: seconds since 1970"),
        Column("opened", _WHOLE, "runs that had been begun when it was recorded"),
        Column("closed", _WHOLE, "runs that had been finished when it was recorded"),
        Column("changes", _TEXTS, "where the plan differs from the one before: `path: old -> new`"),
        Column(
            "late",
            _TEXTS,
            "hypotheses that it adds or changes, or has judged by other runs or rules, although runs had been finished",
        ),
        Column("withdrawn", _TEXTS, "hypotheses that were confirmatory then, and are not any more"),
    ),
)

TABLES = {table.name: table for table in (RUNS, ROUNDS, AGENTS, ENFORCEMENT, CALLS, CHOICES, ATTEMPTS, DEVIATIONS)}
"""All tables by name."""

ADDED: dict[int, dict[str, tuple[str, ...]]] = {
    4: {"choices": (), "agents": ("forgotten",), "calls": ("purpose", "scored")},
    5: {
        "runs": ("wording", "placebo", "notice_wording", "switch_rounds", "switch_institutions"),
        "rounds": ("audits",),
        "deviations": (),
    },
}
"""What each version added: tables, with the columns that are new in one from before; none names a new table."""
