import { compared, holds, type Sort } from "../ui/table_sort";
import type { CampaignRow, Comparison } from "./types";

/** States in which a session writes on. */
export const UNDER_WAY: ReadonlySet<string> = new Set(["running", "draining"]);

/** The rows with one more, or with one of them anew; a campaign that was not there comes first. */
export function withRow(rows: readonly CampaignRow[], row: CampaignRow): CampaignRow[] {
  return rows.some((one) => one.id === row.id) ? rows.map((one) => (one.id === row.id ? row : one)) : [row, ...rows];
}

/** Rows that hold every word that was typed and are in the state that was chosen; empty: any. */
export function matching(rows: readonly CampaignRow[], text: string, state: string): CampaignRow[] {
  return rows.filter((row) => (!state || row.state === state) && holds(text.trim(), [row.name, row.title, row.market, row.state, row.id]));
}

/** The share of a campaign's runs that is done with, from 0 to 1; failed ones are done with too. */
export function doneShare({ runs }: Pick<CampaignRow, "runs">): number {
  return runs && runs.planned > 0 ? Math.min(1, (runs.finished + runs.failed) / runs.planned) : 0;
}

const KEYS = new Map<string, (row: CampaignRow) => string | number | null>(Object.entries({
  name: (row: CampaignRow) => row.name,
  state: (row: CampaignRow) => row.state,
  market: (row: CampaignRow) => row.market,
  arms: (row: CampaignRow) => row.arms,
  progress: doneShare,
  runs: (row: CampaignRow) => row.runs?.planned ?? null,
  failed: (row: CampaignRow) => row.runs?.failed ?? null,
  calls: (row: CampaignRow) => row.calls,
  written: (row: CampaignRow) => row.written_unix_s,
}));

/** Rows in the order of a column; as they came where there is none. */
export function inOrder(rows: readonly CampaignRow[], sort: Sort | null): CampaignRow[] {
  const by = sort && KEYS.get(sort.key);
  return by ? rows.toSorted((a, b) => compared(by(a), by(b), sort.descending)) : [...rows];
}

/** Each state that some campaign is in, with how many, the most first. */
export function states(rows: readonly CampaignRow[]): (readonly [state: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** The list in one sentence; it changes when states do, and not with every run. */
export function summary(rows: readonly CampaignRow[], shown: number): string {
  const all = `${rows.length} ${rows.length === 1 ? "campaign" : "campaigns"}`;
  const by = states(rows).map(([state, count]) => `${count} ${state}`).join(", ");
  return `${shown === rows.length ? all : `${shown} of ${all}`}${by ? `: ${by}` : ""}.`;
}

/** Two arms' names, such as `told.mock` and `free.mock`, without the end that they share. */
export function apart(a: string, b: string): { readonly a: string; readonly b: string; readonly shared: string } {
  const [one, other] = [a.split("."), b.split(".")];
  let same = 0;
  while (same < Math.min(one.length, other.length) - 1 && one.at(-1 - same) === other.at(-1 - same)) same += 1;
  if (!same) return { a, b, shared: "" };
  return { a: one.slice(0, -same).join("."), b: other.slice(0, -same).join("."), shared: one.slice(-same).join(".") };
}

/** The outcome whose comparisons are shown at first: the campaign's own, unless that would hide something that was planned. */
export function shownFirst(comparisons: readonly Comparison[], outcome: string): string {
  const planned = comparisons.filter((one) => one.kind !== "exploratory");
  return comparisons.some((one) => one.outcome === outcome) && planned.every((one) => one.outcome === outcome) ? outcome : "";
}
