import { claimedSeq } from "./lines";
import type { Bad, LogState } from "./state";

export const NO_ENTRY = "none";

/** What is wrong with a line, where something is. */
export function badAt(state: LogState | null, line: number): Bad | undefined {
  return state?.bad.find((one) => one.line !== null && one.lineEnd !== null && one.line <= line && line < one.lineEnd);
}

/** The index of the entry that a line is, or in whose place it stands; `NO_ENTRY` of a line that was only put in. */
export function nameOf(state: LogState | null, line: number, written: string | undefined): string {
  const found = state?.entries[line];
  if (found === "good") return String(claimedSeq(written ?? "") ?? line);
  if (found !== "bad") return String(line);
  const bad = badAt(state, line);
  return bad?.line === line && !bad.added ? String(bad.seq) : NO_ENTRY;
}
