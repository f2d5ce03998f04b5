import type { RunSource } from "../source/source";
import { certifiedBy, readCertificate } from "./certificate";
import { openCheckpoint, type Checkpoint } from "./checkpoint";
import { AS_FAR, combined, NOT_EXCLUDED, notTold } from "./combined";
import { ed25519, type Verify } from "./ed25519";
import { examined, type Examined } from "./entries";
import { LogFault, within } from "./fault";
import { parseVkey, shortKey, type Verifier } from "./keys";
import { notExcluded } from "./limits";
import { linesOf, type Lines, type Sealed } from "./lines";
import { encoded, hex, same, type Octets } from "./octets";
import { digest } from "./sha256";
import { Slices } from "./slices";
import { CHECKING, type LogState } from "./state";

const REPORT_EVERY_MS = 250;
const NO_CHECKPOINT = "checkpoint is missing, and the run had closed";

/** What is known of who signed a log, and what is wrong with that. */
interface Heads {
  readonly signer: Verifier | null;
  readonly certifier: Verifier | null;
  /** Every checkpoint that was signed, in order; empty where none can be believed. */
  readonly checkpoints: readonly Checkpoint[];
  readonly faults: readonly LogFault[];
}

/**
 * Checks a log as docs/log-format.md says, and reports while it does; the last report is the verdict.
 *
 * `trusted` are public keys that the reader holds from elsewhere, beside those that the source was given by the reader's
 * own program. Where there is a program, its verifier is asked too, and the verdict is the worse of both. Long work is
 * done in slices. Rejects only where the source cannot be read.
 */
export async function checkLog(source: RunSource, report: (state: LogState) => void, trusted: readonly string[] = []): Promise<void> {
  report(CHECKING);
  const asked = source.verdict?.().catch((error: unknown) => notTold(error));
  const own = await checkedHere(source, report, trusted);
  if (!asked) {
    report(own);
    return;
  }
  report({ ...own, verdict: "checking", headline: "checking the log: the program verifies it too", details: [] });
  report(combined(own, await asked));
}

/** The check of the lines themselves; reports on the way only. */
async function checkedHere(source: RunSource, report: (state: LogState) => void, trusted: readonly string[]): Promise<LogState> {
  const sealed: Sealed = await source.seals();
  const notes: string[] = [];
  const goesOn = !sealed.checkpoint && Boolean(sealed.signed);
  const note = sealed.checkpoint || sealed.signed || "";
  const heads = await headsOf(sealed, note, trustedKeys([...sealed.trusted, ...trusted], notes), await ed25519());
  const key = heads.signer ? shortKey(heads.signer) : "";
  const lines = linesOf(source);
  if (!note) return unsigned(lines, key);
  let reported = performance.now();
  if (goesOn) notes.push("the log is not closed: it is checked as far as it is signed");
  const found = await examined(lines, sealed.leaves, heads.checkpoints, goesOn, new Slices(), (count, size) => {
    if (performance.now() - reported < REPORT_EVERY_MS) return;
    reported = performance.now();
    report({ ...CHECKING, key, headline: `checking the log: ${count} of ${size} entries read` });
  });
  const blobs = await badBlobs(source, lines.blobs ?? []);
  const gone = goesOn && found.closed ? [new LogFault("damaged", NO_CHECKPOINT)] : [];
  const faults = [...heads.faults, ...found.faults, ...blobs, ...gone];
  const { entries, bad, counts } = found;
  return { key, entries, bad, counts, ...verdict(heads, found, faults, notes, goesOn, notExcluded(lines.blobs !== null)) };
}

type Said = Pick<LogState, "verdict" | "headline" | "details">;

function verdict(heads: Heads, found: Examined, faults: readonly LogFault[], notes: readonly string[], goesOn: boolean, open: readonly string[]): Said {
  const head = heads.checkpoints[heads.checkpoints.length - 1];
  const details = [...notes];
  if (head) {
    const signed = heads.checkpoints.length === 1 ? "1 signed checkpoint" : `${heads.checkpoints.length} signed checkpoints`;
    details.push(`${head.origin}: ${head.size} entries, root ${hex(head.root)}, ${signed}`);
  }
  if (heads.certifier) details.push(`certified by ${shortKey(heads.certifier)}, a key that you trust`);
  const limits = open.map((one) => `${NOT_EXCLUDED}${one}`);
  const serious = faults.filter((fault) => fault.kind !== "undecided");
  const [first, ...more] = serious;
  if (first) {
    return { verdict: first.kind === "damaged" ? "damaged" : "tampered", headline: `${first.kind}: ${first.message}`, details: [...more.map((fault) => `${fault.kind}: ${fault.message}`), ...details] };
  }
  const far = goesOn ? ` ${AS_FAR},` : "";
  if (heads.certifier && heads.signer) {
    const whole = `every ${goesOn ? "entry so far" : "entry"} is one that ${shortKey(heads.signer)} signed, and ${shortKey(heads.certifier)} vouches for that key`;
    return { verdict: "verified", headline: `verified${far} under key ${shortKey(heads.certifier)}`, details: [whole, ...details, ...limits] };
  }
  const undecided = faults.map((fault) => fault.message);
  const whole = `all ${found.counts.signed} entries that were signed, their tree and the signature fit together; whose log it is, only a public key from elsewhere can tell`;
  return { verdict: "consistent", headline: `consistent${far} under key ${heads.signer ? shortKey(heads.signer) : ""}`, details: [whole, ...undecided, ...details, ...limits] };
}

