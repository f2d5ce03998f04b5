/** How wide the columns of the table of runs are, and which there are: no number is cut, whatever it is. */

import type { Arm, RunRow } from "./types";
import { fixed } from "./words";

export type Amount = "rounds" | "price" | "price_of_nash" | "profit" | "welfare" | "cases" | "sanctions" | "fines" | "calls" | "failures";

/** The numbers of a run, with their heads and decimals, in the order of the table. */
export const AMOUNTS: readonly (readonly [key: Amount, title: string, digits: number])[] = [
  ["rounds", "Rounds", 0],
  ["price", "Mean price", 2],
  ["price_of_nash", "Nash price", 2],
  ["profit", "Profit a round", 2],
  ["welfare", "Welfare a round", 2],
  ["cases", "Cases a run", 0],
  ["sanctions", "Sanctions a run", 0],
  ["fines", "Fines a run", 2],
  ["calls", "Calls a run", 0],
  ["failures", "Failures a run", 0],
];

/** Left out where every run has none. */
const WHERE_ANY: ReadonlySet<Amount> = new Set(["calls", "failures"]);

/** Pixels of a figure of the table's font with its commas, of a letter of its heads, of the mark of the sorted one, and of a cell's padding. */
const FIGURE = 9;
const HEAD_LETTER = 9;
const MARK = 17;
const PADDING = 22;

/** The numbers that there are columns for: all but those that are zero in every row, in every arm, and by which nobody sorts. */
export function amountsShown(rows: readonly RunRow[], arms: readonly Pick<Arm, "calls" | "failures">[], sort: string): Amount[] {
  const any = (key: Amount) =>
    key === sort || rows.some((row) => row[key]) || arms.some((arm) => (key === "calls" ? arm.calls : Object.values(arm.failures ?? {}).some(Boolean)));
  return AMOUNTS.map(([key]) => key).filter((key) => !WHERE_ANY.has(key) || any(key));
}

/** The pixels that a number's column needs: for its longest number, and for the longest word of its head, with the mark where it is sorted by. */
export function widthOf(key: Amount, rows: readonly RunRow[], sorted = false): number {
  const [, title, digits] = AMOUNTS.find(([name]) => name === key) ?? ["", "", 0];
  const head = Math.max(...title.split(" ").map((word) => word.length)) * HEAD_LETTER + (sorted ? MARK : 0);
  // With so many decimals, no number is longer than the least or the greatest one: only these are written out.
  let [least, most] = [0, 0];
  for (const row of rows) {
    least = Math.min(least, row[key] ?? 0);
    most = Math.max(most, row[key] ?? 0);
  }
  return Math.round(Math.max(head, Math.max(5, fixed(least, digits).length, fixed(most, digits).length) * FIGURE) + PADDING);
}

/** Pixels of a letter of a name as it is mostly, of a line of it, and of a row that has one line. */
const LETTER = 9.2;
const LINE = 19;
const ROW = 36;
const WIDEST = 260;
const MOST_LINES = 4;

export interface Room {
  /** The least width of the column, and the height of a row: in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the names of arms need to be read to their ends: a wide column, then rows of several lines. */
export function roomFor(names: Iterable<string>): Room {
  let longest = 0;
  for (const name of names) longest = Math.max(longest, name.length);
  const needed = longest * LETTER;
  const width = Math.round(Math.max(120, Math.min(WIDEST, needed + PADDING)));
  const lines = Math.min(MOST_LINES, Math.ceil(needed / (width - PADDING) - 0.01));
  return { width, height: lines > 1 ? lines * LINE + 8 : ROW };
}
