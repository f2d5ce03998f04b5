import type { RunSource, Seals } from "../source/source";
import { encoded, type Octets } from "./octets";
import { segmented } from "./segmented";

/** Seals with every checkpoint that was signed, as notes in order, where the source has more than the last. */
export interface Sealed extends Seals {
  readonly journal?: readonly Octets[];
  /** The newest note that was signed: all there is of a log that goes on. */
  readonly signed?: string;
}

/** A source whose lines are written in a way of their own, so that they can be read back octet for octet; each is an entry. */
export interface WrittenSource extends RunSource {
  seals(): Promise<Sealed>;
  /** Lines as they are written, in portions. */
  written(): AsyncIterable<readonly string[]>;
  /** The octets of a line; null for what nobody writes, so it was changed. */
  octets(written: string): Octets | null;
  /** SHA-256, in hex, of each blob that is at hand. */
  blobs(): readonly string[];
}

export interface Lines {
  readonly written: () => AsyncIterable<readonly string[]>;
  readonly octets: (written: string) => Octets | null;
  /** Null where blobs are not looked at. */
  readonly blobs: readonly string[] | null;
}

export function linesOf(source: RunSource): Lines {
  if ("written" in source) {
    const own = source as WrittenSource;
    return { written: () => own.written(), octets: (written) => own.octets(written), blobs: own.blobs() };
  }
  return { written: () => (source.whole ? source.lines() : segmented(source.lines())), octets: encoded, blobs: null };
}

const SEQ = /"seq":(0|[1-9][0-9]{0,18})\}$/;

/** Which entry a line says that it is; null where it does not say. */
export function claimedSeq(line: string): number | null {
  const match = SEQ.exec(line);
  return match ? Number(match[1]) : null;
}
