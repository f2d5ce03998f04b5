/** The runs that a reader chose to compare: two at most. A run is `ARM/SEED`. */

export const MOST = 2;

export const runKey = (row: { readonly arm: string; readonly seed: number }): string => `${row.arm}/${row.seed}`;

/** The choice with a run more or less; a third one is not taken. */
export function toggled(chosen: readonly string[], key: string): readonly string[] {
  if (chosen.includes(key)) return chosen.filter((one) => one !== key);
  return chosen.length < MOST ? [...chosen, key] : chosen;
}

/** The values of the comparison's address. */
export function comparison(id: string, chosen: readonly string[]): Record<string, string> {
  const [a, b] = chosen;
  return { ...(a ? { a: `${id}/${a}` } : {}), ...(b ? { b: `${id}/${b}` } : {}) };
}

/** The query that asks for a portion of a campaign's runs; what is empty is not said. */
export function runsQuery(asked: { readonly offset: number; readonly count: number; readonly sort: string; readonly descending: boolean; readonly text: string; readonly arm: string; readonly status: string }): string {
  const query = new URLSearchParams({ offset: String(asked.offset), count: String(asked.count) });
  if (asked.sort) query.set("sort", asked.sort);
  if (asked.sort && asked.descending) query.set("descending", "1");
  for (const name of ["text", "arm", "status"] as const) if (asked[name].trim()) query.set(name, asked[name].trim());
  return query.toString();
}
