/** The order of a table's rows. */

export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

/** What a click on a column's head makes of the order: its own first direction, then the other. */
export function nextSort(now: Sort | null, key: string, descendingFirst = false): Sort {
  return now?.key === key ? { key, descending: !now.descending } : { key, descending: descendingFirst };
}

type Sortable = string | number | null | undefined;

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Below zero where `a` comes first. What is missing comes last in either direction. */
export function compared(a: Sortable, b: Sortable, descending: boolean): number {
  const missing = (value: Sortable) => value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  const order = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return descending ? -order : order;
}

/** A new array in order; rows that are alike stay as they were. */
export function sorted<Row>(rows: readonly Row[], by: (row: Row) => Sortable, descending: boolean): Row[] {
  return rows.toSorted((a, b) => compared(by(a), by(b), descending));
}

/** Whether every word of `text` stands in one of the fields, in any case. */
export function holds(text: string, fields: readonly string[]): boolean {
  const all = fields.join("\n").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
