/** What a check of a log says, and what the pages show of it. */

/** `good`: the entry is one of those that were signed. `bad`: it is not. `unchecked`: nothing can be said of it, or not yet. */
export type EntryState = "unchecked" | "good" | "bad";

/**
 * `verified`: a key that the reader trusts vouches for it. `consistent`: all fits together, and no trusted key says whose it is.
 * `tampered` and `damaged` are those of docs/log-format.md.
 */
export interface LogState {
  readonly verdict: "checking" | "verified" | "consistent" | "tampered" | "damaged";
  /** One line. */
  readonly headline: string;
  /** What was checked, what was found besides, and what such a check does not exclude: a sentence each. */
  readonly details: readonly string[];
  /** `NAME+hash` of the key that signed the log, empty until it is known. */
  readonly key: string;
  /** By line as `segmented` gives them, as far as they were found: an entry that is missing has none, and is in `bad` only. */
  readonly entries: readonly EntryState[];
  readonly bad: readonly Bad[];
  readonly counts: Counts;
}

/** What is wrong with an entry, and which lines stand in its place. */
export interface Bad {
  /** The index that was signed; for lines that nobody signed, of the entry before which they stand. */
  readonly seq: number;
  readonly why: string;
  /** The first of the lines, by the index in `LogState.entries`; null where there is none: the entry is missing. */
  readonly line: number | null;
  /** After the last of the lines. */
  readonly lineEnd: number | null;
  /** Whether all of the lines were only put in, and stand in no entry's place. */
  readonly added?: boolean;
}

/** How many entries were signed, how many of them stand there as they were, and how many lines there are. */
export interface Counts {
  readonly good: number;
  readonly signed: number;
  readonly found: number;
}

/** Before anything was read. */
export const CHECKING: LogState = { verdict: "checking", headline: "checking the log", details: [], key: "", entries: [], bad: [], counts: { good: 0, signed: 0, found: 0 } };

export { checkLog } from "./check";
