import { useMemo, useState } from "preact/hooks";
import { Interval } from "../ui/interval";
import { percent, scaleOf, type Scale } from "../ui/interval_scale";
import { count } from "../ui/numbers";
import { Choice, Search } from "../ui/search";
import { Empty } from "../ui/states";
import { Table, type Column } from "../ui/table";
import { compared, holds, type Sort } from "../ui/table_sort";
import { apart, shownFirst } from "./rows";
import type { Comparison } from "./types";
import { digitsFor, fixed, measureTitle, pValue, signed } from "./words";

const KEYS = new Map<string, (row: Comparison) => string | number | null>(Object.entries({
  kind: (row: Comparison) => row.kind,
  arms: (row: Comparison) => `${row.a} ${row.b}`,
  outcome: (row: Comparison) => row.outcome,
  difference: (row: Comparison) => row.difference,
  p: (row: Comparison) => row.p,
  holm: (row: Comparison) => row.holm,
}));

function columns(scales: ReadonlyMap<string, Scale | null>, digits: ReadonlyMap<string, number>): Column<Comparison>[] {
  const show = (row: Comparison) => (value: number | null) => fixed(value, digits.get(row.outcome) ?? 2);
  return [
    { key: "kind", title: "Kind", width: "128px", sortable: true, cell: (row) => <Kind kind={row.kind} /> },
    {
      key: "arms",
      title: "First less second",
      width: "minmax(260px, 2fr)",
      sortable: true,
      cell: (row) => (
        <Versus row={row} />
      ),
    },
    { key: "outcome", title: "Outcome", width: "minmax(150px, 1fr)", sortable: true, cell: (row) => measureTitle(row.outcome) },
    { key: "difference", title: "Difference", width: "104px", number: true, sortable: true, descendingFirst: true, cell: (row) => signed(row.difference, show(row)) },
    { key: "range", title: "Interval", width: "160px", number: true, cell: (row) => (row.low === null || row.high === null ? <span class="quiet">{row.reason || "none"}</span> : `${show(row)(row.low)} to ${show(row)(row.high)}`) },
    { key: "picture", title: "On one scale", width: "minmax(130px, 1fr)", cell: (row) => <Picture row={row} scale={scales.get(row.outcome) ?? null} /> },
    { key: "n", title: "n", width: "64px", number: true, cell: (row) => (row.n === undefined ? "–" : count(row.n)) },
    { key: "p", title: "p", width: "84px", number: true, sortable: true, cell: (row) => pValue(row.p) },
    { key: "holm", title: "p, Holm", width: "94px", number: true, sortable: true, cell: (row) => pValue(row.holm) },
  ];
}

/** The arms without what they share; below them that, and the hypothesis that asks for it. */
function Versus({ row }: { readonly row: Comparison }) {
  const { a, b, shared } = apart(row.a, row.b);
  const below = [row.name, shared, row.verdict].filter(Boolean).join(" · ");
  return (
    <span class="versus" title={`${row.a} less ${row.b}`}>
      {a} <span class="quiet">less</span> {b}
      {below ? <span class="versus-below">{below}</span> : null}
    </span>
  );
}

function Picture({ row, scale }: { readonly row: Comparison; readonly scale: Scale | null }) {
  if (!scale || row.difference === null) return <span class="quiet">–</span>;
  const estimate = { mean: row.difference, low: row.low, high: row.high, n: 0, level: 0.95, method: "" };
  return (
    <span aria-hidden="true">
      <Interval estimate={estimate} scale={scale} benchmarks={[{ name: "zero", value: 0 }]} />
    </span>
  );
}

function Kind({ kind }: { readonly kind: string }) {
  return <span class={kind === "confirmatory" ? "kind confirmatory" : "kind"}>{kind}</span>;
}

/** Differences between arms: what was asked before the runs is confirmatory and comes first, all else is exploratory. */
export function Comparisons({ comparisons, outcome }: { readonly comparisons: readonly Comparison[]; readonly outcome: string }) {
  const outcomes = useMemo(() => [...new Set(comparisons.map((row) => row.outcome))].toSorted(), [comparisons]);
  const [measure, setMeasure] = useState(() => shownFirst(comparisons, outcome));
  const [kind, setKind] = useState("");
  const [text, setText] = useState("");
  const [sort, setSort] = useState<Sort | null>(null);
  const scales = useMemo(
    () => new Map(outcomes.map((name) => [name, scaleOf([0, ...comparisons.filter((row) => row.outcome === name).flatMap((row) => [row.difference, row.low, row.high])])] as const)),
    [comparisons, outcomes],
  );
  const digits = useMemo(
    () => new Map(outcomes.map((name) => [name, digitsFor(comparisons.filter((row) => row.outcome === name).map((row) => row.difference))] as const)),
    [comparisons, outcomes],
  );
  const rows = useMemo(() => {
    const kept = comparisons.filter((row) => (!measure || row.outcome === measure) && (!kind || row.kind === kind) && holds(text.trim(), [row.a, row.b, row.outcome]));
    const by = sort && KEYS.get(sort.key);
    if (by) return kept.toSorted((a, b) => compared(by(a), by(b), sort.descending));
    return kept.toSorted((a, b) => Number(b.kind === "confirmatory") - Number(a.kind === "confirmatory"));
  }, [comparisons, measure, kind, text, sort]);

  const ways = [...new Set(rows.flatMap((row) => (row.low === null ? [] : [`${percent(row.level ?? 0.95)}, ${row.method ?? "no method said"}`])))];

  if (!comparisons.length) return <Empty title="There is nothing to compare yet.">Comparisons are made from the tables, and need two arms with finished runs.</Empty>;
  return (
    <section aria-label="Comparisons between arms">
      <div class="fields">
        <Search label="Search arms" value={text} onSearch={setText} />
        <Choice label="Outcome" value={measure} onChoose={setMeasure} options={[["", "any"], ...outcomes.map((name) => [name, measureTitle(name)] as const)]} />
        <Choice label="Kind" value={kind} onChoose={setKind} options={[["", "any"], ["confirmatory", "confirmatory"], ["exploratory", "exploratory"]]} />
      </div>
      {rows.length ? (
        <Table label="Comparisons" columns={columns(scales, digits)} total={rows.length} row={(index) => rows[index]} sort={sort} onSort={setSort} rowHeight={50} height={600} />
      ) : (
        <Empty title="No comparison matches." />
      )}
      <p class="legend quiet">
        {ways.length ? `Intervals: ${ways.join("; ")}. ` : ""}Confirmatory comparisons test hypotheses that the plan wrote down before the runs; Holm corrects their p for their number. Exploratory ones are not corrected and show nothing by themselves. The upright line is zero.
      </p>
    </section>
  );
}
