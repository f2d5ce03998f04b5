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
  /** By index; as long as the log is known to be. */
  readonly entries: readonly EntryState[];
  readonly bad: readonly { readonly seq: number; readonly why: string }[];
}

/** Before anything was read. */
export const CHECKING: LogState = { verdict: "checking", headline: "checking the log", details: [], key: "", entries: [], bad: [] };

export { checkLog } from "./check";