function trustedKeys(vkeys: readonly string[], notes: string[]): readonly Verifier[] {
  const keys = new Map<string, Verifier>();
  for (const vkey of vkeys) {
    try {
      const key = parseVkey(vkey.trim());
      keys.set(key.vkey, key);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      notes.push(`a key that was given to trust is none: ${error.message}`);
    }
  }
  return [...keys.values()];
}

async function headsOf(sealed: Sealed, note: string, trusted: readonly Verifier[], verify: Verify): Promise<Heads> {
  const faults: LogFault[] = [];
  async function or<T>(otherwise: T, step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      faults.push(error);
      return otherwise;
    }
  }
  const signer = await or(null, () => within("log.vkey", () => readVkey(sealed.vkey)));
  const certifier = await or(null, () => within("certificate", () => vouchedFor(sealed.certificate, signer, trusted, verify)));
  const checkpoints = signer && note ? await or([], () => journalled(sealed, encoded(note), signer, verify)) : [];
  return { signer, certifier, checkpoints, faults };
}

function readVkey(text: string): Verifier {
  if (!text.endsWith("\n")) throw new LogFault("damaged", "not a public key and a newline");
  return parseVkey(text.slice(0, -1));
}

async function vouchedFor(text: string, signer: Verifier | null, trusted: readonly Verifier[], verify: Verify): Promise<Verifier> {
  const note = encoded(text);
  const certified = readCertificate(note);
  if (signer && certified.vkey !== signer.vkey) throw new LogFault("tampered", "it certifies another key than that of log.vkey");
  const own = trusted.find((key) => key.vkey === signer?.vkey);
  return own ?? certifiedBy(note, trusted, verify);
}

async function journalled(sealed: Sealed, published: Octets, signer: Verifier, verify: Verify): Promise<readonly Checkpoint[]> {
  const head = await within("checkpoint", () => openCheckpoint(published, signer, verify));
  if (head.size === 0) throw new LogFault("damaged", "the log is empty: there is nothing in it to verify");
  const checkpoints: Checkpoint[] = [];
  const slices = new Slices();
  for (const [number, note] of (sealed.journal ?? [published]).entries()) {
    const checkpoint = await within(`checkpoints, note ${number}`, () => openCheckpoint(note, signer, verify));
    const before = checkpoints[checkpoints.length - 1];
    if (before && checkpoint.size <= before.size) throw new LogFault("tampered", `checkpoints, note ${number}: size ${checkpoint.size} follows size ${before.size}`);
    checkpoints.push(checkpoint);
    if (slices.due) await slices.rest();
  }
  const last = checkpoints[checkpoints.length - 1];
  if (last?.size !== head.size || !same(last.root, head.root)) {
    throw new LogFault("tampered", `checkpoint is of size ${head.size}, and not the last of the checkpoints that were signed`);
  }
  return checkpoints;
}

/** A log without a checkpoint was never closed, or the checkpoint was taken away. */
async function unsigned(lines: Lines, key: string): Promise<LogState> {
  let last = "";
  let count = 0;
  for await (const portion of lines.written()) {
    count += portion.length;
    last = portion[portion.length - 1] ?? last;
  }
  const entries = new Array<"unchecked">(count).fill("unchecked");
  const counts = { good: 0, signed: 0, found: count };
  if (/"kind":"closed","round":\d+,"seq":\d+\}$/.test(last)) {
    return { ...CHECKING, verdict: "damaged", key, entries, counts, headline: `damaged: ${NO_CHECKPOINT}` };
  }
  return { ...CHECKING, key, entries, counts, headline: "not closed: no checkpoint signs these entries yet" };
}

async function badBlobs(source: RunSource, names: readonly string[]): Promise<readonly LogFault[]> {
  const faults: LogFault[] = [];
  for (const name of names) {
    const octets = await source.blob(name);
    if (!octets || hex(await digest(Uint8Array.from(octets))) !== name) {
      faults.push(new LogFault("tampered", `blob ${name}: its content is not what its name says`));
    }
  }
  return faults;
}
