import type { Drawing } from "../ui/drawing";

/** What vouches for a log: the files of docs/log-format.md, as they lie there. Binary files are octets. */
export interface Seals {
  readonly origin: string;
  /** `log.vkey`, `certificate`, `checkpoint`: texts of the files; a log that was never closed has no checkpoint. */
  readonly vkey: string;
  readonly certificate: string;
  readonly checkpoint: string;
  /** Kept leaf hashes, 32 octets each, joined: with them the bad entry can be named. */
  readonly leaves: Uint8Array;
  /** The workspace's public key as the reader's own program gave it, and not as the log says; empty: none is known. */
  readonly trusted: readonly string[];
}

/** A prompt as it was rendered for a model. The log holds its digest only; see `prompt_sha256` of a call. */
export interface Spoken {
  readonly agent: string;
  readonly round: number;
  readonly call: number;
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** Where a run comes from: a server (`http.ts`) or the page's own text (`embedded.ts`). One run page reads both. */
export interface RunSource {
  /** A name for people, such as `cournot-three-regimes-ce637cc9/institutional/0`. */
  readonly title: string;
  seals(): Promise<Seals>;
  /** Whether `lines` come as `segmented` of `log/` gives them, an entry each. */
  readonly whole?: boolean;
  /** Raw lines without their newlines, in portions, as octets' exact text (UTF-8); ends when there are no more for now. */
  lines(): AsyncIterable<readonly string[]>;
  /** A drawing of each institution of the run, by `semantic_sha256`. */
  drawings(): Promise<Readonly<Record<string, Drawing>>>;
  /** What models were asked, where it can be had; empty where no model took part or prompts are withheld. `why` says which. */
  spoken(): Promise<{ readonly calls: readonly Spoken[]; readonly why: string }>;
  /** A blob's octets by digest, or null where it is not at hand. */
  blob(sha256: string): Promise<Uint8Array | null>;
  /** What the program's own verifier says of the log, where there is a program to ask. */
  verdict?(): Promise<Verdict>;
}

/** What `agora log verify` says; `consistent` is its `undecided`. */
export interface Verdict {
  readonly verdict: "verified" | "consistent" | "tampered" | "damaged";
  /** One line. */
  readonly headline: string;
  /** What it says besides, a sentence each. */
  readonly details: readonly string[];
  /** What it did not exclude; undefined where it did not come so far. */
  readonly notExcluded?: readonly string[];
}
